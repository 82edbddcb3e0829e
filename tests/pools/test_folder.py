"""A folder of images as a pool: ids by content, class folders, duplicates, dirt, cache."""

import os
import pickle
import tarfile
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import fsspec
import numpy as np
import pytest
from PIL import Image

from askance import ops
from askance.errors import BadPool
from askance.images import read_image
from askance.pools import ingest as ingest_module
from askance.pools import open_pool


def picture(seed: int, mode: str = "RGB") -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 255, (12, 12, 3), np.uint8)).convert(mode)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """cat/1, 2, 10 and dog/1, 2; cat/10.png is dog/2.png again."""
    root = tmp_path / "photos"
    for number, name in enumerate(["cat/1.jpg", "cat/2.webp", "cat/10.png", "dog/1.tif", "dog/2.png"]):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        picture(2 if name == "dog/2.png" else number).save(file)
    return root


def test_ids_are_the_content_and_names_the_path_in_natural_order(photos: Path) -> None:
    pool = open_pool(photos)
    assert pool.kind == "image"
    assert list(pool.names) == ["cat/1.jpg", "cat/2.webp", "cat/10.png", "dog/1.tif"]
    digest = blake2b((photos / "cat/2.webp").read_bytes(), digest_size=8).hexdigest()
    assert ops.hex_id(pool.ids[1]) == digest
    assert pool.ids.dtype == np.uint64
    assert [read_image(place).size for place in pool.take(pool.ids).data] == [(12, 12)] * 4


def test_the_same_content_is_one_sample_and_a_conflict_where_labels_differ(photos: Path) -> None:
    pool = open_pool(str(photos))
    assert list(pool.duplicates) == [("dog/2.png", "cat/10.png")]
    assert list(pool.conflicts) == [("cat/10.png", "dog/2.png", "cat", "dog")]
    assert list(pool.answers().values()) == ["cat", "cat", "cat", "dog"]
    assert list(pool.answers()) == pool.ids.tolist()


def test_moving_the_folder_or_renaming_a_file_keeps_the_ids(photos: Path, tmp_path: Path) -> None:
    before = set(open_pool(photos).ids.tolist())
    (photos / "cat/1.jpg").rename(photos / "dog/zzz.jpg")
    photos.rename(tmp_path / "elsewhere")
    assert set(open_pool(tmp_path / "elsewhere").ids.tolist()) == before


def test_take_keeps_the_order_asked_for_and_names_an_unknown_id(photos: Path) -> None:
    pool = open_pool(photos)
    taken = pool.take(pool.ids[[3, 0]])
    assert taken.names.tolist() == ["dog/1.tif", "cat/1.jpg"]
    assert taken.ids.tolist() == pool.ids[[3, 0]].tolist()
    with pytest.raises(BadPool, match="no sample 00000000000000ff"):
        pool.take(np.array([pool.ids[0], 255], np.uint64))
    assert len(pool.take(np.empty(0, np.uint64))) == 0


def test_shards_are_the_pool_and_can_be_sent_to_another_process(photos: Path) -> None:
    pool = open_pool(photos)
    shards = [pickle.loads(pickle.dumps(shard))() for shard in pool.shards(3)]
    assert [len(s) for s in shards] == [3, 1]
    assert [name for s in shards for name in s.names] == list(pool.names)


def test_what_is_no_image_is_skipped_with_the_reason_and_strict_stops(photos: Path) -> None:
    (photos / "cat/empty.jpg").touch()
    (photos / "cat/text.png").write_text("hello")
    (photos / "notes.txt").write_text("not looked at")
    (photos / ".hidden.jpg").write_text("not looked at")
    (photos / "work.askance").mkdir()
    picture(77).save(photos / "work.askance/sheet.png")
    pool = open_pool(photos)
    assert set(pool.skipped) == {"cat/empty.jpg", "cat/text.png"}
    assert pool.skipped["cat/empty.jpg"] == "the file is empty"
    assert "not an image" in pool.skipped["cat/text.png"]
    assert len(pool) == 4
    with pytest.raises(BadPool, match=r"2 of the samples cannot be read, first cat/empty\.jpg: the file is empty"):
        open_pool(photos, strict=True)


