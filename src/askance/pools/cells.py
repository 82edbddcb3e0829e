"""Columns of an Arrow table as what learners take: texts, features, signals.  Floor 4."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from askance.errors import BadPool
from askance.pools.layout import Layout, is_category, is_list, is_number
from askance.samples import objects


def as_text(column: pa.ChunkedArray, name: str, where: str) -> pa.ChunkedArray:
    """Strings with null for what is missing or blank; 1.0 is "1", so that whole numbers with gaps keep their names."""
    sort = column.type
    if pa.types.is_dictionary(sort):
        return as_text(column.cast(sort.value_type), name, where)
    if pa.types.is_floating(sort):
        column = _without_nan(column)
        if pc.all(pc.equal(pc.floor(column), column)).as_py():
            column = column.cast(pa.int64(), safe=False)
    try:
        texts = column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise BadPool(f"column {name!r} of {where} holds {sort}; it must be text or numbers") from error
    return _without(pc.utf8_trim_whitespace(texts), texts)


def texts(table: pa.Table, column: str, where: str) -> np.ndarray:
    """(N,) object array of str, None where there is none."""
    return objects(as_text(table.column(column), column, where).to_pylist())


def features(table: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    """Those columns alone: integers, floats, booleans and strings.  NaN and empty text are missing (null)."""
    return pa.table({name: _feature(table.column(name)) for name in columns})


def _feature(column: pa.ChunkedArray) -> pa.ChunkedArray:
    sort = column.type
    if pa.types.is_dictionary(sort):
        return _feature(column.cast(sort.value_type))
    if is_category(sort):
        strings = column.cast(pa.string())
        return _without(strings, strings)
    if pa.types.is_floating(sort):
        wide = column.cast(pa.float32()) if sort == pa.float16() else column  # Arrow computes little in half precision
        return _without_nan(wide)
    if pa.types.is_decimal(sort) or pa.types.is_null(sort):
        return column.cast(pa.float64())
    return column


def _without(bare: pa.ChunkedArray, texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The texts, null where `bare` has nothing left of them."""
    return pc.if_else(pc.binary_length(bare).cast(pa.bool_()), texts, pa.nulls(len(texts), pa.string()))


def _without_nan(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.is_nan(numbers), pa.nulls(len(numbers), numbers.type), numbers)


def signal_columns(table: pa.Table, layout: Layout, where: str, names: np.ndarray) -> dict[str, np.ndarray]:
    """{signal: (N, ...)} from list columns, or from number columns side by side.  names (N,): for messages."""
    parts = [signal(table.column(name), f"column {name!r} of {where}", names) for name in layout.columns]
    if not layout.signal:
        return dict(zip(layout.columns, parts, strict=True))
    if len(parts) == 1 and (parts[0].ndim > 1 or layout.signal == "loss"):
        return {layout.signal: parts[0]}
    return {layout.signal: np.column_stack(parts)}


def signal(column: pa.ChunkedArray, what: str, names: np.ndarray) -> np.ndarray:
    """Numbers as (N,), lists of D numbers as (N, D), lists of lists as (N, S, C)."""
    return _unfolded(column.combine_chunks(), what, names, 1)


def _unfolded(values: pa.Array, what: str, names: np.ndarray, each: int) -> np.ndarray:
    """`each`: how many of the values belong to one sample."""
    if values.null_count:
        gap = int(np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))[0])
        raise BadPool(f"{what} has no value for sample {names[gap // each]}")
    if is_list(values.type):
        width = _width(values, what, names, each)
        inner = _unfolded(values.flatten(), what, names, each * width)
        return inner.reshape(len(values), width, *inner.shape[1:])
    if not is_number(values.type):
        raise BadPool(f"{what} holds {values.type}, not numbers")
    return np.asarray(values.to_numpy(zero_copy_only=False))


def _width(lists: pa.Array, what: str, names: np.ndarray, each: int) -> int:
    """The one length that all lists have."""
    if pa.types.is_fixed_size_list(lists.type):
        return int(lists.type.list_size)
    lengths = lists.value_lengths().to_numpy(zero_copy_only=False)
    odd = np.flatnonzero(lengths != lengths[0]) if len(lengths) else np.empty(0, int)
    if len(odd):
        name = names[int(odd[0]) // each]
        raise BadPool(f"{what} has lists of {lengths[0]} numbers, but one of {lengths[odd[0]]} for sample {name}")
    return int(lengths[0]) if len(lengths) else 0
