"""How well a set of rows stands for a pool: F(S) = sum over x of weight(x) max over s in S of likeness(x, s).  Floor 0.

Facility location, and with other likenesses probability cover and max-herding.  N x N is never made: likenesses come
in blocks, and from `most` rows on, coverage is counted at a sample of so many witnesses drawn by their ids.
"""

from collections.abc import Callable, Iterator
from typing import Generic

import numpy as np

from askance.ops.noise import noise
from askance.ops.vectors import V, gaps

Likeness = Callable[[np.ndarray], np.ndarray]  # squared distances -> how alike, in [0, 1]; may write over its argument

_CELLS = 1 << 17  # of a block of likenesses: with its scratch it stays in the second-level cache
_WITNESS_DRAW = 7001  # keeps the draw of witnesses apart from the ties


def witnesses(ids: np.ndarray, seed: int, most: int) -> np.ndarray:
    """Rows at which coverage is counted: all of them up to `most`, else so many drawn by id.  ids (N,) -> (M,)."""
    if len(ids) <= most:
        return np.arange(len(ids))
    drawn = noise(seed, ids, _WITNESS_DRAW)
    return np.sort(np.argpartition(drawn, most)[:most])


def rbf(h: float) -> Likeness:
    """exp(-(d / h)^2); a bandwidth of 0 leaves only copies alike."""

    def like(squared: np.ndarray) -> np.ndarray:
        if h <= 0:
            return (squared <= 0).astype(squared.dtype)
        squared *= -1.0 / (h * h)
        return np.exp(squared, out=squared)

    return like


def ball(radius: float) -> Likeness:
    """1 within the radius, 0 outside."""
    return lambda squared: (squared <= radius * radius).astype(squared.dtype)


def closeness(widest: float) -> Likeness:
    """1 - d / widest, not below 0."""

    def like(squared: np.ndarray) -> np.ndarray:
        np.sqrt(squared, out=squared)
        squared *= -1.0 / widest if widest > 0 else 0.0
        squared += 1.0
        return np.maximum(squared, 0.0, out=squared)

    return like


class Coverage(Generic[V]):
    """The objective of `lazy_greedy`: rows may be taken from `vectors`, and coverage is counted at `points`.

    covered (M,): the likeness of each point to what is known already; weight (M,) of each point, by default 1 / M.
    """

    def __init__(self, vectors: V, points: V, like: Likeness, known: V | None = None, weight: np.ndarray | None = None):
        self.vectors: V = vectors
        self.points: V = points
        self.like = like
        self.covered = _most_alike(points, known, like)
        self.weight = np.full(len(points), 1.0 / max(len(points), 1)) if weight is None else weight
        # Sums within rounding of each other are equal, so that copies tie.
        fine = 1e-11 if self.covered.dtype == np.float64 else 1e-7
        self.grain = fine * float(self.weight.sum()) or 1.0

    def gains(self, rows: np.ndarray) -> np.ndarray:
        out = np.empty(len(rows))
        weight = self.weight.astype(self.covered.dtype, copy=False)
        for part in _parts(len(rows), len(self.points)):
            new = self.like(_squares(self.vectors[rows[part]], self.points))
            new -= self.covered
            np.maximum(new, 0.0, out=new)
            out[part] = new @ weight
        return np.round(out / self.grain) * self.grain

    def take(self, row: int) -> None:
        new = self.like(_squares(self.vectors[np.array([row])], self.points))[0]
        np.maximum(self.covered, new, out=self.covered)

    @property
    def value(self) -> float:
        """F of what is known and taken."""
        return float(self.weight @ self.covered)


def _squares(mine: V, points: V) -> np.ndarray:
    """`gaps` in fewer passes over memory.  Only twins come within rounding of 0, and those have the same length."""
    out = mine.dots(points)
    out *= -2.0
    out += points.norms
    out += mine.norms[:, None]
    out *= out > (np.finfo(out.dtype).eps * 32 * mine.norms)[:, None]
    return out


def _most_alike(points: V, known: V | None, like: Likeness) -> np.ndarray:
    covered = np.zeros(len(points), points.norms.dtype)
    if known is None or not len(known):
        return covered
    near = points.nearest(known)
    return like(near.astype(covered.dtype))


def _parts(rows: int, wide: int) -> Iterator[slice]:
    step = max(1, _CELLS // max(wide, 1))
    return (slice(start, start + step) for start in range(0, rows, step))


def typical_gap(vectors: V, ids: np.ndarray, seed: int, most: int = 400) -> float:
    """The median distance of two rows that differ, from a sample of at most `most`.  0 where all are alike."""
    some = vectors[witnesses(ids, seed, most)]
    squared = gaps(some, some)[np.triu_indices(len(some), 1)]
    apart = squared[squared > 0]
    return float(np.sqrt(np.median(apart))) if len(apart) else 0.0
