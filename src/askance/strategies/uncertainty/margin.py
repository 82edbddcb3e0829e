"""How close the two likeliest classes are."""

import numpy as np

from askance import ops
from askance.strategy import Utility, strategy


@strategy("Scheffer, Decomain & Wrobel 2001", cost="O(N C)")
def margin(probs) -> Utility:
    """One minus the gap between the two likeliest classes.  probs (N, C) -> (N,) in [0, 1]; one class alone gives 0."""
    if probs.shape[1] < 2:
        return np.zeros(len(probs))
    first, second = ops.top_two(probs)
    return 1.0 - (first - second)
