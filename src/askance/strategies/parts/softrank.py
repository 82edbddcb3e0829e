"""Sampling by the rank of the utility, which knows no units."""

import numpy as np

from askance import ops
from askance.strategy import Utility, strategy


@strategy(
    "Kirsch et al. 2021, arXiv:2106.12059 (soft-rank)",
    part=True,
    local=False,
    sampled=True,
    bounds={"beta": (0.0, None)},
    cost="O(N log N)",
)
def softrank(utility, ids, seed, *, beta=1.0) -> Utility:
    """Keys whose top k are a sample without replacement with weights rank ** -beta, the best being 1.  (N,) -> (N,).

    Ties share the mean of their ranks, so that the order of the rows is nothing; what differs by less than a hundred
    thousandth of the largest is a tie, as the rounding of single precision is.
    """
    coarse = np.round(utility / max(utility.max(initial=0.0), np.finfo(np.float32).tiny), 5)
    _, place, counts = np.unique(-coarse, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    return ops.weighted_order(middle[place] ** -beta, seed, ids)
