"""What the label would tell about the model."""

import numpy as np

from askance import ops
from askance.strategies.committee.consensus_entropy import consensus
from askance.strategy import Utility, recipe, strategy


@strategy("Houlsby et al. 2011, arXiv:1112.5745; Gal, Islam & Ghahramani 2017, arXiv:1703.02910", cost="O(N S C)")
def bald(members) -> Utility:
    """Mutual information of the label and the model, H(mean) - mean H, in nats.  members (N, S, C) -> (N,), up to ln C.

    High where each member is sure and they contradict each other; 0 where they agree, however unsure.
    """
    n, size, classes = members.shape
    each = ops.entropy_of(members.reshape(n, size * classes)) / size  # one sum of p log p, whoever said which
    return np.maximum(ops.entropy_of(consensus(members)) - each, 0.0)


recipe(
    "consensus_kl",
    "bald",
    paper="McCallum & Nigam 1998",
    doc="Mean Kullback-Leibler divergence of the members from their mean, in nats: the same number as `bald`, and as "
    "the Jensen-Shannon divergence of the members.  members (N, S, C) -> (N,) in [0, ln C].",
    module=__name__,
    cost="O(N S C)",
)
