"""pandas and polars frames as Arrow tables, without importing either.  Floor 4."""

from typing import Any

import pyarrow as pa

from askance.errors import BadPool
from askance.pools.reading import checked


def is_frame(source: object) -> bool:
    """A pandas or polars DataFrame, a polars LazyFrame, or an Arrow table."""
    sort = type(source)
    return isinstance(source, pa.Table) or (
        sort.__module__.partition(".")[0] in ("pandas", "polars") and sort.__name__ in ("DataFrame", "LazyFrame")
    )


def arrow_table(frame: Any) -> pa.Table:
    """NaN in a pandas column is missing, as pandas means it."""
    try:
        return checked(_converted(frame), "the frame")
    except (pa.ArrowException, TypeError) as error:
        raise BadPool(f"the frame has a column of mixed values: {'; '.join(map(str, error.args))}") from error


def _converted(frame: Any) -> pa.Table:
    if isinstance(frame, pa.Table):
        return frame
    if type(frame).__module__.startswith("pandas"):
        return pa.Table.from_pandas(frame, preserve_index=False)
    whole = frame.collect() if type(frame).__name__ == "LazyFrame" else frame
    return whole.to_arrow()
