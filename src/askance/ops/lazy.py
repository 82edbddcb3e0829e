"""Lazy greedy maximisation of a submodular function: exact, and most gains are never looked at again.  Floor 0.

What a row would add can only shrink as others are taken (Minoux 1978), so an old gain is an upper bound.  The rows with
the largest bounds are brought up to date, a block at a time, until the best of those is ahead of every bound left.
"""

from typing import Protocol

import numpy as np


class Objective(Protocol):
    """A monotone submodular function of the rows taken so far, none of which is asked about again."""

    def gains(self, rows: np.ndarray) -> np.ndarray:
        """What each of these rows would add now.  (m,) -> (m,)."""

    def take(self, row: int) -> None:
        """Adds the row for good."""


def lazy_greedy(
    objective: Objective, bounds: np.ndarray, k: int, tie: np.ndarray, block: int = 32
) -> tuple[np.ndarray, np.ndarray]:
    """k rows, each the one that adds most; equal gains go to the smallest `tie`.

    bounds (N,): no less than what each row adds at first; tie (N,) -> (min(k, N),) rows in the order taken, and gains.
    """
    bounds = np.array(bounds, np.float64)
    k = min(k, len(bounds))
    rows, gains = np.empty(k, np.int64), np.empty(k)
    for i in range(k):
        rows[i], gains[i] = _best(objective, bounds, tie, block)
        bounds[rows[i]] = -np.inf
        if i + 1 < k:
            objective.take(int(rows[i]))
    return rows, gains


def _best(objective: Objective, bounds: np.ndarray, tie: np.ndarray, block: int) -> tuple[int, float]:
    stale = np.isfinite(bounds)
    while True:
        best = first(bounds, tie)
        if not stale[best]:
            return best, float(bounds[best])
        rows = _largest(np.where(stale, bounds, -np.inf), tie, block)
        bounds[rows] = objective.gains(rows)
        stale[rows] = False
        block *= 2


def _largest(bounds: np.ndarray, tie: np.ndarray, m: int) -> np.ndarray:
    """The rows of the m largest; of equal ones those with the smallest ties."""
    count = int(np.isfinite(bounds).sum())
    if m >= count:
        return np.flatnonzero(np.isfinite(bounds))
    cut = np.partition(bounds, len(bounds) - m)[len(bounds) - m]
    above, level = np.flatnonzero(bounds > cut), np.flatnonzero(bounds == cut)
    need = m - len(above)
    if need < len(level):
        level = level[np.argpartition(tie[level], need - 1)[:need]]
    return np.concatenate([above, level])


def first(values: np.ndarray, tie: np.ndarray) -> int:
    """The row of the largest value; of equal ones that with the smallest tie."""
    tied = np.flatnonzero(values == values.max())
    return int(tied[tie[tied].argmin()])
