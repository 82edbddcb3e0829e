"""The best by utility without near-duplicates: before any selector, or in its place."""

import numpy as np

from askance import ops
from askance.ops.vectors import gaps
from askance.strategy import Picks, strategy

BLOCK = 512


@strategy(
    "-", part=True, bounds={"x": (1, None), "radius": (0.0, None)}, cost="O(N log N + m^2 D) for m rows looked at"
)
def distinct(vectors, reference, utility, ids, k, seed, *, radius=0.0, x=1) -> Picks:
    """The x * k best by utility, none within `radius` of a better one or a known one.  -> (min(x * k, N),) rows.

    vectors (N, D), utility (N,), as in `margin | distinct(radius=0.5)`.  radius 0 leaves out exact copies only.  Where
    too few are left, the best of those left out fill up, so that k are always given.  Ties by noise(seed, id).
    """
    order = np.lexsort((ops.noise(seed, ids), -utility))
    wanted = min(x * k, len(order))
    kept: list[int] = []
    spare: list[int] = []
    for start in range(0, len(order), BLOCK):
        rows = order[start : start + BLOCK]
        fresh = apart(vectors[rows], vectors[np.array(kept, np.int64)], reference, radius)
        kept += rows[fresh].tolist()
        spare += rows[~fresh].tolist()
        if len(kept) >= wanted:
            break
    return np.array([*kept, *spare][:wanted], np.int64)


def apart(vectors, kept, reference, radius: float) -> np.ndarray:
    """Which rows are farther than the radius from all that is kept or known, and from the rows before that are.

    (m, D) -> (m,) bool.
    """
    limit = radius * radius
    near = vectors.nearest(kept)
    if reference is not None:
        near = np.minimum(near, vectors.nearest(reference))
    fresh = near > limit
    close = gaps(vectors, vectors) <= limit
    for row in range(1, len(fresh)):
        fresh[row] = fresh[row] and not (close[row, :row] & fresh[:row]).any()
    return fresh
