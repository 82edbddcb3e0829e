"""How much the members' probabilities scatter."""

from askance.strategy import Utility, strategy


@strategy("Kampffmeyer et al. 2016; Gal, Islam & Ghahramani 2017, arXiv:1703.02910", cost="O(N S C)")
def mean_std(members) -> Utility:
    """Standard deviation over the members, averaged over the classes.  members (N, S, C) -> (N,) in [0, 1/2]."""
    return members.std(1).mean(1)
