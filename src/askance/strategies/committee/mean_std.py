"""How much the members' probabilities scatter."""

import numpy as np

from askance.strategies.committee.consensus_entropy import consensus
from askance.strategy import Utility, strategy


@strategy("Kampffmeyer et al. 2016; Gal, Islam & Ghahramani 2017, arXiv:1703.02910", cost="O(N S C)")
def mean_std(members) -> Utility:
    """Standard deviation over the members, averaged over the classes.  members (N, S, C) -> (N,) in [0, 1/2]."""
    away = members - consensus(members)[:, None]
    return np.sqrt(np.einsum("nsc,nsc->nc", away, away) / members.shape[1]).mean(1)
