"""The control that everything is measured against."""

import numpy as np

from askance.strategy import Utility, strategy


@strategy("-", sampled=True, cost="O(N)")
def random(ids) -> Utility:
    """A uniform draw without replacement: all utilities are alike, so the tie-break decides.  ids (N,) -> (N,) of 0."""
    return np.zeros(len(ids))
