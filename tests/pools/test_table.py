"""Tables as pools: texts, features, paths and signals from CSV, TSV, JSONL and Parquet, with their dirt."""

import gzip
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from askance.errors import BadPool
from askance.pools import HeldPool, open_pool

ROWS = [
    {"text": "good film", "stars": 5, "label": "pos"},
    {"text": "bad film", "stars": 1, "label": "neg"},
    {"text": "good film", "stars": 4, "label": "neg"},
    {"text": "so, so", "stars": 3, "label": None},
]


def write(folder: Path, name: str) -> Path:
    """ROWS in the format that the name tells."""
    file = folder / name
    bare = name.removesuffix(".gz")
    if bare.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(ROWS), file)
        return file
    if bare.endswith(".jsonl"):
        body = "\n".join(json.dumps(row) for row in ROWS) + "\n"
    else:
        between = {"tsv": "\t", "csv": ","}.get(bare[-3:], ",")
        cells = [[str(row[key] or "") for key in ROWS[0]] for row in ROWS]
        body = "\n".join(between.join(f'"{c}"' for c in line) for line in [list(ROWS[0]), *cells])
    file.write_bytes(gzip.compress(body.encode()) if name.endswith(".gz") else body.encode())
    return file


FORMATS = ["a.csv", "a.csv.gz", "a.tsv", "a.tsv.gz", "a.jsonl", "a.jsonl.gz", "a.parquet"]


@pytest.mark.parametrize("name", FORMATS)
def test_texts_have_the_same_ids_in_every_format(tmp_path: Path, name: str) -> None:
    pool = open_pool(write(tmp_path, name), text="text", label="label")
    assert pool.kind == "text"
    assert pool.take(pool.ids).data.tolist() == ["good film", "bad film", "so, so"]
    assert list(pool.names) == ["0", "1", "3"]
    assert list(pool.duplicates) == [("2", "0")]
    assert list(pool.conflicts) == [("0", "2", "pos", "neg")]
    assert list(pool.answers().values()) == ["pos", "neg"]
    assert pool.ids.tolist() == open_pool(write(tmp_path, "b.csv"), text="text").ids.tolist()


@pytest.mark.parametrize("name", FORMATS)
def test_features_have_the_same_ids_in_every_format_and_any_order(tmp_path: Path, name: str) -> None:
    pool = open_pool(write(tmp_path, name), features="stars,text")
    assert pool.kind == "table"
    assert pool.take(pool.ids[[2]]).data.to_pylist() == [{"stars": 4, "text": "good film"}]
    assert pool.ids.tolist() == open_pool(write(tmp_path, "b.csv"), features=["text", "stars"]).ids.tolist()
    assert len(set(pool.ids.tolist())) == len(pool) == 4
    assert not pool.answers()


def test_equal_numbers_are_equal_in_any_type_and_missing_is_one_value(tmp_path: Path) -> None:
    def ids(column: pa.Array) -> list[int]:
        pq.write_table(pa.table({"x": column, "n": range(len(column))}), tmp_path / "a.parquet")
        pool = open_pool(tmp_path / "a.parquet", features="x,n")
        return [int(i) for i in pool.ids]

    whole = ids(pa.array([0, 1, None], pa.int8()))
    for same in (
        pa.array([0.0, 1.0, None], pa.float32()),
        pa.array([-0.0, 1.0, float("nan")], pa.float64()),
        pa.array([False, True, None], pa.bool_()),
        pa.array([0, 1, None], pa.uint64()),
        pa.array([0.0, 1.0, float("nan")], pa.float16()),
        pa.array([0, 1, None], pa.decimal128(10, 2)),
        pa.array([0, 1, None]).dictionary_encode(),
    ):
        assert ids(same) == whole, same.type
    texts = ids(pa.array(["a", "b", None]))
    assert ids(pa.array(["a", "b", ""], pa.large_string())) == texts
    assert ids(pa.array(["a", "b", None]).dictionary_encode()) == texts
    big = ids(pa.array([2**53, 2**53 + 1, 2**63 - 1], pa.int64()))
    assert len(set(big)) == 3
    assert ids(pa.array([2**53, 2**53 + 1, 2**63 - 1], pa.uint64())) == big


