"""The feature cache: what was put is got, after a crash, from two processes, and on a full disk."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from askance.errors import BadConfig, BadSignal
from askance.learners.cache import MANIFEST, FeatureCache, default_folder, narrowed


def rows_for(ids: np.ndarray, width: int = 5) -> np.ndarray:
    """Features that can be told from the id."""
    return (ids[:, None] % 97 + np.arange(width)).astype(np.float32)


def ids_of(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.uint64)


def test_gives_back_what_was_put_in_the_order_asked(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    big = 2**64 - 1
    for part in (ids_of(7, 3, big), ids_of(50, 1)):
        cache.put("aa", part, rows_for(part))
    asked = ids_of(1, 999, big, 3, 4, 7)
    found, rows = cache.get("aa", asked)
    assert found.tolist() == [True, False, True, True, False, True]
    assert rows.dtype == np.float32
    assert np.array_equal(rows, rows_for(asked[found]))
    assert np.array_equal(cache.has("aa", asked), found)


def test_an_empty_cache_and_another_fingerprint_have_nothing(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path / "not there yet")
    found, rows = cache.get("aa", ids_of(1, 2))
    assert not found.any()
    assert len(rows) == 0
    cache.put("aa", ids_of(1), rows_for(ids_of(1)))
    assert not cache.has("bb", ids_of(1)).any()
    assert cache.get("aa", ids_of())[1].shape == (0, 5)


def test_a_second_process_sees_what_the_first_has_put(tmp_path: Path) -> None:
    one, two = FeatureCache(tmp_path), FeatureCache(tmp_path)
    assert not two.has("aa", ids_of(1)).any()
    one.put("aa", ids_of(1), rows_for(ids_of(1)))
    assert two.has("aa", ids_of(1)).all()


def test_of_a_sample_written_twice_the_first_counts(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    cache.put("aa", ids_of(1), np.zeros((1, 2)))
    cache.put("aa", ids_of(1), np.ones((1, 2)))
    assert np.array_equal(cache.get("aa", ids_of(1))[1], np.zeros((1, 2)))
    assert np.array_equal(FeatureCache(tmp_path).get("aa", ids_of(1))[1], np.zeros((1, 2)))


def test_half_precision_is_kept_only_where_it_is_close(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    usual = rng.normal(size=(20, 64)).astype(np.float32)
    assert narrowed(usual).dtype == np.float16
    for far in (usual * 1e6, usual * 1e-7):  # above 65,504; below the smallest normal half
        assert narrowed(far).dtype == np.float32
        cache = FeatureCache(tmp_path / str(far[0, 0]))
        cache.put("aa", np.arange(20, dtype=np.uint64), far)
        assert np.array_equal(cache.get("aa", np.arange(20, dtype=np.uint64))[1], far)
    lengths = np.linalg.norm(usual, axis=1)
    assert (np.linalg.norm(narrowed(usual) - usual, axis=1) < 1e-3 * lengths).all()


def test_refuses_nan_a_wrong_shape_and_another_width(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    with pytest.raises(BadSignal, match="finite"):
        cache.put("aa", ids_of(1), np.array([[np.nan]]))
    with pytest.raises(BadSignal, match=r"\(2, D\)"):
        cache.put("aa", ids_of(1, 2), np.ones((3, 4)))
    cache.put("aa", ids_of(1), np.ones((1, 4)))
    with pytest.raises(BadSignal, match="width 5"):
        cache.put("aa", ids_of(2), np.ones((1, 5)))


def test_damage_and_a_newer_format_are_named(tmp_path: Path) -> None:
    FeatureCache(tmp_path).put("aa", ids_of(1, 2), rows_for(ids_of(1, 2)))
    rows = next((tmp_path / "aa").glob("*.rows.npy"))
    rows.write_bytes(rows.read_bytes()[:-3])
    with pytest.raises(BadConfig, match=rf"damaged at {rows}.*delete"):
        FeatureCache(tmp_path).get("aa", ids_of(1))
    (tmp_path / "aa" / MANIFEST).write_text(json.dumps({"format": 2, "width": 5}))
    with pytest.raises(BadConfig, match="newer"):
        FeatureCache(tmp_path).get("aa", ids_of(1))


def test_a_shard_that_was_cut_off_does_not_count_and_is_swept_a_day_later(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    cache.put("aa", ids_of(1), rows_for(ids_of(1)))
    cut = [tmp_path / "aa" / "0-0-0.rows.npy", tmp_path / "aa" / "0-0-1.ids.npy.part"]
    for path in cut:
        path.write_bytes(b"\x93NUMPY cut off")
    assert FeatureCache(tmp_path).has("aa", ids_of(1, 2)).tolist() == [True, False]
    cache.put("aa", ids_of(2), rows_for(ids_of(2)))
    assert all(path.exists() for path in cut), "another process may still be writing them"
    for path in cut:
        os.utime(path, (0, time.time() - 2 * 24 * 3600))
    cache.put("aa", ids_of(3), rows_for(ids_of(3)))
    assert not any(path.exists() for path in cut)
    assert cache.has("aa", ids_of(1, 2, 3)).all()


def test_default_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKANCE_CACHE", str(tmp_path))
    assert default_folder() == tmp_path / "features"
    assert FeatureCache().folder == tmp_path / "features"
    monkeypatch.delenv("ASKANCE_CACHE")
    assert "askance" in str(default_folder())


WRITER = """
import sys
import numpy as np
from askance.learners.cache import FeatureCache
cache, start = FeatureCache(sys.argv[1]), int(sys.argv[2])
for n in range(start, start + 200_000, 40):
    ids = np.arange(n, n + 40, dtype=np.uint64)
    cache.put("aa", ids, (ids[:, None] % 97 + np.arange(5)).astype(np.float32))
    print(n + 40, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_two_writers_killed_at_any_instant_lose_nothing_they_had_told(tmp_path: Path) -> None:
    starts = (0, 1_000_000)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, str(start)], stdout=subprocess.PIPE, text=True)
        for start in starts
    ]
    for writer in writers:
        assert writer.stdout is not None
        for _ in range(3):
            writer.stdout.readline()
    time.sleep(0.3)
    alive = [writer.poll() is None for writer in writers]
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
    rests = [writer.communicate()[0] for writer in writers]
    assert all(alive), "one writer has broken the other"
    for rest, start in zip(rests, starts, strict=True):
        told = max([int(line) for line in rest.split("\n")[:-1]], default=start + 120)
        ids = np.arange(start, told, dtype=np.uint64)
        found, rows = FeatureCache(tmp_path).get("aa", ids)
        assert found.all()
        assert np.array_equal(rows, rows_for(ids))


FULL = """
import resource, signal, sys
import numpy as np
from askance.errors import BadConfig
from askance.learners.cache import FeatureCache
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
cache = FeatureCache(sys.argv[1])
cache.put("aa", np.arange(10, dtype=np.uint64), np.ones((10, 5)))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    cache.put("aa", np.arange(10, 9000, dtype=np.uint64), np.ones((8990, 5)))
except BadConfig as e:
    print(e)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on file sizes that stands for a full disk is Linux's")
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith(f"cannot keep features in {tmp_path / 'aa'}: File too large; make room")
    assert "ASKANCE_CACHE" in ran.stdout
    assert sorted(p.suffix for p in (tmp_path / "aa").iterdir()) == [".json", ".npy", ".npy"]
    assert FeatureCache(tmp_path).has("aa", np.arange(20, dtype=np.uint64)).sum() == 10


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadConfig, match="cannot keep features in"):
        FeatureCache(tmp_path / "file").put("aa", ids_of(1), np.ones((1, 2)))
