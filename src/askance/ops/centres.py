"""Distances to a list of centres that grows: rough ones at once, exact ones where it matters.  Floor 0."""

from typing import Generic

import numpy as np

from askance.ops.vectors import V, between, gaps, rough_nearest

_SAFETY = 4.0  # times the largest rounding seen among some thousand pairs


class Centres(Generic[V]):
    """A reference and then the rows picked from `vectors`; `count` of them in all.

    slack   how far a rough squared distance may be from the exact one
    """

    def __init__(self, vectors: V, reference: V | None, room: int):
        """`room`: how many rows will be picked."""
        self.vectors: V = vectors
        self.known = 0 if reference is None else len(reference)
        self.picked: list[int] = []
        later = vectors[np.zeros(room if len(vectors) else 0, np.int64)]
        self.all: V = later if reference is None or not self.known else reference[np.arange(self.known)].joined(later)
        self.slack = _slack(vectors, self.all)

    @property
    def count(self) -> int:
        return self.known + len(self.picked)

    def add(self, row: int) -> V:
        """-> the new centre."""
        one = self.vectors[np.array([row])]
        self.all.put(self.count, one)
        self.picked.append(row)
        return one

    def after(self, first: int) -> V:
        """All centres but the `first` ones.  No copy."""
        return self.all[first : self.count]

    def caught_up(self, mine: V, near: np.ndarray, seen: np.ndarray) -> np.ndarray:
        """Rough distances of some rows to the nearest centre, where `near` has counted only the first `seen` of them.

        mine (m, D), near (m,), seen (m,) -> (m,)
        """
        out = near.copy()
        start = seen // 64 * 64  # those that have missed about the same, together
        for first in np.unique(start):
            centres = self.after(int(first))
            if len(centres):
                rows = np.flatnonzero(start == first)
                out[rows] = np.minimum(out[rows], rough_nearest(mine[rows], centres))
        return out

    def exact(self, mine: V, near: np.ndarray, seen: int) -> np.ndarray:
        """The same in float64, by those of the centres that look nearest within rounding.  For few rows."""
        centres = self.after(seen)
        if not len(centres):
            return near
        rough = gaps(mine, centres)
        row, centre = np.nonzero(rough <= rough.min(1, keepdims=True) + 2 * self.slack)
        out = near.copy()
        np.minimum.at(out, row, between(mine[row].double(), centres[centre].double()))
        return out


def _slack(vectors: V, centres: V, some: int = 64) -> float:
    """The rounding of a matrix product, measured: its worst-case bound is a hundred times what happens."""
    if not len(vectors):
        return 0.0
    step = max(1, len(vectors) // (2 * some))
    mine, theirs = (
        vectors[np.arange(0, len(vectors), step)[:some]],
        vectors[np.arange(step, len(vectors), step)[-some:]],
    )
    longest = max(float(vectors.norms.max()), float(centres.norms.max(initial=0.0)))
    return (_SAFETY * _rounding(mine, theirs) + 8 * float(np.finfo(vectors.norms.dtype).eps)) * 2 * longest


def _rounding(mine: V, theirs: V) -> float:
    """The largest error of a rough squared distance, as a share of the two squared lengths."""
    if not len(theirs):
        return 0.0
    double = theirs.double()
    exact = np.stack([between(double, mine[np.array([i])].double()) for i in range(len(mine))])
    both = mine.norms[:, None].astype(np.float64) + theirs.norms
    error = np.abs(mine.dots(theirs) * -2.0 + mine.norms[:, None] + theirs.norms - exact)
    return float(np.max(error / np.where(both > 0, both, 1.0)))
