"""MaxHerding: the batch that stands for the whole pool best, by a kernel."""

import numpy as np

from askance import ops
from askance.ops import coverage
from askance.ops.lazy import lazy_greedy
from askance.strategy import Picks, recipe, strategy

PAPER = "Bae et al. 2024, arXiv:2407.12212"
COST = "O(N M D) for M witnesses, then lazily"
SHARE = 0.7  # of the median distance: about 1 for unit vectors, which is the bandwidth of the paper
BOUNDS = {"h": (0.0, None), "witnesses": (1, None)}


@strategy(PAPER, part=True, bounds=BOUNDS, cost=COST)
def herding(vectors, reference, utility, ids, k, seed, *, h=0.0, weighted=False, witnesses=5000) -> Picks:
    """Greedy maximum of mean_x u(x) max_s exp(-(|x - s| / h)^2) over known and picked s.  vectors (N, D) -> (k,) rows.

    h: 0 takes 0.7 times the median distance; weighted: u is the utility, (N,) >= 0, else 1.  Above `witnesses` rows x
    runs over so many, drawn by id; any row may be picked.
    """
    width = h or bandwidth(vectors, ids, seed)
    return herd(vectors, reference, utility if weighted else None, ids, k, seed, width, witnesses)


def bandwidth(vectors, ids: np.ndarray, seed: int) -> float:
    return SHARE * coverage.typical_gap(vectors, ids, seed)


def herd(vectors, reference, utility, ids, k, seed, h, most) -> np.ndarray:
    """The same with everything decided.  utility (N,) or None for 1 -> (min(k, N),) rows."""
    at = coverage.witnesses(ids, seed, most)
    weight = None if utility is None else utility[at] / len(at)
    cover = coverage.Coverage(vectors, vectors[at], coverage.rbf(h), reference, weight)
    return lazy_greedy(cover, cover.gains(np.arange(len(ids))), k, ops.noise(seed, ids))[0]


recipe(
    "max_herding",
    "herding(h=h, witnesses=witnesses)",
    paper=PAPER,
    doc="Greedy maximum of the generalised coverage: how alike the pool is, on average, to what is labelled or picked. "
    "embeddings (N, D) -> k rows.",
    module=__name__,
    cost=COST,
    h=0.0,
    witnesses=5000,
    bounds=BOUNDS,
)
