"""Pools that need not fit in memory: the ids without the data, shards that read their own rows, and the same answers
as one table in memory."""

import pickle
from itertools import pairwise
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from askance import ops
from askance.errors import BadPool
from askance.pools import ShardPool, open_pool
from askance.pools import pieces as pieces_module

ROWS, FILES = 1_000, 4


def matrix() -> np.ndarray:
    p = np.random.default_rng(1).random((ROWS, 3), dtype=np.float32)
    return p / p.sum(1, keepdims=True)


def lists(rows: np.ndarray) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(rows.ravel(), rows.shape[1])


def split(folder: Path, table: pa.Table, group: int = 100) -> Path:
    """FILES Parquet files; the ninth row group of one file is short."""
    folder.mkdir(parents=True, exist_ok=True)
    bounds = np.linspace(0, len(table), FILES + 1).astype(int)
    for n, (start, stop) in enumerate(pairwise(bounds)):
        pq.write_table(table.slice(start, stop - start), folder / f"part-{n + 8}.parquet", row_group_size=group)
    return folder  # part-8, part-9, part-10, part-11: natural order matters


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    p = matrix()
    labels = [str(c) for c in p.argmax(1)]
    return split(tmp_path / "probs", pa.table({"probs": lists(p), "label": labels, "key": np.arange(ROWS) + 5}))


def test_ids_need_no_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(*_: object) -> None:
        raise AssertionError("data was read")

    monkeypatch.setattr(pieces_module.ParquetPiece, "_read", unread)
    pool = open_pool(folder)
    assert isinstance(pool, ShardPool)
    assert pool.ids.tolist() == ops.key_ids(0, ROWS).tolist()
    assert (len(pool), pool.names[999], pool.kind) == (ROWS, "999", "signals")
    assert not pool.duplicates
    assert not pool.answers()


@pytest.mark.parametrize("rows", [7, 30, 100, 260, 600, 5_000])
def test_shards_are_the_matrix_whatever_their_size(folder: Path, rows: int) -> None:
    pool = open_pool(folder)
    shards = list(pool.shards(rows))
    parts = [shard() for shard in shards]
    assert np.array_equal(np.concatenate([part.data["probs"] for part in parts]), matrix())
    assert np.concatenate([part.ids for part in parts]).tolist() == pool.ids.tolist()
    assert [name for part in parts for name in part.names] == list(pool.names)
    assert max(len(part) for part in parts) <= max(rows, 100)
    again = pickle.loads(pickle.dumps(shards[-1]))()
    assert np.array_equal(again.data["probs"], parts[-1].data["probs"])


def test_a_shard_reads_its_own_row_groups_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = list(open_pool(folder).shards(100))
    read: list[tuple[str, int]] = []
    real = pieces_module.ParquetPiece._read

    def counted(self: pieces_module.ParquetPiece, start: int, stop: int) -> pa.Table:
        read.append((Path(self.where).name, self.group))
        return real(self, start, stop)

    monkeypatch.setattr(pieces_module.ParquetPiece, "_read", counted)
    shards[1]()
    assert read == [("part-8.parquet", 1)]


def test_take_in_any_order_over_files(folder: Path) -> None:
    pool = open_pool(folder)
    rows = np.array([999, 0, 500, 499, 250, 251])
    taken = pool.take(pool.ids[rows])
    assert np.array_equal(taken.data["probs"], matrix()[rows])
    assert taken.names.tolist() == [str(row) for row in rows]
    assert taken.ids.tolist() == taken.data.ids.tolist() == pool.ids[rows].tolist()
    assert len(pool.take(np.empty(0, np.uint64))) == 0
    with pytest.raises(BadPool, match="the pool has no sample 0000000000000001"):
        pool.take(np.array([1], np.uint64))


def test_a_key_column_and_answers(folder: Path) -> None:
    pool = open_pool(folder, id="key", label="label")
    assert pool.names[0] == "5"
    assert list(pool.answers().values()) == [str(c) for c in matrix().argmax(1)]
    assert pool.take(pool.ids[[700]]).names[0] == "705"


def test_a_glob_one_file_and_csv_agree(folder: Path, tmp_path: Path) -> None:
    pool = open_pool(f"{folder}/part-*.parquet")
    assert pool.ids.tolist() == open_pool(folder).ids.tolist()
    one = open_pool(folder / "part-8.parquet")
    assert isinstance(one, ShardPool)
    assert one.ids.tolist() == pool.ids[: len(one)].tolist()
    with pytest.raises(BadPool, match="no Parquet or"):
        open_pool(f"{folder}/nothing-*.parquet")


def test_columns_side_by_side(tmp_path: Path) -> None:
    p = matrix()
    folder = split(tmp_path / "wide", pa.table({f"p{c}": p[:, c] for c in range(3)}))
    pool = open_pool(folder, features="p0,p1,p2", signals="probs")
    found = pool.take(pool.ids).data["probs"]
    assert found.dtype == np.float32
    assert np.array_equal(found, p)


def test_members_as_lists_of_lists(tmp_path: Path) -> None:
    members = np.stack([matrix()[:10], matrix()[10:20]], 1)
    split(tmp_path / "m", pa.table({"members": members.tolist(), "embeddings": np.ones((10, 4)).tolist()}))
    pool = open_pool(tmp_path / "m")
    data = pool.take(pool.ids).data
    assert np.allclose(data["members"], members)
    assert data["embeddings"].shape == (10, 4)


