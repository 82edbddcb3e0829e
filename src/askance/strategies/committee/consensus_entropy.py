"""Soft votes: how spread out the members' mean prediction is."""

from askance import ops
from askance.strategy import Utility, strategy


@strategy("Holub, Perona & Burl 2008; Gal, Islam & Ghahramani 2017 (max entropy)", cost="O(N S C)")
def consensus_entropy(members) -> Utility:
    """Entropy of the members' mean prediction (soft vote entropy), in nats.  members (N, S, C) -> (N,) in [0, ln C].

    Unlike `bald` it is also high where all members agree that the classes are alike.
    """
    return ops.entropy_of(members.mean(1))
