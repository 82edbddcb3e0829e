"""The Laplace kernel: likeness that falls with the distance, sharply at first."""

import numpy as np

from askance.ops.covariance import Laplace
from askance.ops.implicit import Implicit
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Vectors, strategy


@strategy(PAPER, part=True, bounds={"h": (0.0, None)}, cost="O(N D)")
def laplace(vectors, reference, *, h=0.0) -> Vectors:
    """k(x, y) = exp(-|x - y| / h), known by its values alone.  vectors (N, D), reference (L, D) -> N rows.

    h: 0 takes the root of the mean squared distance between what is known, or of the width D where nothing is.
    `laplace | sketched | bait_f` has random columns for a selector that needs them.
    """
    return Implicit(vectors, Laplace(h or _spread(reference) or max(vectors.width, 1) ** 0.5))


def _spread(reference) -> float:
    if reference is None or not len(reference):
        return 0.0
    rows = np.asarray(reference.array(), np.float64)
    return float(np.sqrt(2.0 * rows.var(0).sum()))
