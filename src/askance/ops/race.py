"""Draws by weights that only fall, as one race that lasts: the same in any order and any sharding.  Floor 0.

Think of every row as a Poisson process of points (time, level) on the half-plane above zero.  A row of weight w rings
at its first point with a level of w or less: after an exponential time of rate w.  So the first to ring is a draw in
proportion to the weights, and since the processes forget the past, so is the next, with the weights that hold by then.
As weights only fall, a row need keep just the points that undercut all before them: its stairs.  From the step at level
u the next comes after an exponential time of rate u, at a level uniform below u; noise of (seed, id, step) makes both.
"""

from typing import Generic

import numpy as np

from askance.ops.centres import Centres
from askance.ops.noise import noise
from askance.ops.vectors import V, rough_nearest

_WINDOW = 512


class Stairs:
    """When each row rings, `time` (N,), and at which `level`.  weight (N,) >= 0; 0 never rings: its time is inf."""

    def __init__(self, seed: int, ids: np.ndarray, weight: np.ndarray):
        self.seed, self.ids = seed, ids
        self.time, self.level = np.zeros(len(ids)), np.array(weight, np.float64)
        self.step = np.zeros(len(ids), np.int64)
        self._climb(np.arange(len(ids)))

    def lower(self, rows: np.ndarray, weight: np.ndarray) -> None:
        """These rows weigh so much now, no more than before: on to the first step that is low enough."""
        while len(rows):
            behind = (self.level[rows] > weight) & (self.time[rows] < np.inf)
            rows, weight = rows[behind], weight[behind]
            self.time[rows[weight == 0]] = np.inf
            rows, weight = rows[weight > 0], weight[weight > 0]
            self._climb(rows)

    def _climb(self, rows: np.ndarray) -> None:
        draw = 2 * self.step[rows] + 1
        wait, share = noise(self.seed, np.tile(self.ids[rows], 2), np.concatenate([draw, draw + 1])).reshape(2, -1)
        with np.errstate(divide="ignore"):
            self.time[rows] -= np.log(wait) / self.level[rows]
        self.level[rows] *= share
        self.step[rows] += 1


def squared_draws(vectors: V, k: int, ids: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """D^2 sampling (k-means++): the longest vector, then draws by squared distance to the nearest of those before.

    vectors (N, D), ids (N,) -> (min(k, N),) rows in the order drawn, and (.,) one over the time when each rang.  What
    is left when all distances are 0 comes by noise(seed, id).
    """
    k = min(k, len(vectors))
    rows, scores = np.empty(k, np.int64), np.empty(k)
    if k == 0:
        return rows, scores
    tie = noise(seed, ids)
    rows[0] = np.lexsort((tie, -vectors.norms))[0]
    scores[0] = vectors.norms[rows[0]]
    race = _Race(vectors, int(rows[0]), k, ids, seed)
    for i in range(1, k):
        rows[i], scores[i] = race.next()
        if rows[i] < 0:  # only twins of what was drawn are left
            rest = np.setdiff1d(np.arange(len(ids)), rows[:i])
            rows[i:], scores[i:] = rest[np.argsort(tie[rest])][: k - i], 0.0
            break
    return rows, scores


class _Race(Generic[V]):
    """Who rings next.  A time that has not heard of the latest draws is too early, never too late.

    So the earliest are kept in a window, just those are brought up to date by one matrix product, and draws are made
    inside it until its earliest comes after the earliest time outside.  Whether a level is low enough is decided with
    rough distances, and with exact ones where rounding could matter.
    """

    def __init__(self, vectors: V, first: int, k: int, ids: np.ndarray, seed: int):
        self.vectors: V = vectors
        self.centres: Centres[V] = Centres(vectors, None, k)
        self.weight = vectors.to(self.centres.add(first))
        self.stairs = Stairs(seed, ids, self.weight)
        self.seen = np.ones(len(ids), np.int64)
        self.window = np.zeros(0, np.int64)
        self.inside = np.zeros(0)  # weights of the window, up to date within rounding
        self.outside = 0.0  # the earliest time of anybody else

    def next(self) -> tuple[int, float]:
        """(row, 1 / time), or (-1, 0) when nobody will ever ring."""
        while True:
            times = self.stairs.time[self.window]
            at = int(times.argmin()) if len(times) else -1
            if at >= 0 and times[at] < self.outside:
                return self._drawn(at, float(times[at]))
            if self.outside == np.inf:
                return -1, 0.0
            self._refill()

    def _drawn(self, at: int, time: float) -> tuple[int, float]:
        row = int(self.window[at])
        gap = rough_nearest(self.near, self.centres.add(row))
        self.stairs.time[row] = np.inf
        closer = np.flatnonzero(gap < self.inside)
        self.inside[closer] = gap[closer]
        self._settle(closer)
        return row, 1.0 / time

    def _refill(self) -> None:
        """Writes the window back, takes the earliest times instead, and brings them up to date."""
        self.weight[self.window] = self.inside
        self.seen[self.window] = self.centres.count
        time, size = self.stairs.time, min(_WINDOW, len(self.weight))
        order = np.argpartition(time, size - 1)
        self.window = order[:size][time[order[:size]] < np.inf]
        self.outside = float(time[order[size:]].min(initial=np.inf))
        self.near: V = self.vectors[self.window]
        self.inside = self.centres.caught_up(self.near, self.weight[self.window], self.seen[self.window])
        self._settle(np.arange(len(self.window)))

    def _settle(self, at: np.ndarray) -> None:
        """Moves these of the window on to the first step that their weight allows."""
        slack, rows = self.centres.slack, self.window[at]
        self.stairs.lower(rows, self.inside[at] + slack)
        unsure = at[(self.stairs.level[rows] > self.inside[at] - slack) & (self.stairs.time[rows] < np.inf)]
        if len(unsure):
            self.inside[unsure] = self.centres.exact(self.near[unsure], np.full(len(unsure), np.inf), 0)
            self.stairs.lower(self.window[unsure], self.inside[unsure])
