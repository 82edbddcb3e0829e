"""Facility location: every sample near to a pick, which is also a greedy k-medoids."""

import numpy as np

from askance import ops
from askance.ops import coverage
from askance.ops.lazy import lazy_greedy
from askance.strategy import Picks, strategy


@strategy(
    "Wei, Iyer & Bilmes 2015 (ICML)",
    bounds={"witnesses": (1, None)},
    cost="O(N M D) for M witnesses, then lazily",
)
def facility_location(vectors, reference, ids, k, seed, *, witnesses=5000) -> Picks:
    """Greedy maximum of sum_x max_s (1 - |x - s| / w), w the width of the pool.  vectors (N, D) -> (min(k, N),) rows.

    s runs over known and picked samples; w is twice the greatest distance from the mean.  Above `witnesses` rows x runs
    over so many, drawn by id.
    """
    at = coverage.witnesses(ids, seed, witnesses)
    like = coverage.closeness(width(vectors, at))
    cover = coverage.Coverage(vectors, vectors[at], like, reference)
    return lazy_greedy(cover, cover.gains(np.arange(len(ids))), k, ops.noise(seed, ids))[0]


def width(vectors, at: np.ndarray) -> float:
    """Twice the greatest distance of a row from a middle one: no two rows are farther apart."""
    if not len(at):
        return 0.0
    one = vectors[at[:1]]
    return 2.0 * float(np.sqrt(vectors.to(one).max()))
