"""Query by committee: how split the votes are."""

import numpy as np

from askance import ops
from askance.strategy import Utility, strategy


def votes(members: np.ndarray) -> np.ndarray:
    """The share of the members' votes that each class has.  members (N, S, C) -> (N, C).

    A member with several likeliest classes splits its vote between them, so that the order of the classes is nothing.
    """
    _, size, classes = members.shape
    tied = (members == members.max(2, keepdims=True)).astype(members.dtype)
    share = 1.0 / (tied @ np.ones(classes, members.dtype))
    return (share[:, None] @ tied)[:, 0] / size


@strategy("Engelson & Dagan 1996, arXiv:cmp-lg/9606030", cost="O(N S C)")
def vote_entropy(members) -> Utility:
    """Entropy of the members' hard votes, in nats.  members (N, S, C) -> (N,) in [0, ln min(S, C)].

    The paper divides by ln min(S, C), which does not change the order.
    """
    return np.round(ops.entropy_of(votes(members)), 6)  # equal splits are equal, whatever order they are summed in
