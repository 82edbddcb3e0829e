"""How far the likeliest class is from being sure."""

from askance.strategy import Utility, strategy


@strategy("Lewis & Gale 1994, arXiv:cmp-lg/9407020", cost="O(N C)")
def least_confidence(probs) -> Utility:
    """One minus the probability of the likeliest class.  probs (N, C) -> (N,) in [0, 1 - 1/C]."""
    return 1.0 - probs.max(1)
