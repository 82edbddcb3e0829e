"""How spread out the prediction is."""

import numpy as np

from askance import ops
from askance.strategy import Utility, strategy


@strategy("Shannon 1948; Settles 2009, section 3.1", cost="O(N C)")
def entropy(probs, *, normalised=False) -> Utility:
    """Entropy of the predicted class in nats, or as a share of ln C.  probs (N, C) -> (N,) in [0, ln C] or [0, 1]."""
    h = ops.entropy_of(probs)
    return h / np.log(max(probs.shape[1], 2)) if normalised else h
