"""How well a set of rows stands for a pool: F(S) = sum over x of weight(x) max over s in S of likeness(x, s).  Floor 0.

Facility location, and with other likenesses probability cover and max-herding.  N x N is never made: likenesses come
in blocks, and from `most` rows on, coverage is counted at a sample of so many witnesses drawn by their ids.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic

import numpy as np

from askance.ops.lists import Lists
from askance.ops.noise import noise
from askance.ops.vectors import V, gaps

_CELLS = 1 << 18  # of a block of likenesses: more rows make the product faster, fewer stay in the cache
_KEPT = 1 << 22  # pairs of a row and a point near to it whose likeness is kept: 32 MB at most
_NEGLIGIBLE = 1e-14  # a likeness that is lost in the rounding of a sum
_SPARSE = 8  # where fewer than one pair in so many counts, those few are looked at by themselves
_WITNESS_DRAW = 7001  # keeps the draw of witnesses apart from the ties


@dataclass(frozen=True)
class Likeness:
    """How alike two rows are, in [0, 1], by their squared distance: the farther the less, next to 0 beyond `reach`."""

    of: Callable[[np.ndarray], np.ndarray]  # may write over its argument
    reach: float  # squared as well

    def __call__(self, squared: np.ndarray) -> np.ndarray:
        return self.of(squared)


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

    return Likeness(like, -float(np.log(_NEGLIGIBLE)) * h * h)


def ball(radius: float) -> Likeness:
    """1 within the radius, 0 outside."""
    return Likeness(lambda squared: (squared <= radius * radius).astype(squared.dtype), radius * radius)


def closeness(widest: float) -> Likeness:
    """1 - d / widest, not below 0."""

    def like(squared: np.ndarray) -> np.ndarray:
        np.sqrt(squared, out=squared)
        squared *= -1.0 / widest if widest > 0 else 0.0
        squared += 1.0
        return np.maximum(squared, 0.0, out=squared)

    return Likeness(like, widest * widest)


class Coverage(Generic[V]):
    """The objective of `lazy_greedy`: rows may be taken from `vectors`, and coverage is counted at `points`.

    covered (M,): the likeness of each point to what is known already; weight (M,) of each point, by default 1 / M.
    A row adds something only at points within `gap` (M,), squared: its reach, or the nearest known or taken row.
    Those can only become fewer, so they are kept for a row that was looked at, and its gain is next found from them.
    """

    def __init__(self, vectors: V, points: V, like: Likeness, known: V | None = None, weight: np.ndarray | None = None):
        self.vectors: V = vectors
        self.points: V = points
        self.like = like
        dtype = points.norms.dtype
        self.gap = np.full(len(points), like.reach, dtype)
        self.covered = np.zeros(len(points), dtype)
        if known is not None and len(known):
            self._cover(points.nearest(known).astype(dtype))
        self.weight = np.full(len(points), 1.0 / max(len(points), 1)) if weight is None else weight
        self._weight = self.weight.astype(dtype, copy=False)
        self.near = Lists(len(vectors), min(_KEPT, len(vectors) * len(points)), dtype)
        # Sums within rounding of each other are equal, so that copies tie.
        fine = 1e-11 if dtype == np.float64 else 1e-7
        self.grain = fine * float(self.weight.sum()) or 1.0

    def gains(self, rows: np.ndarray) -> np.ndarray:
        out, listed = np.empty(len(rows)), self.near.has(rows)
        for some in _parts(np.flatnonzero(listed), self.near.longest):
            out[some] = self._sums(*self.near.of(rows[some]))
        for some in _parts(np.flatnonzero(~listed), len(self.points)):
            out[some] = self._by_look(rows[some])
        return np.round(out / self.grain) * self.grain

    def _by_look(self, rows: np.ndarray) -> np.ndarray:
        """Gains from all pairs; which of them count is kept where they are few."""
        mine = self.vectors[rows]
        half = mine.dots(self.points)
        half -= (0.5 * mine.norms)[:, None]
        near = half >= self._edge()
        if np.count_nonzero(near) * _SPARSE > near.size:
            alike = self.like(_squares(half, self.points.norms, mine.norms[:, None]))
            return np.asarray(self._added(alike, self.covered) @ self._weight)
        count, at = np.count_nonzero(near, axis=1), np.flatnonzero(near)
        point = (at - np.repeat(np.arange(len(rows)) * len(self.points), count)).astype(np.int32)
        alike = self.like(_squares(half.ravel()[at], self.points.norms[point], np.repeat(mine.norms, count)))
        self.near.keep(rows, count, point, alike)
        return self._sums(count, point, alike)

    def _edge(self) -> np.ndarray:
        """What dots less half the own norm are where a row is as near to a point as counts, or by rounding farther."""
        norms = self.points.norms
        return np.asarray(0.5 * (norms - self.gap) - 16 * np.finfo(norms.dtype).eps * (norms + self.gap))

    def _sums(self, count: np.ndarray, point: np.ndarray, alike: np.ndarray) -> np.ndarray:
        added = self._added(alike, self.covered[point])
        added *= self._weight[point]
        ends = np.cumsum(count)
        total = np.concatenate([[0.0], np.cumsum(added, dtype=np.float64)])
        return np.asarray(total[ends] - total[ends - count])

    @staticmethod
    def _added(alike: np.ndarray, covered: np.ndarray) -> np.ndarray:
        alike -= covered
        return np.maximum(alike, 0.0, out=alike)

    def take(self, row: int) -> None:
        mine = self.vectors[np.array([row])]
        half = mine.dots(self.points)[0]
        half -= 0.5 * mine.norms
        self._cover(_squares(half, self.points.norms, mine.norms))

    def _cover(self, squared: np.ndarray) -> None:
        np.minimum(self.gap, squared, out=self.gap)
        np.maximum(self.covered, self.like(squared), out=self.covered)

    @property
    def value(self) -> float:
        """F of what is known and taken."""
        return float(self.weight @ self.covered)


def _squares(half: np.ndarray, norms: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Squared distances from dots less half the own norm; writes over them.

    Only twins come within rounding of 0, and those have the same length.
    """
    half *= -2.0
    half += norms
    half *= half > np.finfo(half.dtype).eps * 32 * own
    return half


def _parts(rows: np.ndarray, wide: int) -> Iterator[np.ndarray]:
    step = max(1, _CELLS // max(wide, 1))
    return (rows[start : start + step] for start in range(0, len(rows), step))


def typical_gap(vectors: V, ids: np.ndarray, seed: int, most: int = 400) -> float:
    """The median distance of two rows that differ, from a sample of at most `most`.  0 where all are alike."""
    some = vectors[witnesses(ids, seed, most)]
    squared = gaps(some, some)[np.triu_indices(len(some), 1)]
    apart = squared[squared > 0]
    return float(np.sqrt(np.median(apart))) if len(apart) else 0.0
