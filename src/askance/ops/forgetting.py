"""What was known at one time and no longer at the next (Toneva et al. 2019).  Floor 0."""

import numpy as np


def forgotten(right: np.ndarray) -> np.ndarray:
    """How often right turned wrong; infinite for what was never right.  right (N, T) bool, oldest first -> (N,) float.

    0, 1, 1, 0, 1 -> 1.
    """
    right = np.asarray(right, bool)
    events = (right[:, :-1] & ~right[:, 1:]).sum(1).astype(np.float64)
    return np.where(right.any(1), events, np.inf)
