"""Files of an out-of-core pool, each read in stretches: Parquet row groups and .npy files.  Floor 4."""

from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, final

import numpy as np
import pyarrow as pa

from askance.errors import BadPool
from askance.pools.arrays import load_npy
from askance.pools.reading import first_line, open_parquet

_WHOLE = 4  # a row group up to so many times the wanted rows is read at once, and not in stretches


class Piece(Protocol):
    """Neighbouring rows in one file."""

    @property
    def where(self) -> str: ...
    @property
    def rows(self) -> int: ...
    def read(self, start: int, stop: int) -> Any:
        """Rows start to stop: an Arrow table, or an array."""

    def pick(self, rows: np.ndarray) -> Any:
        """The rows at these positions."""

    def step(self, rows: int) -> int:
        """How many rows to read at once when about `rows` are wanted."""


@final
@dataclass(frozen=True)
class ParquetPiece:
    """One row group, and of it the columns that are needed."""

    where: str
    group: int
    rows: int
    columns: tuple[str, ...]

    def read(self, start: int, stop: int) -> pa.Table:
        try:
            return self._read(start, stop)
        except (pa.ArrowException, OSError) as error:
            raise BadPool(f"row group {self.group} of {self.where} cannot be read: {first_line(error)}") from error

    def _read(self, start: int, stop: int) -> pa.Table:
        with open_parquet(self.where) as file:
            if start == 0 and stop >= self.rows:
                return file.read_row_group(self.group, list(self.columns))
            # A row group has no index: what lies before the stretch is decoded and dropped, never held.
            size = stop - start
            before = start // size
            batches = file.iter_batches(size, row_groups=[self.group], columns=list(self.columns))
            return pa.Table.from_batches(list(islice(batches, before, before + 2))).slice(start - before * size, size)

    def pick(self, rows: np.ndarray) -> pa.Table:
        return self.read(0, self.rows).take(rows)

    def step(self, rows: int) -> int:
        return self.rows if self.rows <= _WHOLE * rows else rows


@final
@dataclass(frozen=True)
class ArrayPiece:
    """One .npy file, memory-mapped when it is local."""

    where: str
    rows: int

    def read(self, start: int, stop: int) -> np.ndarray:
        return load_npy(self.where)[start:stop]

    def pick(self, rows: np.ndarray) -> np.ndarray:
        return load_npy(self.where)[rows]

    def step(self, rows: int) -> int:
        return rows
