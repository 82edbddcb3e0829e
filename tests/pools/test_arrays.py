"""Arrays as pools: what a file of numbers holds is told by its content or by its names; rows go by their number."""

import tracemalloc
from pathlib import Path

import fsspec
import numpy as np
import pytest

from askance import ops
from askance.errors import BadPool
from askance.pools import open_pool


def probs(rows: int = 8, classes: int = 3, dtype: type = np.float64) -> np.ndarray:
    p = np.random.default_rng(0).random((rows, classes))
    return (p / p.sum(1, keepdims=True)).astype(dtype)


def saved(folder: Path, array: np.ndarray) -> Path:
    np.save(folder / "a.npy", array)
    return folder / "a.npy"


def held(pool: object) -> dict[str, np.ndarray]:
    return dict(pool.take(pool.ids).data.columns)  # type: ignore[attr-defined]


def test_an_array_is_features_unless_said_otherwise() -> None:
    x = np.random.default_rng(0).normal(size=(6, 2))
    pool = open_pool(x)
    assert pool.kind == "array"
    assert pool.take(pool.ids[[4, 1]]).data.tolist() == x[[4, 1]].tolist()
    assert pool.take(pool.ids[[4, 1]]).names.tolist() == ["4", "1"]
    assert pool.ids.tolist() == ops.key_ids(0, 6).tolist()
    assert open_pool(x, signals="embeddings").kind == "signals"
    assert set(held(open_pool(probs(), signals="probs"))) == {"probs"}
    assert not pool.answers()


@pytest.mark.parametrize(
    ("array", "name"),
    [
        (probs(), "probs"),
        (probs(dtype=np.float16), "probs"),
        (np.eye(4, dtype=np.int64), "probs"),
        (np.stack([probs(), probs()], 1), "members"),
        (np.random.default_rng(0).normal(size=(8, 3)), "embeddings"),
        (np.ones((8, 1)), "embeddings"),  # one column that is 1 says nothing
        (-np.eye(4), "embeddings"),
    ],
)
def test_a_file_is_told_by_its_content(tmp_path: Path, array: np.ndarray, name: str) -> None:
    pool = open_pool(saved(tmp_path, array))
    assert pool.kind == "signals"
    assert held(pool).keys() == {name}
    assert np.array_equal(held(pool)[name], array)


def test_one_bad_row_does_not_make_probabilities_something_else(tmp_path: Path) -> None:
    p = probs(100)
    p[17] *= 1.5
    p[18] = np.nan
    assert held(open_pool(saved(tmp_path, p))).keys() == {"probs"}


def test_what_is_said_counts_more_than_the_content(tmp_path: Path) -> None:
    assert held(open_pool(saved(tmp_path, probs()), signals="embeddings")).keys() == {"embeddings"}
    assert open_pool(saved(tmp_path, probs()), signals="array").kind == "array"
    assert held(open_pool(saved(tmp_path, np.arange(3.0)), signals="loss")).keys() == {"loss"}
    assert open_pool(saved(tmp_path, np.zeros((3, 8, 8)))).kind == "array"


def test_equal_rows_are_not_the_same_sample(tmp_path: Path) -> None:
    pool = open_pool(saved(tmp_path, np.full((5, 2), 0.5)))
    assert len(set(pool.ids.tolist())) == 5
    assert not pool.duplicates


@pytest.mark.parametrize(
    ("array", "what"),
    [
        (np.empty((0, 3)), r"has no rows: its shape is \(0, 3\)"),
        (np.array(["a", "b"]), "must hold numbers, not <U1"),
        (np.array([{}, {}], dtype=object), "it holds Python objects"),
        (np.arange(3.0), "has one dimension; say what it is"),
        (np.array(1.0), "has no rows"),
    ],
)
def test_arrays_that_are_no_pool(tmp_path: Path, array: np.ndarray, what: str) -> None:
    with pytest.raises(BadPool, match=what):
        open_pool(saved(tmp_path, array))


def test_broken_files_and_columns_of_files_without_columns(tmp_path: Path) -> None:
    file = saved(tmp_path, probs())
    with pytest.raises(BadPool, match="has no columns, so text= cannot name one"):
        open_pool(file, text="x")
    with pytest.raises(BadPool, match="has no columns, so id= cannot name one"):
        open_pool(probs(), id="x")
    file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(BadPool, match=r"a\.npy is not a readable \.npy file"):
        open_pool(file)
    (tmp_path / "b.npz").write_bytes(b"PK and no more")
    with pytest.raises(BadPool, match=r"b\.npz is not a readable \.npz file"):
        open_pool(tmp_path / "b.npz")
    (tmp_path / "c.npz").write_bytes(file.read_bytes())
    with pytest.raises(BadPool, match=r"c\.npz is not a readable \.npz file"):
        open_pool(tmp_path / "c.npz")


