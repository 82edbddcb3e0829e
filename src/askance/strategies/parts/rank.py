"""Ranks in place of utilities, so that scorers of different units can be added."""

import numpy as np

from askance.strategy import Utility, strategy


@strategy("-", part=True, local=False, cost="O(N log N)")
def rank(utility) -> Utility:
    """The share of the other samples that score lower; ties share the mean of their ranks.  (N,) -> (N,) in [0, 1].

    As in `0.3 * (entropy | rank) + (density | rank)`.
    """
    _, place, counts = np.unique(utility, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return (middle / max(len(utility) - 1, 1))[place]
