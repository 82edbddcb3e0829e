"""How many members disagree with the majority."""

from askance.strategies.committee.vote_entropy import votes
from askance.strategy import Utility, strategy


@strategy("Freeman 1965; Gal, Islam & Ghahramani 2017, arXiv:1703.02910", cost="O(N S C)")
def variation_ratios(members) -> Utility:
    """The share of the votes that the winning class did not get.  members (N, S, C) -> (N,) in [0, 1 - 1/C]."""
    return 1.0 - votes(members).max(1)
