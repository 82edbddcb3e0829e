"""Exact farthest-first traversal, lazily: the k-center kernel for one machine.  Floor 0.

Every sample keeps an upper bound of its distance to the nearest centre, and how many centres that bound has seen.  Only
samples whose bound exceeds the current maximum can win, so a window of the largest bounds is kept, just those are
brought up to date by one matrix product against the centres they have missed, and picks are made inside the window
until its best falls below the largest bound outside.  The answer is the naive one; most pairs are never looked at.
"""

from typing import Generic

import numpy as np

from askance.ops.noise import noise
from askance.ops.vectors import V, gaps

_WINDOW = 4096


def farthest_first(
    vectors: V, reference: V | None, k: int, ids: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """k rows, each the farthest from `reference` and from those before; ties to the smallest noise(seed, id).

    vectors (N, D), reference (L, D) or None, ids (N,) -> (min(k, N),) rows, best first, and (.,) squared distances.
    """
    n = len(vectors)
    k = min(k, n)
    rows, scores = np.empty(k, np.int64), np.empty(k)
    if k == 0:
        return rows, scores
    race = _Race(vectors, reference, ids, seed)
    for i in range(k):
        rows[i], scores[i] = race.next()
    return rows, scores


class _Race(Generic[V]):
    """Who is farthest now.  `centres` are the reference and then the picks; `seen` counts them from the front."""

    def __init__(self, vectors: V, reference: V | None, ids: np.ndarray, seed: int):
        self.vectors: V = vectors
        self.ids, self.seed = ids, seed
        self.reference: V | None = reference if reference is not None and len(reference) else None
        self.picked: list[int] = []
        self.seen = np.zeros(len(vectors), np.int64)
        self.bound = np.full(len(vectors), np.inf) if self.reference is None else _bounds(vectors, self.reference)
        self.window = np.zeros(0, np.int64)
        self.inside = np.zeros(0)  # distances of the window, up to date with all centres
        self.outside = np.inf  # the largest bound of anybody else

    def next(self) -> tuple[int, float]:
        if self.picked or self.reference is not None:
            while not len(self.window) or self.inside.max() <= self.outside:
                self._refill()
            at = self._first(self.inside, self.window)
            row, score = int(self.window[at]), float(self.inside[at])
        else:  # nothing is known yet: everybody is infinitely far
            at, row, score = -1, int(noise(self.seed, self.ids).argmin()), np.inf
        self.picked.append(row)
        self.bound[row] = -np.inf
        if at >= 0:
            self.inside[at] = -np.inf
        one = self.vectors[np.array([row])]
        if len(self.picked) == 1 and self.reference is None:
            self.bound = np.where(np.isneginf(self.bound), -np.inf, self.vectors.to(one))
            self.seen[:] = 1
        elif len(self.window):
            np.minimum(self.inside, self.near.to(one), out=self.inside)
            # Whoever was picked stays out: its distance to itself is 0, which is not below -inf.
        return row, score

    def _first(self, values: np.ndarray, rows: np.ndarray) -> int:
        tied = np.flatnonzero(values == values.max())
        return int(tied[0]) if len(tied) == 1 else int(tied[noise(self.seed, self.ids[rows[tied]]).argmin()])

    def _refill(self) -> None:
        """Writes the window back, takes the largest bounds instead, and brings them up to date."""
        self._write_back()
        free = len(self.bound) - len(self.picked)
        size = min(_WINDOW, free)
        cut = np.partition(self.bound, len(self.bound) - size)[len(self.bound) - size]
        self.window = np.flatnonzero(self.bound >= cut)  # ties with the last come too, so none is left to be forgotten
        self.near: V = self.vectors[self.window]
        self.inside = self._up_to_date()
        rest = np.delete(self.bound, self.window)
        self.outside = float(rest.max()) if len(rest) else -np.inf

    def _write_back(self) -> None:
        if len(self.window):
            self.bound[self.window] = self.inside
            self.seen[self.window] = self._total()

    def _total(self) -> int:
        return len(self.picked) + (0 if self.reference is None else len(self.reference))

    def _up_to_date(self) -> np.ndarray:
        """Distances of the window to its nearest centre, those it has seen counted through its bounds."""
        known, missed = self.bound[self.window], self.seen[self.window]
        out = known.copy()
        for first in np.unique(missed // 64) * 64:  # those that have missed about the same, together
            rows = np.flatnonzero((missed // 64) * 64 == first)
            centres = self._centres(int(first))
            if len(centres):
                out[rows] = np.minimum(out[rows], self.near[rows].nearest(centres))
        out[np.isneginf(known)] = -np.inf
        return out

    def _centres(self, first: int) -> V:
        """All centres but the `first` ones."""
        extra = 0 if self.reference is None else len(self.reference)
        picks = self.vectors[np.array(self.picked[max(0, first - extra) :], np.int64)]
        if self.reference is None or first >= extra:
            return picks
        return self.reference[first:].joined(picks)


def _bounds(vectors: V, centres: V, few: int = 64) -> np.ndarray:
    """Upper bounds of the distance to the nearest centre: exact when there are few, else within cells of pivots."""
    if len(centres) <= few:
        return vectors.nearest(centres)
    pivots = centres[:: max(1, len(centres) // int(2 * len(centres) ** 0.5))]
    cell_of_centre = gaps(centres, pivots).argmin(1)
    bound = np.empty(len(vectors))
    cell = np.empty(len(vectors), np.int64)
    tall = max(1, 2_000_000 // len(pivots))
    for start in range(0, len(vectors), tall):
        part = slice(start, start + tall)
        gap = gaps(vectors[part], pivots)
        cell[part] = gap.argmin(1)
        bound[part] = gap.min(1)
    order = np.argsort(cell, kind="stable")
    edges = np.searchsorted(cell[order], np.arange(len(pivots) + 1))
    for c in range(len(pivots)):
        rows = order[edges[c] : edges[c + 1]]
        mates = centres[np.flatnonzero(cell_of_centre == c)]
        if len(rows) and len(mates):
            bound[rows] = np.minimum(bound[rows], vectors[rows].nearest(mates))
    return bound
