"""Ranked batch mode: far from what is known while little is, in doubt later on."""

import numpy as np

from askance.ops import coverage
from askance.strategy import Greedy, recipe, strategy

PAPER = "Cardoso et al. 2017, doi:10.1016/j.ins.2016.10.037"


@strategy(PAPER, part=True, lockstep=False, cost="O(N D (L + k))")
def unlike(vectors, reference, utility, ids, seed) -> Greedy:
    """a (1 - max_s 1 / (1 + d(i, s) / m)) + (1 - a) u(i) over known and picked s.  -> (N,) a pick, >= 0.

    vectors (N, D), utility (N,) in [0, 1], d Euclidean.  a = U / (U + L): the share of samples that are not labelled,
    counted anew each pick; m is the median distance in the pool, so that the unit of length is nothing to it.
    """
    unit = coverage.typical_gap(vectors, ids, seed) or 1.0
    near = np.full(len(vectors), np.inf) if reference is None else vectors.nearest(reference)
    left, known = len(vectors), 0 if reference is None else len(reference)
    digits = 9 if vectors.norms.dtype == np.float64 else 6
    while True:
        a = left / max(left + known, 1)
        pick = yield np.round(a * (1.0 - 1.0 / (1.0 + np.sqrt(near) / unit)) + (1.0 - a) * utility, digits)
        near = np.minimum(near, vectors.to(pick.get("vectors")))
        left, known = left - 1, known + 1


recipe(
    "ranked_batch",
    "least_confidence | unlike",
    paper=PAPER,
    doc="Ranked batch-mode: the sum of doubt and of unlikeness to what is labelled and picked, weighed by how much of "
    "the pool is labelled.  probs (N, C), embeddings (N, D) -> k rows.",
    module=__name__,
    cost="O(N (C + D (L + k)))",
)
