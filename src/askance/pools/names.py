"""Names that are row numbers: a million of them without a million strings.  Floor 4."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast, final, overload

import numpy as np

from askance.samples import objects


@final
@dataclass(frozen=True, eq=False)
class RowNames:
    """Stands for the (N,) object array of str(row): a string is made when somebody looks.

    rows    a range, or (N,) whole numbers.  One position gives a str; a slice, a mask or positions give RowNames.
    """

    rows: range | np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[str]:
        return (str(int(row)) for row in self.rows)

    @overload
    def __getitem__(self, index: int | np.integer[Any]) -> str: ...
    @overload
    def __getitem__(self, index: slice | np.ndarray) -> "RowNames": ...
    def __getitem__(self, index: int | np.integer[Any] | slice | np.ndarray) -> "str | RowNames":
        if isinstance(index, int | np.integer):
            return str(int(self.rows[int(index)]))
        if isinstance(index, slice):
            return RowNames(self.rows[index])
        return RowNames(np.asarray(self.rows)[index] if isinstance(self.rows, np.ndarray) else _nth(self.rows, index))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return objects(self.tolist()) if dtype in (None, object) else np.array(self.tolist(), dtype)

    @property
    def shape(self) -> tuple[int]:
        return (len(self),)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(object)

    def tolist(self) -> list[str]:
        return list(self)


def row_names(rows: range | np.ndarray) -> np.ndarray:
    """RowNames under the type that `Samples.names` has: it indexes, iterates and converts like an object array."""
    return cast(np.ndarray, RowNames(rows))


def _nth(rows: range, index: np.ndarray) -> np.ndarray:
    return np.arange(rows.start, rows.stop, rows.step)[index]