def test_names_are_shown_with_escapes_where_they_are_not_utf8(tmp_path: Path) -> None:
    picture(1).save(tmp_path / "a.png")
    os.rename(tmp_path / "a.png", os.fsencode(tmp_path) + b"/\xe9.png")
    pool = open_pool(tmp_path, cache=tmp_path / "cache")
    assert list(pool.names) == ["\\xe9.png"]
    assert read_image(pool.take(pool.ids).data[0]).size == (12, 12)


def test_a_link_to_a_folder_above_does_not_go_round(photos: Path) -> None:
    (photos / "cat/up").symlink_to(photos)
    assert len(open_pool(photos)) == 4


@pytest.mark.parametrize(
    ("files", "labels"),
    [
        (["a/1.png", "b/2.png"], ["a", "b"]),
        (["train/a/1.png", "train/b/2.png", "test/a/3.png"], ["a", "a", "b"]),  # in natural order: test first
        (["x.png", "a/1.png", "b/2.png"], ["a", "b"]),  # a picture above the class folders has no label
        (["a/1.png", "a/2.png"], []),
        (["1.png", "2.png"], []),
        (["a/1.png", "b/deep/2.png"], []),
        (["a/x/1.png", "b/y/2.png"], []),
    ],
)
def test_class_folders(tmp_path: Path, files: list[str], labels: list[str]) -> None:
    for seed, name in enumerate(files):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        picture(seed).save(tmp_path / name)
    assert list(open_pool(tmp_path).answers().values()) == labels


