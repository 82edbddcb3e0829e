"""Exact farthest-first traversal, lazily: the k-center kernel for one machine.  Floor 0.

Every sample keeps an upper bound of its distance to the nearest centre, and how many centres that bound has seen.  Only
samples whose bound exceeds the current maximum can win, so a window of the largest bounds is kept, just those are
brought up to date by one matrix product against the centres they have missed, and picks are made inside the window
until its best falls below the largest bound outside.  What is within rounding of the best is compared in float64: the
answer is the naive one, and most pairs are never looked at.
"""

from typing import Generic

import numpy as np

from askance.ops.centres import Centres
from askance.ops.noise import noise
from askance.ops.vectors import V, offsets, rough_nearest

_NUMBERS = 1 << 20  # of the vectors in a block: four megabytes in single precision
_WINDOW = 2048  # rows at least, and one in 256 of the pool
_TOGETHER = 64


def farthest_first(
    vectors: V, reference: V | None, k: int, ids: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """k rows, each the farthest from `reference` and from those before; ties to the smallest noise(seed, id).

    vectors (N, D), reference (L, D) or None, ids (N,) -> (min(k, N),) rows, best first, and (.,) squared distances, inf
    for the first of all.
    """
    n = len(vectors)
    k = min(k, n)
    rows, scores = np.empty(k, np.int64), np.empty(k)
    if k == 0:
        return rows, scores
    race = _Race(vectors, reference, k, ids, seed)
    for i in range(k):
        rows[i], scores[i] = race.next()
    return rows, scores


class _Race(Generic[V]):
    """Who is farthest now.  Bounds are rough; -inf is a row that was picked."""

    def __init__(self, vectors: V, reference: V | None, k: int, ids: np.ndarray, seed: int):
        self.vectors: V = vectors
        self.ids, self.seed = ids, seed
        self.centres: Centres[V] = Centres(vectors, reference, k)
        known = self.centres.after(0)
        self.bound = _bounds(vectors, known) if len(known) else np.full(len(vectors), np.inf)
        self.seen = np.zeros(len(vectors), np.int64)
        self.window = np.zeros(0, np.int64)
        self.inside = np.zeros(0)  # rough distances of the window, up to date with all centres
        self.outside = np.inf  # the largest bound of anybody else

    def next(self) -> tuple[int, float]:
        if not self.centres.count:  # nothing is known yet: everybody is infinitely far
            row = int(noise(self.seed, self.ids).argmin())
            self.bound = rough_nearest(self.vectors, self.centres.add(row)).astype(np.float64)
            self.bound[row] = -np.inf
            self.seen[:] = 1
            return row, np.inf
        while not len(self.window) or self.inside.max() <= self.outside + 2 * self.centres.slack:
            self._refill()
        at, score = self._best()
        row = int(self.window[at])
        self.bound[row] = self.inside[at] = -np.inf
        np.minimum(self.inside, rough_nearest(self.near, self.centres.add(row)), out=self.inside)
        return row, score

    def _best(self) -> tuple[int, float]:
        """The place in the window of the farthest, and how far it is: in float64 where that may matter."""
        high = self.inside.max()
        close = np.flatnonzero(self.inside >= high - 2 * self.centres.slack)
        if len(close) == 1:
            return int(close[0]), max(float(high), 0.0)
        if (self.checked[close] < self.centres.count).any():
            self._check(close)
        best = self.exact[close].max()
        tied = close[self.exact[close] == best]
        first = noise(self.seed, self.ids[self.window[tied]]).argmin() if len(tied) > 1 else 0
        return int(tied[first]), float(best)

    def _check(self, close: np.ndarray) -> None:
        """Exact distances for these, and for the next best with them where a pass over all centres is made anyway."""
        new = close[(self.checked[close] < self.centres.count) & (self.exact[close] > 0)]  # a twin stays one
        if len(new) and not self.checked[new].all():
            more = min(_TOGETHER, len(self.inside))
            new = np.union1d(new, np.argpartition(-self.inside, more - 1)[:more])
        if len(new):
            self.exact[new] = self.centres.exact(self.near[new], self.exact[new], int(self.checked[new].min()))
            self.checked[new] = self.centres.count

    def _refill(self) -> None:
        """Writes the window back, takes the largest bounds instead, and brings them up to date."""
        self.bound[self.window] = self.inside
        self.seen[self.window] = self.centres.count
        size = min(max(_WINDOW, len(self.bound) // 256), len(self.bound) - len(self.centres.picked))
        cut = np.partition(self.bound, len(self.bound) - size)[len(self.bound) - size]
        # Whoever may tie with the last comes too, so that none is left to be forgotten.
        inside = self.bound >= cut - 4 * self.centres.slack
        inside &= self.bound > -np.inf
        self.window = np.flatnonzero(inside)
        self.near: V = self.vectors[self.window]
        self.inside = self.centres.caught_up(self.near, self.bound[self.window], self.seen[self.window])
        self.outside = float(np.max(self.bound, where=~inside, initial=-np.inf))
        self.exact = np.full(len(self.window), np.inf)
        self.checked = np.zeros(len(self.window), np.int64)


def _bounds(vectors: V, centres: V, few: int = 64) -> np.ndarray:
    """Upper bounds of the distance to the nearest centre: rough when there are few, else within cells of pivots."""
    if len(centres) <= few:
        return rough_nearest(vectors, centres).astype(np.float64)
    pivots = centres[:: max(1, len(centres) // int(2 * len(centres) ** 0.5))]
    home = offsets(centres, pivots).argmin(1)
    cells = [centres[np.flatnonzero(home == c)] for c in range(len(pivots))]
    bound = np.empty(len(vectors))
    step = max(256, _NUMBERS // vectors.width)
    for start in range(0, len(vectors), step):
        bound[start : start + step] = _in_cells(vectors[start : start + step], pivots, cells)
    return bound


def _in_cells(mine: V, pivots: V, cells: list[V]) -> np.ndarray:
    """Distances to the nearest of the centres in the cell of the nearest pivot."""
    gap = offsets(mine, pivots)
    cell = gap.argmin(1).astype(np.int16)  # narrow: whole numbers of two bytes are sorted by counting
    bound = gap[np.arange(len(gap)), cell].astype(np.float64) + mine.norms
    order = np.argsort(cell, kind="stable")
    edges = np.searchsorted(cell[order], np.arange(len(cells) + 1))
    for c, mates in enumerate(cells):
        rows = order[edges[c] : edges[c + 1]]
        if len(rows) and len(mates):
            bound[rows] = np.minimum(bound[rows], rough_nearest(mine[rows], mates))
    return np.maximum(bound, 0.0)