@pytest.mark.parametrize("columns", [{"text": "t"}, {"features": "t,n"}])
def test_content_over_files_is_as_in_one_table(tmp_path: Path, columns: dict[str, str]) -> None:
    texts = [None if n == 3 else f"text {n % 50}" for n in range(120)]
    table = pa.table({"t": texts, "n": [n % 50 for n in range(120)], "y": [str(n % 7) for n in range(120)]})
    pq.write_table(table, tmp_path / "whole.parquet")
    whole = open_pool(tmp_path / "whole.parquet", label="y", **columns)
    split(tmp_path / "parts", table, group=11)
    parts = open_pool(tmp_path / "parts", label="y", **columns)
    assert isinstance(parts, ShardPool)
    assert parts.kind == whole.kind
    assert parts.ids.tolist() == whole.ids.tolist()
    assert list(parts.names) == list(whole.names)
    assert list(parts.duplicates) == list(whole.duplicates)
    assert list(parts.conflicts) == list(whole.conflicts) != []
    assert parts.answers() == whole.answers()
    assert parts.skipped == whole.skipped
    some = parts.ids[[30, 2, 49]]
    shown = [pool.take(some).data for pool in (parts, whole)]
    assert shown[0].tolist() == shown[1].tolist() if "text" in columns else shown[0].equals(shown[1])
    assert [len(shard()) for shard in parts.shards(20)]
    assert sum(len(shard()) for shard in parts.shards(20)) == len(parts)
    shared = [name for shard in parts.shards(20) for name in shard().names]
    assert shared == list(parts.names)


def test_images_by_path_in_shards(tmp_path: Path) -> None:
    for n in range(8):
        Image.new("RGB", (4, 4), (n * 30, 0, 0)).save(tmp_path / f"{n}.png")
    (tmp_path / "lists").mkdir()
    split(tmp_path / "lists", pa.table({"file": [f"../{n}.png" for n in range(8)]}))
    pool = open_pool(tmp_path / "lists", path="file")
    assert (pool.kind, len(pool)) == ("image", 8)


def test_npy_shards(tmp_path: Path) -> None:
    p = matrix()
    (tmp_path / "n").mkdir()
    for n, part in enumerate(np.split(p, [300, 301])):
        np.save(tmp_path / f"n/{n + 9}.npy", part)
    pool = open_pool(tmp_path / "n")
    assert np.array_equal(pool.take(pool.ids).data["probs"], p)
    parts = [pickle.loads(pickle.dumps(shard))() for shard in pool.shards(200)]
    assert np.array_equal(np.concatenate([part.data["probs"] for part in parts]), p)
    assert pool.take(pool.ids[[999, 300, 0]]).data["probs"].tolist() == p[[999, 300, 0]].tolist()
    assert open_pool(f"{tmp_path}/n/*.npy", signals="array").kind == "array"
    np.save(tmp_path / "n/12.npy", p[:, :2])
    with pytest.raises(BadPool, match=r"12\.npy has shape \(1000, 2\), but .*9\.npy has \(300, 3\)"):
        open_pool(tmp_path / "n")


def test_shards_in_object_storage(folder: Path) -> None:
    for file in folder.iterdir():
        with fsspec.open(f"memory://askance-shards/{file.name}", "wb") as remote:
            remote.write(file.read_bytes())
    for url in ("memory://askance-shards", "memory://askance-shards/*.parquet"):
        pool = open_pool(url)
        assert pool.ids.tolist() == ops.key_ids(0, ROWS).tolist()
        assert np.array_equal(pool.take(pool.ids[[600]]).data["probs"], matrix()[[600]])


def test_files_that_do_not_fit_together(folder: Path) -> None:
    pq.write_table(pa.table({"other": [1]}), folder / "part-99.parquet")
    with pytest.raises(BadPool, match=r"part-99\.parquet has no column 'probs'; its columns are other"):
        open_pool(folder)
    pq.write_table(pa.table({"probs": ["x"]}), folder / "part-99.parquet")
    with pytest.raises(BadPool, match=r"column 'probs' holds string in .*part-99\.parquet, but fixed_size_list"):
        open_pool(folder)
    (folder / "part-99.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadPool, match=r"part-99\.parquet is not a readable Parquet file"):
        open_pool(folder)


def test_a_damaged_row_group_and_a_gap_are_named(folder: Path) -> None:
    pool = open_pool(folder)
    data = bytearray((folder / "part-9.parquet").read_bytes())
    data[4:400] = b"\xff" * 396
    (folder / "part-9.parquet").write_bytes(data)
    with pytest.raises(BadPool, match=r"row group 0 of .*part-9\.parquet cannot be read"):
        pool.take(pool.ids[[250]])
    gap = matrix()[:4].tolist()
    gap[2][1] = None
    pq.write_table(pa.table({"probs": gap}), folder / "part-9.parquet")
    with pytest.raises(BadPool, match=r"column 'probs' of .*part-9\.parquet has no value for sample 252"):
        [shard() for shard in open_pool(folder).shards(100)]


def test_empty_shards(tmp_path: Path) -> None:
    pq.write_table(pa.table({"probs": pa.array([], pa.list_(pa.float32()))}), tmp_path / "a.parquet")
    with pytest.raises(BadPool, match="has no rows"):
        open_pool(tmp_path)
