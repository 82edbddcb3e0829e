"""LCMD: in the largest cluster around what is known, the sample at its edge."""

import numpy as np

from askance.ops.clusters import closest
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Greedy, recipe, strategy

FAILS = {"not_worse_than_random": "made for the gradients of a network; on raw columns it asks about their outliers"}

ROUNDING = 1e-10


@strategy(PAPER, lockstep=False, fails=FAILS, cost="O(N D (L + k))")
def lcmd(vectors, reference) -> Greedy:
    """Largest cluster, maximum distance.  vectors (N, D), reference (L, D) or None -> (N,) >= 0 a pick.

    Known and picked samples are centres, and every sample belongs to the nearest.  A cluster is as large as the sum of
    its squared distances; of the largest the farthest is picked.  So it is where much is far off, and not where one
    stray sample is.  With nothing known the longest vector is first.
    """
    if reference is None or not len(reference):
        pick = yield vectors.norms
        near, owner, count = vectors.to(pick.get("vectors")), np.zeros(len(vectors), np.int64), 1
    else:
        (owner, near), count = closest(vectors, reference), len(reference)
    while True:
        pick = yield in_largest(near, owner, count)
        gap = vectors.to(pick.get("vectors"))
        closer = gap < near
        near[closer], owner[closer] = gap[closer], count
        count += 1


def in_largest(near, owner, count) -> np.ndarray:
    """Squared distances where they are of a largest cluster, else -inf; sums within rounding are equal.  -> (N,)."""
    size = np.bincount(owner, near, minlength=count)
    largest = size >= size.max() * (1.0 - ROUNDING)  # the sums of another order of the pool
    return np.where(largest[owner], near, -np.inf)


recipe(
    "lcmd_gradient",
    "full_gradient | sketched(dims=dims) | lcmd",
    paper=PAPER,
    doc="LCMD-TP on the sketched gradients of a network, the paper's choice: in the largest cluster around labelled "
    "and picked samples the one at its edge.  layers (N, L, 2, W) -> k rows.",
    module=__name__,
    cost="O(N dims (L + k))",
    dims=512,
    bounds={"dims": (1, None)},
)
