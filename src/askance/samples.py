"""Samples: rows of a pool, by stable id, not yet read.  Floor 1."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Kind = Literal["image", "audio", "text", "table", "array", "signals"]


@dataclass(frozen=True)
class Samples:
    """What a learner is handed.

    ids    (N,) uint64, stable: from the content, or from a key that the user named; never a position
    kind   what `data` holds:
             image    (N,) object array of locations: a path, or an fsspec URL
             audio    (N,) object array of locations of recordings
             text     (N,) object array of str
             table    pyarrow.Table of N rows: the feature columns only, numbers and categories
             array    (N, ...) ndarray of features
             signals  askance.signals.Signals of N rows: what somebody else's model already said
    names  (N,) object array of str: what a person calls each (path below the pool, row number, key)
    """

    ids: np.ndarray
    kind: Kind
    data: Any
    names: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: np.ndarray) -> "Samples":
        """The given rows, (m,) int positions or an (N,) bool mask, in the order given."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        data = self.data.take(rows) if self.kind in ("table", "signals") else self.data[rows]
        return Samples(self.ids[rows], self.kind, data, self.names[rows])

    def batches(self, size: int) -> Iterator["Samples"]:
        for start in range(0, len(self), size):
            yield self.take(np.arange(start, min(start + size, len(self))))


def objects(values: Sequence[object]) -> np.ndarray:
    """An (N,) object array, also when the values are themselves sequences."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out
