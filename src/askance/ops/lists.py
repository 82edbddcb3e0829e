"""Ragged rows kept for later, as long as there is room.  Floor 0."""

import numpy as np


class Lists:
    """For some of n rows a list of (number, value), `room` of them in all.  numbers int32, values of the dtype."""

    def __init__(self, n: int, room: int, dtype: np.dtype):
        self.start, self.count = np.full(n, -1), np.zeros(n, np.int64)
        self.numbers, self.values = np.empty(room, np.int32), np.empty(room, dtype)
        self.used = self.longest = 0

    def has(self, rows: np.ndarray) -> np.ndarray:
        return self.start[rows] >= 0

    def keep(self, rows: np.ndarray, count: np.ndarray, numbers: np.ndarray, values: np.ndarray) -> None:
        """The lists of the rows, one after the other; all of them or, where the room does not do, none."""
        end = self.used + len(numbers)
        if end > len(self.numbers):
            return
        self.start[rows] = self.used + np.cumsum(count) - count
        self.count[rows] = count
        self.numbers[self.used : end], self.values[self.used : end] = numbers, values
        self.used, self.longest = end, max(self.longest, int(count.max(initial=0)))

    def of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """How many each of the rows has, and their numbers and values, one after the other."""
        count = self.count[rows]
        ends = np.cumsum(count)
        at = np.repeat(self.start[rows] - (ends - count), count) + np.arange(ends[-1] if len(ends) else 0)
        return count, self.numbers[at], self.values[at]