def test_cache_answers_for_files_that_have_not_changed(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = ingest_module.read_bytes

    def counted(location: str) -> bytes:
        read.append(Path(location).name)
        return real(location)

    monkeypatch.setattr(ingest_module, "read_bytes", counted)
    (photos / "cat/broken.jpg").write_text("x")
    cold = open_pool(photos, cache=tmp_path / "cache")
    assert len(read) == 6
    read.clear()
    warm = open_pool(photos, cache=tmp_path / "cache")
    assert read == ["broken.jpg"]  # may have been mended
    assert warm.ids.tolist() == cold.ids.tolist()
    assert warm.duplicates == cold.duplicates
    read.clear()
    old = (photos / "cat/1.jpg").stat()
    data = bytearray((photos / "cat/1.jpg").read_bytes())
    data[-3] ^= 1
    (photos / "cat/1.jpg").write_bytes(data)  # of the same size
    os.utime(photos / "cat/1.jpg", ns=(old.st_atime_ns, old.st_mtime_ns + 1))
    assert open_pool(photos, cache=tmp_path / "cache").ids[0] != cold.ids[0]
    assert sorted(read) == ["1.jpg", "broken.jpg"]


def test_a_damaged_cache_is_no_cache_and_an_impossible_one_is_named(photos: Path, tmp_path: Path) -> None:
    open_pool(photos, cache=tmp_path / "cache")
    for file in (tmp_path / "cache").iterdir():
        file.write_bytes(b"not Parquet")
    assert len(open_pool(photos, cache=tmp_path / "cache")) == 4
    (tmp_path / "file").touch()
    with pytest.raises(BadPool, match=r"the cache .*file.* cannot be written"):
        open_pool(photos, cache=tmp_path / "file")


def test_nothing_to_open_says_what_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadPool, match=r"no image \(\.jpg .*it has no files at all"):
        open_pool(tmp_path)
    (tmp_path / "a.doc").touch()
    with pytest.raises(BadPool, match="its 1 files are of other types"):
        open_pool(tmp_path)
    (tmp_path / "items.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadPool, match=r"name one of its tables instead, as items\.csv"):
        open_pool(tmp_path)
    (tmp_path / "a.jpg").touch()
    with pytest.raises(BadPool, match=r"none of the 1 images of .* can be read, first a\.jpg: the file is empty"):
        open_pool(tmp_path)


def test_a_missing_folder_names_the_nearest(photos: Path) -> None:
    with pytest.raises(BadPool, match=r"no file or folder .*photoz; did you mean 'photos'\?"):
        open_pool(photos.parent / "photoz")
    with pytest.raises(BadPool, match=r"its folder .* does not exist either"):
        open_pool(photos / "no/where")
    with pytest.raises(BadPool, match="is a campaign and not a pool"):
        open_pool(photos / "x.askance")
    with pytest.raises(BadPool, match="has no columns, so label= cannot name one"):
        open_pool(photos, label="y")


def test_object_storage(photos: Path, tmp_path: Path) -> None:
    for file in photos.rglob("*.*"):
        with fsspec.open(f"memory://askance-pools/{file.relative_to(photos)}", "wb") as remote:
            remote.write(file.read_bytes())
    local, remote_pool = open_pool(photos), open_pool("memory://askance-pools", cache=tmp_path / "cache")
    assert remote_pool.ids.tolist() == local.ids.tolist()
    assert list(remote_pool.names) == list(local.names)
    assert remote_pool.answers() == local.answers()
    assert read_image(remote_pool.take(remote_pool.ids[:1]).data[0]).size == (12, 12)
    assert open_pool("memory://askance-pools/", cache=tmp_path / "cache").ids.tolist() == local.ids.tolist()
    assert open_pool(photos.as_uri()).ids.tolist() == local.ids.tolist()
    with pytest.raises(BadPool, match=r"memory://askance-pools/cats; did you mean 'cat'\?"):
        open_pool("memory://askance-pools/cats")
    with pytest.raises(BadPool, match="there is no file or folder memory://askance-poolz"):
        open_pool("memory://askance-poolz")
    with pytest.raises(BadPool, match="nonsense://x cannot be read: Protocol not known"):
        open_pool("nonsense://x")


def test_a_glob_of_images(photos: Path) -> None:
    pool = open_pool(f"{photos}/*/1.*")
    assert list(pool.names) == ["cat/1.jpg", "dog/1.tif"]
    assert list(pool.answers().values()) == ["cat", "dog"]


def test_a_relative_path_holds_when_the_working_directory_changes(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos.parent)
    pools = [open_pool("photos"), open_pool("photos/*/*"), open_pool("./photos/cat")]
    monkeypatch.chdir("/")
    assert [read_image(pool.take(pool.ids).data[0]).size for pool in pools] == [(12, 12)] * 3
    assert list(pools[1].names) == list(pools[0].names)


def test_something_else_is_no_pool() -> None:
    with pytest.raises(BadPool, match="a pool is a path, a URL, an array or a frame, not int"):
        open_pool(3)


@pytest.mark.data
def test_real_photos(cats_dogs: Path, tmp_path: Path) -> None:
    pool = open_pool(cats_dogs, cache=tmp_path / "cache")
    assert len(pool) + len(pool.duplicates) + len(pool.skipped) == 400
    assert set(pool.answers().values()) == {"Cat", "Dog"}
    start = time.process_time()
    assert open_pool(cats_dogs, cache=tmp_path / "cache").ids.tolist() == pool.ids.tolist()
    assert time.process_time() - start < 1


@pytest.mark.data
@pytest.mark.slow
def test_the_whole_of_cats_and_dogs(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    """Its README: 24,998 files, 21 surplus duplicates, one of them across the classes."""
    with tarfile.open(shared_data("cats_dogs") / "cats_dogs_96px.tar.xz") as tar:
        tar.extractall(tmp_path / "all", filter="data")
    pool = open_pool(tmp_path / "all", cache=tmp_path / "cache")
    assert (len(pool), len(pool.duplicates), len(pool.skipped)) == (24_977, 21, 0)
    assert [(kept[:3], left[:3]) for kept, left, _, _ in pool.conflicts] == [("Cat", "Dog")]
    start = time.process_time()
    assert np.array_equal(open_pool(tmp_path / "all", cache=tmp_path / "cache").ids, pool.ids)
    assert time.process_time() - start < 2  # 0.4 s on an idle machine
