"""The one member that disagrees most."""

import numpy as np

from askance.strategy import Utility, strategy


@strategy(
    "McCallum & Nigam 1998 (the largest in place of the mean)",
    fails={"not_worse_than_random": "among many members that are all sure, as trees are, one dissenter counts most"},
    cost="O(N S C)",
)
def max_kl(members) -> Utility:
    """Kullback-Leibler divergence of the oddest member from their mean, in nats.  members (N, S, C) -> (N,) >= 0.

    At most ln S: a member is one S-th of the mean.  For few members that are not too sure of themselves: where 24 of 25
    agree, the odd one is as far from the mean as can be.
    """
    mean = members.mean(1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = members * np.log(members / mean)
    terms[members == 0] = 0.0
    return np.maximum(terms.sum(2).max(1), 0.0)
