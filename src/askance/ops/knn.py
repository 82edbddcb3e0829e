"""Nearest neighbours, exactly, in blocks: N x M is never made.  Floor 0."""

import numpy as np

from askance.ops.vectors import V, gaps

_CELLS = 1_000_000  # of a block of distances


def nearest_rows(vectors: V, others: V, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The `count` nearest of `others` to every row, nearest first.  (N, D), (M, D) -> (N, c) rows, (N, c) squared.

    c = min(count, M).  Of equally far ones it is not said which come in.
    """
    c = min(count, len(others))
    rows, squared = np.empty((len(vectors), c), np.int64), np.empty((len(vectors), c))
    step = max(1, _CELLS // max(len(others), 1))
    for part in (slice(i, i + step) for i in range(0, len(vectors) if c else 0, step)):
        block = gaps(vectors[part], others)
        near = np.argpartition(block, c - 1, axis=1)[:, :c]
        far = np.take_along_axis(block, near, 1)
        order = np.argsort(far, axis=1, kind="stable")
        rows[part], squared[part] = np.take_along_axis(near, order, 1), np.take_along_axis(far, order, 1)
    return rows, squared


def neighbours(vectors: V, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The same within one set: the `count` nearest others of every row, itself left out.  -> (N, c), (N, c)."""
    rows, squared = nearest_rows(vectors, vectors, count + 1)
    own = rows == np.arange(len(vectors))[:, None]
    own[~own.any(1), -1:] = True  # among more copies than were asked for, a row may be missing from its own list
    keep = ~own
    return rows[keep].reshape(len(vectors), -1), squared[keep].reshape(len(vectors), -1)
