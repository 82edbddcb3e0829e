"""Answer keys: every way in which people name a sample, and what is wrong with the rows that name none."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from askance import ops
from askance.errors import BadLabel, BadPool
from askance.pools import HeldPool, ShardPool, find, open_pool, read_answers

Pool = HeldPool | ShardPool


@pytest.fixture
def photos(tmp_path: Path) -> Pool:
    for n, name in enumerate(["a/1.png", "a/2.png", "b/1.png", "b/3.png"]):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), (n % 3 * 50, 0, 0)).save(tmp_path / "photos" / name)  # b/3 is a/1 again
    (tmp_path / "photos/a/broken.png").write_text("x")
    return open_pool(tmp_path / "photos")


def key(folder: Path, body: str, name: str = "key.csv") -> Path:
    (folder / name).write_text(body)
    return folder / name


def by_name(pool: Pool, answers: dict[int, str]) -> dict[str, str]:
    names = dict(zip(pool.ids.tolist(), pool.names, strict=True))
    return {str(names[sample]): label for sample, label in answers.items()}


def test_names_stems_and_ids_name_a_sample(photos: Pool, tmp_path: Path) -> None:
    hexed = ops.hex_id(photos.ids[2])
    file = key(tmp_path, f"file,label\n./a/1.png,cat\na/2,dog\n{hexed},cat\n")
    assert by_name(photos, read_answers(file, photos)) == {"a/1.png": "cat", "a/2.png": "dog", "b/1.png": "cat"}


def test_every_format_and_column_names(photos: Pool, tmp_path: Path) -> None:
    wanted = {"a/1.png": "1", "b/1.png": "2"}
    files = [
        key(tmp_path, "Path\tClass\na/1.png\t1\nb/1.png\t2\n", "key.tsv"),
        key(tmp_path, '{"name": "a/1.png", "y": 1}\n{"name": "b/1.png", "y": 2}\n', "key.jsonl"),
        key(tmp_path, "y;item\n1;a/1.png\n2;b/1.png\n", "key.csv"),
    ]
    pq.write_table(pa.table({"filename": ["a/1.png", "b/1.png"], "label": [1.0, 2.0]}), tmp_path / "key.parquet")
    for file in [*files, tmp_path / "key.parquet"]:
        assert by_name(photos, read_answers(file, photos)) == wanted
    odd = key(tmp_path, "picture,verdict\na/1.png,x\n")
    assert by_name(photos, read_answers(odd, photos, id="picture", label="verdict")) == {"a/1.png": "x"}
    with pytest.raises(BadPool, match="has the columns picture, verdict, none of them called file, filename"):
        read_answers(odd, photos)
    with pytest.raises(BadPool, match="none of them called label, class, y; say which one to use as label="):
        read_answers(odd, photos, id="picture")
    with pytest.raises(BadPool, match=r"has no column 'verdikt'.*did you mean 'verdict'"):
        read_answers(odd, photos, id="picture", label="verdikt")


def test_no_answer_is_fine_and_so_are_files_that_were_skipped(photos: Pool, tmp_path: Path) -> None:
    file = key(tmp_path, "file,label\na/1.png,\na/2.png,dog\na/broken.png,dog\na/2.png,dog\n")
    assert by_name(photos, read_answers(file, photos)) == {"a/2.png": "dog"}


def test_a_duplicate_answers_only_where_the_kept_has_no_answer(photos: Pool, tmp_path: Path) -> None:
    assert list(photos.duplicates) == [("b/3.png", "a/1.png")]
    assert by_name(photos, read_answers(key(tmp_path, "file,label\nb/3.png,dog\n"), photos)) == {"a/1.png": "dog"}
    both = key(tmp_path, "file,label\nb/3.png,dog\na/1.png,cat\n")
    assert by_name(photos, read_answers(both, photos)) == {"a/1.png": "cat"}


def test_unknown_and_contradicting_rows_are_named(photos: Pool, tmp_path: Path) -> None:
    with pytest.raises(BadLabel, match=r"row 1 of .*key\.csv \(from 0\) names 'a/3.png', which the pool has not; did"):
        read_answers(key(tmp_path, "file,label\na/1.png,cat\na/3.png,dog\n"), photos)
    with pytest.raises(BadLabel, match=r"calls 'a/1' 'cat' in row 0, and 'dog' in row 2"):
        read_answers(key(tmp_path, "file,label\na/1.png,cat\na/2.png,dog\na/1,dog\n"), photos)
    with pytest.raises(BadLabel, match=r"row 0 of .* has the label 'cat', but names no sample"):
        read_answers(key(tmp_path, "file,label\n,cat\n"), photos)
    with pytest.raises(BadLabel, match="names '1', which the pool has not"):
        read_answers(key(tmp_path, "file,label\n1,cat\n"), photos)  # a/1 or b/1?
    with pytest.raises(BadPool, match=r"no file or folder .*kee\.csv; did you mean 'key\.csv'"):
        read_answers(tmp_path / "kee.csv", photos)
    with pytest.raises(BadPool, match=r"the answer key .* must be \.csv"):
        read_answers(key(tmp_path, "x", "key.txt"), photos)


def test_texts_keys_and_row_numbers(tmp_path: Path) -> None:
    source = key(tmp_path, "key,text\nk1,hello\n7,good day\n", "pool.csv")
    by_text = open_pool(source, text="text")
    assert by_name(by_text, read_answers(key(tmp_path, "text,label\ngood day,x\n"), by_text)) == {"1": "x"}
    assert by_name(by_text, read_answers(key(tmp_path, "id,label\n1,x\n"), by_text)) == {"1": "x"}
    by_key = open_pool(source, text="text", id="key")
    assert by_name(by_key, read_answers(key(tmp_path, "id,label\n7,x\nk1,y\n"), by_key)) == {"7": "x", "k1": "y"}
    rows = open_pool(np.eye(12))
    assert by_name(rows, read_answers(key(tmp_path, '{"id": 10, "label": "a"}\n', "k.jsonl"), rows)) == {"10": "a"}


def test_find(photos: Pool) -> None:
    found = find(photos, ["b/1.png", ops.hex_id(photos.ids[0]), "a/2", "b/3.png"])
    assert found.tolist() == photos.ids[[2, 0, 1, 0]].tolist()
    assert photos.take(found).names.tolist() == ["b/1.png", "a/1.png", "a/2.png", "a/1.png"]
    with pytest.raises(BadPool, match=r"the pool has no sample 'b/1\.jpg'; did you mean 'b/1\.png'"):
        find(photos, ["b/1.jpg"])
    assert find(photos, []).dtype == np.uint64


@pytest.mark.data
def test_the_manifest_of_real_photos(cats_dogs: Path, shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    pool = open_pool(cats_dogs)
    lines = (shared_data("cats_dogs") / "manifest.csv").read_text().splitlines()
    here = {f"{p.parent.name}/{p.name}" for p in cats_dogs.rglob("*.jpg")}
    file = key(tmp_path, "\n".join([lines[0], *(line for line in lines[1:] if line.split(",")[0] in here)]))
    answers = read_answers(file, pool)
    assert {sample: label.lower() for sample, label in pool.answers().items()} == answers
    with pytest.raises(BadLabel, match=r"manifest\.csv \(from 0\) names 'Cat/.*', which the pool has not"):
        read_answers(shared_data("cats_dogs") / "manifest.csv", pool)
