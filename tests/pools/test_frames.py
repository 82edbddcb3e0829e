"""pandas and polars frames are the tables that they hold."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from askance.errors import BadPool
from askance.pools import open_pool
from extras import extra

COLUMNS = {"text": ["a", "b", "a"], "n": [1.0, None, 1.0], "sort": ["x", None, "x"], "y": [1.0, None, 1.0]}


def test_pandas_and_polars_and_arrow_agree() -> None:
    pandas, polars = extra("pandas"), extra("polars")
    frames = [
        pa.table(COLUMNS),
        pandas.DataFrame(COLUMNS),
        pandas.DataFrame(COLUMNS).astype({"sort": "category"}),
        polars.DataFrame(COLUMNS),
        polars.DataFrame(COLUMNS, schema_overrides={"sort": polars.Categorical}),
        polars.LazyFrame(COLUMNS),
    ]
    for frame in frames:
        pool = open_pool(frame, features="text,n,sort", label="y")
        assert pool.take(pool.ids).data.to_pylist() == [
            {"text": "a", "n": 1.0, "sort": "x"},
            {"text": "b", "n": None, "sort": None},
        ]
        assert list(pool.duplicates) == [("2", "0")]
        assert list(pool.answers().values()) == ["1"]
        assert pool.ids.tolist() == open_pool(frames[0], features="sort,n,text").ids.tolist()
        assert open_pool(frame, text="text").ids.tolist() == open_pool(frames[0], text="text").ids.tolist()


def test_signals_in_a_frame() -> None:
    pandas = extra("pandas")
    frame = pandas.DataFrame({"probs": [np.array([0.5, 0.5]), np.array([0.1, 0.9])]})
    pool = open_pool(frame)
    assert pool.take(pool.ids).data["probs"].tolist() == [[0.5, 0.5], [0.1, 0.9]]


def test_frames_that_are_no_table() -> None:
    pandas = extra("pandas")
    with pytest.raises(BadPool, match="the frame has no rows; its columns are a"):
        open_pool(pandas.DataFrame({"a": []}), text="a")
    with pytest.raises(BadPool, match="the frame has a column of mixed values"):
        open_pool(pandas.DataFrame({"a": [1, "x", object()]}), text="a")
    with pytest.raises(BadPool, match="the frame has no column 'b'"):
        open_pool(pandas.DataFrame({"a": ["x"]}), text="b")


def test_opening_files_imports_neither() -> None:
    code = "import sys, askance.pools; print(sorted({'pandas', 'polars', 'torch', 'matplotlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
