"""Whose cluster a row is in: the nearest of some centres and how far it is.  Floor 0."""

import numpy as np

from askance.ops.implicit import Implicit
from askance.ops.vectors import Dense, Outer, between, offsets

_CELLS = 1_000_000  # of a block of distances


def closest(vectors: Dense | Outer | Implicit, centres: Dense | Outer | Implicit) -> tuple[np.ndarray, np.ndarray]:
    """(N,) the place of the nearest centre, and (N,) float64 its squared distance.  At least one centre."""
    place, squared = np.empty(len(vectors), np.int64), np.empty(len(vectors))
    targets = centres.double()
    step = max(1, _CELLS // len(centres))
    for part in (slice(i, i + step) for i in range(0, len(vectors), step)):
        mine = vectors[part].double()
        place[part] = offsets(mine, targets).argmin(1)  # type: ignore[type-var]
        squared[part] = between(mine, targets[place[part]])  # type: ignore[type-var]
    return place, squared
