"""Folds for cross-validation: stratified, and the same for any order of the rows.  Floor 4."""

import numpy as np

from askance import ops

DRAW = 7001  # keeps these draws apart from those of strategies and committees


def folds(y: np.ndarray, ids: np.ndarray, seed: int, count: int = 5) -> np.ndarray:
    """The fold of each row, (N,) in 0 .. count - 1, and -1 for the only row of its class.

    y (N,) class numbers, ids (N,) uint64.  The rows of a class are dealt out one to a fold, so a class of two rows or
    more is in the training part of every fold; the only row of a class is always trained on and never judged.
    """
    order = np.lexsort((ops.noise(seed, ids, DRAW), y))
    counts = np.bincount(y)
    dealt = order[counts[y[order]] > 1]
    out = np.full(len(y), -1)
    out[dealt] = np.arange(len(dealt)) % count
    return out


def enough(y: np.ndarray) -> bool:
    """Whether folds can judge anything: two classes of at least three rows."""
    return int((np.bincount(y) >= 3).sum()) >= 2
