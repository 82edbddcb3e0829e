"""Numbers of either sign as utilities: the order is kept, and none is below 0."""

import numpy as np


def rising(x: np.ndarray) -> np.ndarray:
    """(N,) of any size to (0, 1), the larger the larger; 0 becomes 1/2.  Nothing large or small is rounded together."""
    x = np.asarray(x, np.float64)
    return np.asarray((1.0 + x / (1.0 + np.abs(x))) / 2.0)