def test_npz_by_its_names_with_ids_and_names(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", probs=probs(3), embeddings=np.ones((3, 5)), ids=[7, 9, 11], names=["x", "y", "z"])
    pool = open_pool(tmp_path / "a.npz")
    assert pool.ids.tolist() == [7, 9, 11]
    assert list(pool.names) == ["x", "y", "z"]
    assert held(pool).keys() == {"probs", "embeddings"}
    np.savez(tmp_path / "b.npz", probs=probs(2), ids=["a", "b"])
    assert list(open_pool(tmp_path / "b.npz").names) == ["a", "b"]
    np.savez(tmp_path / "c.npz", probs(2))
    assert held(open_pool(tmp_path / "c.npz")).keys() == {"probs"}


def test_npz_of_features_and_answers(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(4, 2))
    np.savez(tmp_path / "a.npz", X=x, y=[1, 0, 1, 0], X_test=x[:2])
    pool = open_pool(tmp_path / "a.npz", features="X", label="y")
    assert pool.kind == "array"
    assert list(pool.answers().values()) == ["1", "0", "1", "0"]
    with pytest.raises(BadPool, match="has the arrays X, y, X_test; name the features"):
        open_pool(tmp_path / "a.npz")
    with pytest.raises(BadPool, match="has no array 'x'; it has X, y, X_test"):
        open_pool(tmp_path / "a.npz", features="x")
    np.savez(tmp_path / "b.npz", X=x, y=[1, 0])
    with pytest.raises(BadPool, match="has 2 rows in 'label', but 4 in 'array'"):
        open_pool(tmp_path / "b.npz", features="X", label="y")


@pytest.mark.parametrize(
    ("arrays", "what"),
    [
        ({"probs": probs(3), "ids": [1, 2, 1]}, "has the id 1 twice, in rows 0 and 2"),
        ({"probs": probs(3), "ids": [1, -2, 3]}, "ids of .* must be"),
        ({"probs": probs(3), "ids": [1.5, 2, 3]}, "ids of .* must be"),
        ({"probs": probs(3), "ids": [1, 2]}, "has 2 rows in 'ids', but 3 in 'probs'"),
        ({"probs": probs(3), "embeddings": np.ones((2, 2))}, "has 2 rows in 'embeddings', but 3 in 'probs'"),
        ({"probs": probs(3), "names": ["a"]}, "has 1 rows in 'names'"),
    ],
)
def test_npz_that_does_not_fit_together(tmp_path: Path, arrays: dict[str, np.ndarray], what: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(BadPool, match=what):
        open_pool(tmp_path / "a.npz")


def test_a_million_rows_are_mapped_and_not_copied(tmp_path: Path) -> None:
    rows = 1_000_000
    np.lib.format.open_memmap(tmp_path / "p.npy", "w+", np.float32, (rows, 10))[:] = 0.1
    tracemalloc.start()
    try:
        pool = open_pool(tmp_path / "p.npy")
        data = pool.take(pool.ids).data
        held_bytes, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(data["probs"].base, np.memmap)
    assert held_bytes < 9.5e6  # 8 MB of ids
    assert peak < 20e6
    assert (len(pool.names), pool.names[999_999]) == (rows, "999999")
    assert sum(len(shard()) for shard in pool.shards(300_000)) == rows


def test_lazy_names_behave_as_an_array_of_names() -> None:
    names = open_pool(np.eye(5)).names
    assert names.shape == (5,)
    assert names.dtype == object
    assert list(names) == names.tolist() == ["0", "1", "2", "3", "4"]
    assert np.asarray(names).tolist() == names.tolist()
    assert names[np.array([3, 0])][::-1].tolist() == ["0", "3"]
    assert names[np.array([True, False, True, False, False])].tolist() == ["0", "2"]
    assert names[1:3][1] == "2"
    assert names[-1] == "4"
    assert np.concatenate([names, names[:1]]).tolist()[-1] == "0"


def test_arrays_in_object_storage(tmp_path: Path) -> None:
    for name in ("a.npy", "a.npz"):
        (np.save if name.endswith("y") else np.savez)(tmp_path / name, probs())
        with fsspec.open(f"memory://askance-arrays/{name}", "wb") as remote:
            remote.write((tmp_path / name).read_bytes())
        assert np.array_equal(held(open_pool(f"memory://askance-arrays/{name}"))["probs"], probs())
