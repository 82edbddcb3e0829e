"""The pipeline: order, failures, overlap, and an extraction that is killed and goes on."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from tiny_backbone import classifier_model, plain_pictures, samples_of

from askance import progress
from askance.errors import BadPool, BadSignal
from askance.learners.backbones import Backbone, Kind, open_backbone
from askance.learners.cache import FeatureCache
from askance.learners.pipeline import features, own_ids, prepared, shared_keys, stream
from askance.samples import Samples, objects


@dataclass
class Slow:
    """A backbone whose stages take a known time, as waiting for a disk and a GPU does."""

    read: float  # seconds a sample
    think: float  # seconds a sample
    text: str = "slow:"
    fingerprint: str = "51"
    kind: Kind = "text"
    outputs: Mapping[str, int] = field(default_factory=lambda: {"embedding": 1})
    ahead: int = 0  # the most that was prepared before it was run
    prepared: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self, item: str) -> np.ndarray:
        time.sleep(self.read)
        with self.lock:
            self.prepared += 1
            self.ahead = max(self.ahead, self.prepared)
        return np.array([float(item)])

    def run(self, batch: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        time.sleep(self.think * len(batch))
        with self.lock:
            self.prepared -= len(batch)
        return {"embedding": np.stack(batch).astype(np.float32)}


def numbers(n: int) -> Samples:
    return Samples(np.arange(n, dtype=np.uint64), "text", objects([str(i) for i in range(n)]), objects(["-"] * n))


@pytest.fixture
def tiny(tmp_path: Path) -> Backbone:
    return open_backbone(f"onnx:{classifier_model(tmp_path / 'tiny_64.onnx')}")


@pytest.fixture
def photos(tmp_path: Path) -> Samples:
    (tmp_path / "photos").mkdir()
    return plain_pictures(tmp_path / "photos", each=30)


def seen(kind: list[tuple[str, int | None]]) -> progress.Reporter:
    """A reporter that notes what was begun."""

    def report(what: str, total: int | None) -> Callable[[int], None]:
        kind.append((what, total))
        return lambda done: None

    return report


@pytest.mark.parametrize(("read", "think"), [(0.03, 0.004), (0.008, 0.015)])
def test_the_slowest_stage_sets_the_pace(read: float, think: float) -> None:
    """At least 0.8 of what the slowest stage does alone; the best of some tries, as other programs take their share."""
    assert any(pace(read, think) >= 0.8 for _ in range(5))


def pace(read: float, think: float, n: int = 100) -> float:
    start = time.perf_counter()
    out = [f.outputs["embedding"] for f in stream(Slow(read, think), numbers(n), batch=10, workers=2)]
    took = time.perf_counter() - start
    assert np.array_equal(np.concatenate(out)[:, 0], np.arange(n))
    return n * max(read / 2, think) / took


def test_what_is_prepared_ahead_is_bounded() -> None:
    backbone = Slow(0.0, 0.001)
    for _ in stream(backbone, numbers(500), batch=10, workers=2):
        pass
    assert backbone.ahead <= 10 + 2 * 10 + 2 + 1


def test_stopping_early_ends_the_threads() -> None:
    before = threading.active_count()
    items = prepared(Slow(0.001, 0.0), [str(i) for i in range(10_000)], 2, 20)
    assert next(items) is not None
    items.close()
    assert threading.active_count() == before


def test_features_are_the_networks_own_in_order_and_come_from_the_cache_next(
    tiny: Backbone, photos: Samples, tmp_path: Path
) -> None:
    cache, begun = FeatureCache(tmp_path / "cache"), []
    wanted = tiny.run([tiny.prepare(p) for p in photos.data])
    token = progress.REPORTER.set(seen(begun))
    try:
        first = features(tiny, photos, ("embedding", "logits"), cache)
        back = photos.take(np.arange(len(photos))[::-1])
        again = features(tiny, back, ("logits",), cache)
    finally:
        progress.REPORTER.reset(token)
    assert begun == [("features of 90 samples", 90)]
    assert np.array_equal(first.ids, photos.ids)
    assert np.array_equal(again.ids, photos.ids[::-1])
    for name, rows in wanted.items():
        assert np.allclose(first.outputs[name], rows, rtol=2e-3, atol=2e-3)
    assert np.array_equal(again.outputs["logits"], first.outputs["logits"][::-1])  # rounded alike, to the last bit


def test_an_output_that_was_not_kept_is_computed_when_it_is_asked_for(
    tiny: Backbone, photos: Samples, tmp_path: Path
) -> None:
    cache = FeatureCache(tmp_path / "cache")
    features(tiny, photos.take(np.arange(5)), ("embedding",), cache)
    both = features(tiny, photos.take(np.arange(9)), ("embedding", "logits"), cache)
    assert both.outputs["embedding"].shape == (9, 4)
    assert both.outputs["logits"].shape == (9, 3)


def test_photos_that_cannot_be_read_are_left_out_and_named(tiny: Backbone, photos: Samples, tmp_path: Path) -> None:
    Path(photos.data[3]).write_bytes(b"")
    whole = Path(photos.data[40]).read_bytes()
    Path(photos.data[40]).write_bytes(whole[: len(whole) // 2])
    Path(photos.data[89]).unlink()
    bad = photos.ids[[3, 40, 89]]
    cache = FeatureCache(tmp_path / "cache")
    found = features(tiny, photos, ("embedding",), cache)
    assert np.array_equal(found.ids, np.setdiff1d(photos.ids, bad))
    assert list(found.skipped) == bad.tolist()
    for sample, why in found.skipped.items():
        assert str(photos.data[sample - 1000]) in why
    assert features(tiny, photos, ("embedding",), cache).skipped == found.skipped
    only = features(tiny, photos.take(photos.ids == bad[0]), ("embedding",), cache)
    assert len(only.ids) == len(only.outputs["embedding"]) == 0


def test_strict_stops_and_keeps_what_came_before(tiny: Backbone, photos: Samples, tmp_path: Path) -> None:
    Path(photos.data[80]).write_bytes(b"no picture")
    cache = FeatureCache(tmp_path / "cache")
    with pytest.raises(BadPool, match=Path(photos.data[80]).name):
        features(tiny, photos, ("embedding",), cache, strict=True)
    assert cache.has(f"{tiny.fingerprint}-embedding", photos.ids[:64]).all()


def test_nan_from_a_network_names_the_sample_and_is_not_kept(tmp_path: Path) -> None:
    samples = replace(numbers(5), data=objects(["0", "1", "nan", "3", "4"]))
    with pytest.raises(BadSignal, match=r"embedding that slow: gives for sample 0000000000000002 has NaN"):
        features(Slow(0, 0), samples, ("embedding",), FeatureCache(tmp_path))


def test_in_a_shared_cache_the_same_id_of_another_pool_is_another_sample(tmp_path: Path) -> None:
    cache, one = FeatureCache(tmp_path), numbers(4)
    other = replace(one, data=objects(["10", "11", "12", "13"]))
    for samples, wanted in ((one, 0), (other, 10), (one, 0)):
        found = features(Slow(0, 0), samples, ("embedding",), cache, keys=shared_keys)
        assert found.outputs["embedding"][:, 0].tolist() == [wanted, wanted + 1, wanted + 2, wanted + 3]
        assert np.array_equal(found.ids, samples.ids)
    assert np.array_equal(own_ids(one), one.ids)


def test_in_a_shared_cache_a_photo_may_be_named_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = samples_of([tmp_path / "a" / "1.jpg"])
    monkeypatch.chdir(tmp_path / "..")
    relative = replace(samples, data=objects([os.path.relpath(samples.data[0])]))
    assert np.array_equal(shared_keys(samples), shared_keys(relative))


EXTRACTION = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tiny_backbone import samples_of
from askance import progress
from askance.learners.backbones import open_backbone
from askance.learners.cache import FeatureCache
from askance.learners.pipeline import features

def report(what, total):
    def update(done):
        if done >= 64:
            print(done, flush=True)
            time.sleep(60)
    return update

progress.REPORTER.set(report)
folder = Path(sys.argv[2])
samples = samples_of(sorted((folder / "photos").glob("*.png")))
backbone = open_backbone(f"onnx:{folder}/tiny_64.onnx")
features(backbone, samples, ("embedding",), FeatureCache(folder / "cache"), shard=32)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_an_extraction_that_is_killed_goes_on_where_it_was(tiny: Backbone, photos: Samples, tmp_path: Path) -> None:
    here = str(Path(__file__).parent)
    child = subprocess.Popen([sys.executable, "-c", EXTRACTION, here, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "64"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    samples = samples_of(sorted((tmp_path / "photos").glob("*.png")))
    begun: list[tuple[str, int | None]] = []
    token = progress.REPORTER.set(seen(begun))
    try:
        found = features(tiny, samples, ("embedding",), FeatureCache(tmp_path / "cache"))
    finally:
        progress.REPORTER.reset(token)
    assert begun == [("features of 58 samples", 58)]  # 90, less the 32 that were kept when the last batch was told
    wanted = tiny.run([tiny.prepare(p) for p in samples.data])["embedding"]
    assert np.allclose(found.outputs["embedding"], wanted, rtol=2e-3, atol=2e-3)