def test_missing_values_are_kept_as_null(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("age,job,ok\n1,,true\n,cook,false\n3,NA,\n")
    data = open_pool(tmp_path / "a.csv", features="age,job,ok").take
    pool = open_pool(tmp_path / "a.csv", features="age,job,ok")
    assert data(pool.ids).data.to_pylist() == [
        {"age": 1, "job": None, "ok": True},
        {"age": None, "job": "cook", "ok": False},
        {"age": 3, "job": "NA", "ok": None},
    ]


def test_rows_without_text_are_skipped_by_number(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,n\nhello,1\n,2\n   ,3\nworld,4\n")
    pool = open_pool(tmp_path / "a.csv", text="text")
    assert list(pool.names) == ["0", "3"]
    assert pool.skipped == {"row 1": "row 1 has no text", "row 2": "row 2 has no text"}
    with pytest.raises(BadPool, match="2 of the samples cannot be read, first row 1"):
        open_pool(tmp_path / "a.csv", text="text", strict=True)
    (tmp_path / "b.csv").write_text("text,n\n,1\n")
    with pytest.raises(BadPool, match="nothing in the column 'text': all 1 rows are empty"):
        open_pool(tmp_path / "b.csv", text="text")


def test_an_id_column_makes_the_ids_and_the_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("key,text\n007,same\n8,same\n")
    pool = open_pool(tmp_path / "a.csv", text="text", id="key")
    assert list(pool.names) == ["007", "8"]
    assert not pool.duplicates
    (tmp_path / "b.jsonl").write_text('{"key": 8, "text": "another"}\n')
    assert open_pool(tmp_path / "b.jsonl", text="text", id="key").ids[0] == pool.ids[1]
    (tmp_path / "c.csv").write_text("key,text\n1,a\n2,b\n1,c\n")
    with pytest.raises(BadPool, match="has the id 1 twice, in rows 0 and 2"):
        open_pool(tmp_path / "c.csv", text="text", id="key")
    (tmp_path / "d.csv").write_text("key,text\n1,a\n,b\n")
    with pytest.raises(BadPool, match="no id in row 1 of column 'key'"):
        open_pool(tmp_path / "d.csv", text="text", id="key")


def test_labels_keep_their_spelling(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,y\na,01\nb,true\nc,1.0\nd,NA\ne,\n")
    assert list(open_pool(tmp_path / "a.csv", text="text", label="y").answers().values()) == ["01", "true", "1.0", "NA"]
    (tmp_path / "a.jsonl").write_text('{"text": "a", "y": 1}\n{"text": "b", "y": null}\n{"text": "c", "y": 2.0}\n')
    assert list(open_pool(tmp_path / "a.jsonl", text="text", label="y").answers().values()) == ["1", "2"]
    (tmp_path / "b.jsonl").write_text('{"text": "2026-01-02", "y": "2026-01-02"}\n')
    pool = open_pool(tmp_path / "b.jsonl", text="text", label="y")
    assert (pool.take(pool.ids).data[0], *pool.answers().values()) == ("2026-01-02", "2026-01-02")


def test_images_by_their_path_below_the_table(tmp_path: Path) -> None:
    for n in range(3):
        (tmp_path / "pics").mkdir(exist_ok=True)
        Image.new("RGB", (4, 4), (n * 50, 0, 0)).save(tmp_path / f"pics/{n}.png")
    (tmp_path / "pics/text.png").write_text("x")
    rows = ["pics/0.png,a", "pics/text.png,a", "pics/gone.png,b", f"{tmp_path}/pics/1.png,b", ",b", "pics/0.png,b"]
    (tmp_path / "list.csv").write_text("file,label\n" + "\n".join(rows))
    pool = open_pool(tmp_path / "list.csv", path="file", label="label", cache=tmp_path / "cache")
    assert pool.kind == "image"
    assert list(pool.names) == ["pics/0.png", f"{tmp_path}/pics/1.png"]
    assert list(pool.answers().values()) == ["a", "b"]
    assert set(pool.skipped) == {"row 4", "pics/text.png", "pics/gone.png"}
    assert "there is no file" in pool.skipped["pics/gone.png"]
    assert list(pool.duplicates) == [("pics/0.png", "pics/0.png")]
    assert list(pool.conflicts) == [("pics/0.png", "pics/0.png", "a", "b")]
    folder = open_pool(tmp_path / "pics")
    assert set(pool.ids.tolist()) < set(folder.ids.tolist())
    assert open_pool(tmp_path / "list.csv", path="file", cache=tmp_path / "cache").ids.tolist() == pool.ids.tolist()
    (tmp_path / "keys.csv").write_text("file,key\npics/0.png,x\npics/0.png,y\n")
    keyed = open_pool(tmp_path / "keys.csv", path="file", id="key")
    assert len(keyed) == 2  # whoever names ids says what is one sample


def test_signals_in_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("p0,p1,label\n0.25,0.75,x\n0.25,0.75,y\n")
    pool = open_pool(tmp_path / "a.csv", features="p0,p1", signals="probs", label="label")
    assert pool.kind == "signals"
    assert pool.take(pool.ids).data["probs"].tolist() == [[0.25, 0.75], [0.25, 0.75]]
    assert len(pool) == 2  # two samples of which a model thinks the same
    (tmp_path / "a.jsonl").write_text('{"embeddings": [1, 2, 3], "loss": 0.5}\n{"embeddings": [4, 5, 6], "loss": 1}\n')
    signals = open_pool(tmp_path / "a.jsonl").take(open_pool(tmp_path / "a.jsonl").ids[[1]]).data
    assert signals["embeddings"].tolist() == [[4, 5, 6]]
    assert signals["loss"].tolist() == [1]
    (tmp_path / "b.jsonl").write_text('{"probs": [0.5, 0.5]}\n{"probs": [1.0]}\n')
    with pytest.raises(BadPool, match=r"column 'probs' of .* has lists of 2 numbers, but one of 1 for sample 1"):
        open_pool(tmp_path / "b.jsonl")
    (tmp_path / "c.jsonl").write_text('{"probs": [0.5, 0.5]}\n{"probs": [null, 1.0]}\n')
    with pytest.raises(BadPool, match=r"column 'probs' of .* has no value for sample 1"):
        open_pool(tmp_path / "c.jsonl")
    (tmp_path / "d.jsonl").write_text('{"probs": ["a"]}\n')
    with pytest.raises(BadPool, match=r"column 'probs' of .* holds string, not numbers"):
        open_pool(tmp_path / "d.jsonl")


def test_columns_must_be_named(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv")
    with pytest.raises(BadPool, match=r"has the columns text, stars, label; say which one to use: --text COLUMN"):
        open_pool(file)
    with pytest.raises(BadPool, match=r"no column 'txet'; its columns are text, stars, label; did you mean 'text'\?"):
        open_pool(file, text="txet")
    with pytest.raises(BadPool, match="no column 'lable'"):
        open_pool(file, text="text", label="lable")
    with pytest.raises(BadPool, match="name one of text=, path= and features="):
        open_pool(file, text="text", features="stars")
    with pytest.raises(BadPool, match=r"column 'text' of .* holds string; signals are numbers"):
        open_pool(file, features="text", signals="probs")
    (tmp_path / "b.csv").write_text("when,n\n2026-01-01,1\n")
    with pytest.raises(BadPool, match=r"column 'when' of .* holds date32\[day\]; features are numbers"):
        open_pool(tmp_path / "b.csv", features="when,n")


@pytest.mark.parametrize(
    ("name", "body", "what"),
    [
        ("a.csv", b"", r"a\.csv is empty"),
        ("a.csv", b"text,b\n", r"a\.csv has no rows; its columns are text, b"),
        ("a.csv", b"text,b\n1,2\n3,4,5\n", "3 cells in line 3, where its header has 2"),
        ("a.csv", b'text,b\n"x\ny",2\n3\n', "1 cells in line 4, where its header has 2"),
        ("a.csv", b"text,b\nx,1\n\xe9,2\n", "not UTF-8: byte 0xe9 in line 3; save it as UTF-8"),
        ("a.csv", "text,b\nx,1\n".encode("utf-16"), "is UTF-16, not UTF-8"),
        ("a.csv", b"text,text\nx,y\n", "two columns named 'text'"),
        ("a.csv.gz", gzip.compress(b"text\nabc\n", mtime=0)[:-9], "not a whole gzip file"),
        ("a.csv.gz", b"text\nabc\n", "not a whole gzip file"),
        ("a.jsonl", b'{"text": "a"}\n{"text": \n', "broken JSON in line 2"),
        ("a.jsonl", b'{"text": "a"}\n\n["text"]\n', "no JSON object in line 3"),
        ("a.jsonl", b'{"text": "a"}\n{"text": 1}\n', "a number for 'text' in line 2, and a text before"),
        ("a.parquet", b"PAR1 or not", "not a readable Parquet file"),
        ("a.xlsx", b"PK", r"of no type that is read \(\.xlsx\)"),
        ("noname", b"x", r"of no type that is read \(no suffix\)"),
    ],
)
def test_dirty_files_are_named_with_what_is_wrong(tmp_path: Path, name: str, body: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(BadPool, match=what):
        open_pool(tmp_path / name, text="text")


def test_a_byte_order_mark_and_semicolons_are_fine(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbftext;price\r\ngood, really;1\r\nbad;2\r\n")
    pool = open_pool(tmp_path / "a.csv", text="text")
    assert pool.take(pool.ids).data.tolist() == ["good, really", "bad"]
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbf" + b'text\n"two\nlines"\n')
    assert open_pool(tmp_path / "b.csv", text="text").take(open_pool(tmp_path / "b.csv", text="text").ids).data[0] == (
        "two\nlines"
    )


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, "reviews.csv")
    with pytest.raises(BadPool, match=r"no file or folder .*review\.csv; did you mean 'reviews\.csv'\?"):
        open_pool(tmp_path / "review.csv", text="text")


def test_all_rows_alike_is_a_pool_of_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\nx\nx\nx\n")
    pool = open_pool(tmp_path / "a.csv", text="text")
    assert (len(pool), list(pool.duplicates)) == (1, [("1", "0"), ("2", "0")])


def test_object_storage(tmp_path: Path) -> None:
    for name in ("a.csv.gz", "a.parquet", "a.jsonl"):
        with fsspec.open(f"memory://askance-tables/{name}", "wb") as remote:
            remote.write(write(tmp_path, name).read_bytes())
        pool = open_pool(f"memory://askance-tables/{name}", text="text")
        assert pool.ids.tolist() == open_pool(tmp_path / name, text="text").ids.tolist()


def test_shards_and_take(tmp_path: Path) -> None:
    pool = open_pool(write(tmp_path, "a.csv"), features="text,stars")
    assert isinstance(pool, HeldPool)
    parts = [pickle.loads(pickle.dumps(shard))() for shard in pool.shards(3)]
    assert [len(part) for part in parts] == [3, 1]
    assert pa.concat_tables([part.data for part in parts]).equals(pool.samples.data)
    assert pool.take(pool.ids[[3, 1]]).data["stars"].to_pylist() == [3, 1]
    assert pool.take(pool.ids[[3, 1]]).names.tolist() == ["3", "1"]


@pytest.mark.data
def test_banking77(shared_data: Callable[[str], Path]) -> None:
    pool = open_pool(shared_data("banking77") / "banking77.csv.gz", text="text", label="label")
    assert len(pool) + len(pool.duplicates) == 13_083
    assert len(set(pool.answers().values())) == 77


@pytest.mark.data
def test_adult_with_missing_values_and_categories(shared_data: Callable[[str], Path]) -> None:
    columns = "age,workclass,education,occupation,hours_per_week,native_country,fnlwgt"
    pool = open_pool(shared_data("tabular") / "adult.csv.gz", features=columns, label="label")
    assert len(pool) + len(pool.duplicates) == 48_842
    data = pool.take(pool.ids).data
    assert data.column_names == columns.split(",")
    assert data["occupation"].null_count > 2_000
    assert data["age"].null_count == 0
    assert set(pool.answers().values()) == {"<=50K", ">50K"}
