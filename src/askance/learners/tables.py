"""A table's columns as numbers: gaps filled, units taken out, categories one column a value.  Floor 4."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from askance import ops
from askance.errors import BadLearner

MOST_VALUES = 50  # of a category; rarer values are treated as unknown ones are


@dataclass(frozen=True)
class Number:
    """A column of numbers, booleans or dates -> one column of mean 0 and deviation 1, gaps at the median."""

    name: str
    median: float
    mean: float
    deviation: float
    width = 1

    def encode(self, column: pa.ChunkedArray, ids: np.ndarray) -> np.ndarray:
        x = _numbers(self.name, column, ids)
        filled = np.where(np.isnan(x), self.median, x)
        return ((filled - self.mean) / self.deviation)[:, None]


@dataclass(frozen=True)
class Category:
    """A column of words -> one 0/1 column a value; a value not seen before is 0 in all.  None is a gap."""

    name: str
    values: tuple[str | None, ...]

    @property
    def width(self) -> int:
        return len(self.values)

    def encode(self, column: pa.ChunkedArray, ids: np.ndarray) -> np.ndarray:
        found = pc.index_in(_words(column), value_set=pa.array(self.values, pa.string()))
        at = pc.fill_null(found, -1).to_numpy()
        return (at[:, None] == np.arange(self.width)).astype(np.float64)


@dataclass(frozen=True)
class TableCode:
    """How to read a table.  Made by `read_columns` from the rows of a pool, and the same ever after."""

    columns: tuple[Number | Category, ...]

    @property
    def width(self) -> int:
        return sum(c.width for c in self.columns)

    def encode(self, table: pa.Table, ids: np.ndarray) -> np.ndarray:
        """Table of N rows -> (N, D) float64.  Other columns are left aside; a column that is not there is an error."""
        for c in self.columns:
            if c.name not in table.column_names:
                raise BadLearner(f"the table has no column {c.name!r}; it has {', '.join(table.column_names)}")
        parts = [c.encode(table.column(c.name), ids) for c in self.columns]
        return np.concatenate([np.zeros((len(ids), 0)), *parts], axis=1)

    def facts(self) -> list[dict[str, Any]]:
        return [asdict(c) for c in self.columns]


def from_facts(facts: list[Mapping[str, Any]]) -> TableCode:
    made = [Category(f["name"], tuple(f["values"])) if "values" in f else Number(**f) for f in facts]
    return TableCode(tuple(made))


def read_columns(table: pa.Table, ids: np.ndarray) -> TableCode:
    """What each column holds; columns that are all gaps or one single value are left out."""
    found = [_read(name, table.column(name), ids) for name in table.column_names]
    columns = tuple(c for c in found if c is not None)
    if not columns:
        raise BadLearner(f"no column of the table tells rows apart: {', '.join(table.column_names) or 'it has none'}")
    return TableCode(columns)


def _read(name: str, column: pa.ChunkedArray, ids: np.ndarray) -> Number | Category | None:
    if column.null_count == len(column):
        return None
    if _is_words(column.type):
        return _category(name, column)
    x = _numbers(name, column, ids)
    known = x[~np.isnan(x)]
    if not len(known) or known.min() == known.max():
        return None
    median = float(np.median(known))
    filled = np.where(np.isnan(x), median, x)
    return Number(name, median, float(filled.mean()), float(filled.std()))


def _category(name: str, column: pa.ChunkedArray) -> Category | None:
    counted = pc.value_counts(_words(column)).to_pylist()
    if len(counted) < 2:
        return None
    often = sorted(counted, key=lambda c: (-c["counts"], c["values"] or ""))[:MOST_VALUES]
    return Category(name, tuple(sorted((c["values"] for c in often), key=lambda v: v or "")))


def _is_words(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner) or pa.types.is_string_view(inner))


def _words(column: pa.ChunkedArray) -> pa.Array:
    return column.cast(pa.string()).combine_chunks()


def _numbers(name: str, column: pa.ChunkedArray, ids: np.ndarray) -> np.ndarray:
    """(N,) float64, NaN where there is a gap; dates become seconds."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    elif pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise BadLearner(
            f"the column {name!r} holds {column.type}; features are numbers, dates, booleans or words: "
            "name the feature columns, without this one"
        )
    x = np.array(column.cast(pa.float64(), safe=False).to_numpy(), np.float64)
    if np.isinf(x).any():
        row = int(np.flatnonzero(np.isinf(x))[0])
        raise BadLearner(
            f"the column {name!r} is infinite for the sample {ops.hex_id(ids[row])}; leave it empty instead"
        )
    return x
