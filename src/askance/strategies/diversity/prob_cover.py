"""ProbCover: balls around the picks that cover as much of the pool as they can."""

import numpy as np

from askance import ops
from askance.ops import coverage
from askance.ops.lazy import lazy_greedy
from askance.strategies.diversity.kmeans import cluster
from askance.strategy import Picks, strategy


@strategy(
    "Yehuda et al. 2022, arXiv:2205.11320",
    bounds={"delta": (0.0, None), "purity": (0.0, 1.0), "classes": (0, None), "witnesses": (1, None)},
    cost="O(N M D) for M witnesses, then lazily",
)
def prob_cover(vectors, reference, labels, ids, k, seed, *, delta=0.0, purity=0.95, classes=0, witnesses=5000) -> Picks:
    """Greedy maximum of the samples within `delta` of a known or picked one.  vectors (N, D) -> (min(k, N),) rows.

    delta: 0 takes the largest at which a share `purity` of all balls hold one pseudo-class only, of `classes` that
    k-means finds; exactly, not by bisection.  classes: 0 takes as many as the labels name, and 10 where they name one
    or none; far too many leave balls of one sample each, which stand for nothing.  What is covered is taken away for
    every later pick; when all is, the rest is drawn by noise.  Above `witnesses` rows coverage is counted at so many,
    drawn by id.
    """
    at = coverage.witnesses(ids, seed, witnesses)
    radius = delta or pure_radius(vectors, at, ids, seed, purity, classes or named(labels))
    cover = coverage.Coverage(vectors, vectors[at], coverage.ball(radius), reference)
    return lazy_greedy(cover, cover.gains(np.arange(len(ids))), k, ops.noise(seed, ids))[0]


def named(labels) -> int:
    """How many classes the labels name; 10 where they name less than two, which tells nothing of how many there are."""
    count = 0 if labels is None else len(np.unique(labels))
    return count if count > 1 else 10


def pure_radius(vectors, at: np.ndarray, ids: np.ndarray, seed: int, purity: float, classes: int) -> float:
    """The largest radius at which `purity` of the balls around the rows `at` hold one pseudo-class.  -> >= 0.

    A ball is pure below the distance to the nearest row of another pseudo-class, so the answer is a quantile of those.
    """
    if len(ids) < 2:
        return 0.0
    order = np.argsort(ops.noise(seed, ids))  # so that the first of equals is a fair choice
    rows = vectors[order].array()
    owner = np.empty(len(ids), np.int64)
    owner[order] = cluster(rows - rows.mean(0), min(classes, len(ids)), seed)[1]
    edge = np.sort(foreign_gap(vectors, owner, at))
    spared = int(np.floor((1 - purity) * len(at)))  # how many balls may be impure
    nearest = float(edge[min(spared, len(at) - 1)])
    return nearest * (1 - 1e-6)  # below it by more than rounding, so that who is inside is never a matter of that


def foreign_gap(vectors, owner: np.ndarray, at: np.ndarray, cells: int = 1 << 18) -> np.ndarray:
    """Distance of each row `at` to the nearest row with another owner; inf where all are alike.  -> (M,)."""
    order = np.argsort(owner, kind="stable")
    grouped, starts = vectors[order], np.flatnonzero(np.diff(owner[order], prepend=-1))
    own = np.searchsorted(owner[order][starts], owner[at])
    out, half = np.empty(len(at)), 0.5 * grouped.norms
    step = max(1, cells // len(owner))
    for part in (slice(i, i + step) for i in range(0, len(at), step)):
        mine = vectors[at[part]]
        near = mine.dots(grouped)
        near -= half
        best = np.maximum.reduceat(near, starts, axis=1)  # the nearest of each owner: few numbers to mask, not all
        best[np.arange(len(best)), own[part]] = -np.inf
        out[part] = np.sqrt(np.maximum(mine.norms - 2.0 * best.max(1), 0.0))
    return out
