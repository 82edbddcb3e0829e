"""A pool in many files that need not fit in memory: the ids are held, the data is read when asked for.  Floor 4."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple, final

import numpy as np
import pyarrow as pa

from askance.pools import cells
from askance.pools.ids import Lookup
from askance.pools.layout import Layout
from askance.pools.names import row_names
from askance.pools.pieces import ParquetPiece, Piece
from askance.pools.table import samples_of
from askance.pools.twice import Distinct, conflicts, same_names
from askance.samples import Kind, Samples
from askance.signals import Signals, concat


@final
@dataclass(frozen=True, eq=False)
class ShardPool:
    """Texts, table rows, features or signals in Parquet or .npy files.

    rows   (N,) which rows of the files, counted through all of them, are samples of the pool
    left   (L,) rows that are left out because they equal the rows in `same`
    """

    pieces: tuple[Piece, ...]
    layout: Layout
    ids: np.ndarray
    names: np.ndarray
    rows: range | np.ndarray
    left: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    same: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        return "image" if self.layout.kind == "path" else self.layout.kind

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _starts(self) -> list[int]:
        """The first row of each piece, and the end of the last."""
        return list(accumulate((piece.rows for piece in self.pieces), initial=0))

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self.ids)

    @cached_property
    def duplicates(self) -> Sequence[tuple[str, str]]:
        return same_names(self._row_names, self._once)

    @cached_property
    def conflicts(self) -> Sequence[tuple[str, str, str, str]]:
        """(kept, left out, label of the kept, label of the other).  Reads the labels."""
        return conflicts(self._row_names, self._labels, self._once)

    @property
    def _once(self) -> Distinct:
        return Distinct(np.asarray(self.rows), self.left, self.same)

    @property
    def _row_names(self) -> np.ndarray:
        return row_names(range(self._starts[-1]))

    @cached_property
    def _labels(self) -> np.ndarray | None:
        """Of every row of the files."""
        if self.layout.label is None:
            return None
        return np.concatenate([_labels_of(piece, self.layout.label) for piece in self.pieces])

    def answers(self) -> Mapping[int, str]:
        """id -> label, from the label column.  Reads that column alone."""
        if self._labels is None:
            return {}
        labels = self._labels[np.asarray(self.rows)]
        pairs = zip(self.ids.tolist(), labels.tolist(), strict=True)
        return {sample: label for sample, label in pairs if label is not None}

    def take(self, ids: np.ndarray) -> Samples:
        """The samples with these ids, in this order: only the row groups that hold them are read."""
        at = self._lookup.rows(ids)
        rows = np.asarray(self.rows)[at]
        order = np.argsort(rows, kind="stable")
        cuts = np.searchsorted(rows[order], self._starts)
        parts = [
            Part(piece.where, piece.pick(rows[order[low:high]] - start))
            for piece, start, low, high in zip(self.pieces, self._starts, cuts, cuts[1:], strict=False)
            if high > low
        ] or [Part(self.pieces[0].where, self.pieces[0].read(0, 1)[:0])]
        found = assembled(parts, self.layout, self.ids[at[order]], self.names[at[order]])
        return found.take(np.argsort(order, kind="stable"))

    def shards(self, rows: int) -> Iterator[Callable[[], Samples]]:
        """The pool in pieces of about `rows`: small row groups together, large ones in stretches."""
        waiting: list[Stretch] = []
        first = last = 0
        for stretch, stop in self._stretches(rows):
            if waiting and stop - first > rows:
                yield Shard(tuple(waiting), self.layout, self.ids[first:last], self.names[first:last])
                waiting, first = [], last
            waiting, last = [*waiting, stretch], stop
        if last > first:
            yield Shard(tuple(waiting), self.layout, self.ids[first:last], self.names[first:last])

    def _stretches(self, rows: int) -> Iterator[tuple["Stretch", int]]:
        """What is read at once, each with the position in the pool where it ends."""
        for piece, start in zip(self.pieces, self._starts, strict=False):
            step = piece.step(rows)
            for low in range(0, piece.rows, step):
                high = min(low + step, piece.rows)
                a, b = _positions(self.rows, start + low), _positions(self.rows, start + high)
                if b > a:
                    whole = b - a == high - low
                    yield Stretch(piece, low, high, None if whole else np.asarray(self.rows[a:b]) - start - low), b


class Part(NamedTuple):
    """What was read of one file: an Arrow table, or an array."""

    where: str
    data: Any


@final
@dataclass(frozen=True, eq=False)
class Stretch:
    """Neighbouring rows of one piece; kept: which of them, None for all."""

    piece: Piece
    start: int
    stop: int
    kept: np.ndarray | None

    def read(self) -> Part:
        data = self.piece.read(self.start, self.stop)
        if self.kept is not None:
            data = data.take(self.kept) if isinstance(data, pa.Table) else data[self.kept]
        return Part(self.piece.where, data)


@final
@dataclass(frozen=True, eq=False)
class Shard:
    """Reads its own rows when called; can be sent to another process."""

    stretches: tuple[Stretch, ...]
    layout: Layout
    ids: np.ndarray
    names: np.ndarray

    def __call__(self) -> Samples:
        return assembled([stretch.read() for stretch in self.stretches], self.layout, self.ids, self.names)

    def __len__(self) -> int:
        return len(self.ids)


def assembled(parts: Sequence[Part], layout: Layout, ids: np.ndarray, names: np.ndarray) -> Samples:
    """Tables or arrays of several files, one after another, as samples."""
    read, start = [], 0
    for part in parts:
        stop = start + len(part.data)
        read.append(_samples(part, layout, ids[start:stop], names[start:stop]))
        start = stop
    return read[0] if len(read) == 1 else Samples(ids, read[0].kind, _joined(read), names)


def _samples(part: Part, layout: Layout, ids: np.ndarray, names: np.ndarray) -> Samples:
    if isinstance(part.data, pa.Table):
        return samples_of(part.data, layout, part.where, ids, names)
    if layout.kind == "array":
        return Samples(ids, "array", part.data, names)
    return Samples(ids, "signals", Signals(ids, {layout.signal: part.data}), names)


def _joined(read: Sequence[Samples]) -> Any:
    match read[0].kind:
        case "signals":
            return concat([samples.data for samples in read])
        case "table":
            return pa.concat_tables([samples.data for samples in read], promote_options="permissive")
        case _:
            return np.concatenate([samples.data for samples in read])


def _labels_of(piece: Piece, column: str) -> np.ndarray:
    if not isinstance(piece, ParquetPiece):
        raise TypeError("only Parquet has a label column")  # a fault of ours: npy_shards refuses labels
    narrow = ParquetPiece(piece.where, piece.group, piece.rows, (column,))
    return cells.texts(narrow.read(0, piece.rows), column, piece.where)


def _positions(rows: range | np.ndarray, row: int) -> int:
    """How many of the pool's rows come before this row of the files."""
    return min(row, len(rows)) if isinstance(rows, range) else int(np.searchsorted(rows, row))
