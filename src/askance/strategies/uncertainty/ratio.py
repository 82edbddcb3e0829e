"""How close the two likeliest classes are, as a ratio."""

import numpy as np

from askance import ops
from askance.strategy import Utility, strategy


@strategy("Settles 2009, section 3.1", cost="O(N C)")
def ratio(probs) -> Utility:
    """The second likeliest class over the likeliest.  probs (N, C) -> (N,) in [0, 1]; one class alone gives 0.

    Others report its inverse, which has no upper end and is infinite where the model is sure.
    """
    if probs.shape[1] < 2:
        return np.zeros(len(probs))
    first, second = ops.top_two(probs)
    return second / first
