"""`mel`: the scale and the bands by their formulas, blocks, rates, and digits that people said."""

import math
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from askance.audio import open_sound, peaks
from askance.errors import BadLearner, BadPool
from askance.learners import default_learner, make_learner
from askance.learners.backbones import mel, open_backbone
from askance.pools import open_pool
from askance.samples import Samples, objects
from waves import tone, wav_bytes, write


def energies(sound: np.ndarray, rate: int, bands: int = 40, block: int = 10**9) -> np.ndarray:
    blocks = (sound[start : start + block] for start in range(0, len(sound), block))
    return np.concatenate(list(mel.log_mel(blocks, rate, bands)))


def test_the_mel_scale_at_published_points() -> None:
    """2595 log10(1 + f / 700): 1000 Hz are 1000 mel by its making, to 0.02; HTK's book, eq. 5.13."""
    assert float(mel.mels(1000.0)) == pytest.approx(1000, abs=0.02)
    assert float(mel.mels(0.0)) == 0.0
    assert float(mel.mels(8000.0)) == pytest.approx(2840.0231, abs=1e-3)
    assert float(mel.mels(6300.0)) == pytest.approx(2595.0)
    np.testing.assert_allclose(mel.hertz(mel.mels(np.linspace(0, 20000, 50))), np.linspace(0, 20000, 50), atol=1e-6)


def test_the_bands_are_the_triangles_of_the_formula() -> None:
    rate, size, bands = 16000, 512, 20
    low, high = 2595 * math.log10(1 + mel.LOW / 700), 2595 * math.log10(1 + mel.HIGH / 700)
    corners = [700 * (10 ** ((low + (high - low) * n / (bands + 1)) / 2595) - 1) for n in range(bands + 2)]
    bank = mel.filterbank(rate, size, bands)
    assert bank.shape == (257, 20)
    for k in range(257):
        f = k * rate / size
        for b in range(bands):
            left, middle, right = corners[b : b + 3]
            wanted = 0.0
            if left < f <= middle:
                wanted = (f - left) / (middle - left)
            elif middle < f < right:
                wanted = (right - f) / (right - middle)
            assert bank[k, b] == pytest.approx(wanted, abs=1e-12)


def test_no_band_is_deaf_below_half_the_rate() -> None:
    for rate in (8000, 16000, 44100):
        size = 1 << (round(mel.WINDOW * rate) - 1).bit_length()
        middles = mel.hertz(np.linspace(mel.mels(mel.LOW), mel.mels(mel.HIGH), 202)[1:-1])
        heard = mel.filterbank(rate, size, 200).sum(0) > 0
        assert heard[middles <= rate / 2].all()


def test_a_tone_is_loudest_in_its_band_and_as_loud_at_any_rate() -> None:
    middles = mel.hertz(np.linspace(mel.mels(mel.LOW), mel.mels(mel.HIGH), 42)[1:-1])
    for band in (5, 15, 25):
        found = [energies(tone(middles[band], 0.5, rate)[:, 0], rate).mean(0) for rate in (8000, 16000, 48000)]
        assert [int(f.argmax()) for f in found] == [band] * 3
        # A sine of height a has the power a * a / 2: 0.125 here, nearly all of it in its own band.
        assert [10.0 ** f[band] for f in found] == pytest.approx([0.125] * 3, rel=0.35)


def test_ten_times_the_height_is_two_more() -> None:
    quiet, loud = energies(tone(1000, loud=0.05)[:, 0], 8000), energies(tone(1000, loud=0.5)[:, 0], 8000)
    best = int(loud.mean(0).argmax())
    assert (loud - quiet)[:, best] == pytest.approx(2.0, abs=1e-3)


@pytest.mark.parametrize("n", [1, 150, 200, 201, 279, 280, 50_000])
def test_blocks_and_frames_are_those_of_the_whole(n: int) -> None:
    sound = np.random.default_rng(n).normal(0, 0.1, n).astype(np.float32)
    whole = energies(sound, 8000)
    assert len(whole) == max(1, (n - 200) // 80 + 1)
    for block in (77, 333, 9000):
        np.testing.assert_allclose(energies(sound, 8000, block=block), whole, atol=1e-5)


def test_silence_is_the_floor_and_finite() -> None:
    assert (energies(np.zeros(1000, np.float32), 8000) == np.float32(-10)).all()


def test_pooling_tells_first_from_last() -> None:
    x = np.arange(12, dtype=np.float32).reshape(6, 2)
    assert mel.pooled(x, 2)[:4].tolist() == [2.0, 3.0, 8.0, 9.0]
    assert mel.pooled(x, 2)[4:] == pytest.approx(x.std(0))
    assert mel.pooled(x[:1], 3).tolist() == [0, 1, 0, 1, 0, 1, 0, 0]  # fewer frames than stretches


def test_the_text_and_its_options() -> None:
    assert default_learner("audio") == "mel"
    assert open_backbone("mel?bands=24&parts=3").outputs == {"embedding": 96}
    prints = {open_backbone(t).fingerprint for t in ("mel", "mel?bands=24", "mel?parts=5")}
    assert len(prints) == 3
    assert make_learner("mel?bands=24&members=4", pool_kind="audio").provides == {"probs", "embeddings", "members"}
    for text in ("mel?bands=0", "mel?parts=x", "mel?bands=1000"):
        with pytest.raises(BadLearner, match="whole number from 1 to"):
            make_learner(text, pool_kind="audio")
    with pytest.raises(BadLearner, match=r"no option 'band'.*'bands'"):
        make_learner("mel?band=3", pool_kind="audio")
    with pytest.raises(BadLearner, match="reads audio pools, and this one holds image"):
        make_learner("mel", pool_kind="image")
    with pytest.raises(BadLearner, match="takes nothing after a colon"):
        make_learner("mel:x", pool_kind="audio")


def test_one_that_cannot_be_read_is_skipped_and_named(tmp_path: Path) -> None:
    places = [write(tmp_path / f"{n}.wav", tone(300 + 40 * n)) for n in range(6)]
    places[2].write_bytes(b"RIFF")
    samples = Samples(np.arange(1, 7, dtype=np.uint64), "audio", objects([str(p) for p in places]), objects(places))
    learner = make_learner("mel", pool_kind="audio", cache=tmp_path / "cache")
    learner.fit(samples, list("aaabbb"))
    said = learner.signals(samples, frozenset({"probs", "embeddings"}))
    assert said.ids.tolist() == [1, 2, 4, 5, 6]
    assert said["embeddings"].shape == (5, 120)
    assert "2.wav cannot be read" in said.skipped[3]
    strict = make_learner("mel", pool_kind="audio", cache=tmp_path / "other", strict=True)
    with pytest.raises(BadPool, match=r"2\.wav"):
        strict.signals(samples, frozenset({"embeddings"}))


@pytest.mark.slow  # to unpack the archive alone takes six seconds
@pytest.mark.data
def test_spoken_digits_are_told_apart(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    """Learned from 300 of the 2,700, measured on 120 of the official test."""
    with tarfile.open(shared_data("fsdd_speech") / "fsdd_wav.tar.xz") as tar:
        for member in tar:  # in one pass: an archive of xz cannot be wound back cheaply
            if member.isfile() and int(member.name[:-4].rpartition("_")[2]) in (0, 1, 5, 6, 7, 8, 9):
                tar.extract(member, tmp_path, filter="data")
    pool = open_pool(tmp_path)
    assert (len(pool), pool.kind, dict(pool.skipped)) == (420, "audio", {})
    index = np.array([int(name[:-4].rpartition("_")[2]) for name in pool.names])
    digit = [name.rpartition("/")[2][0] for name in pool.names]
    test = index < 5
    samples = pool.take(pool.ids)
    learner = make_learner("mel", pool_kind="audio", cache=tmp_path / "cache")
    learner.fit(samples.take(~test), [d for d, t in zip(digit, test, strict=True) if not t])
    probs = learner.signals(samples.take(test), frozenset({"probs"}))["probs"]
    truth = [d for d, t in zip(digit, test, strict=True) if t]
    assert np.mean(np.array(learner.classes)[probs.argmax(1)] == truth) > 0.88


def test_a_long_recording_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    """Seven minutes of 44.1 kHz: 74 MB as numbers of 32 bits."""
    path = tmp_path / "long.wav"
    head = wav_bytes(np.zeros((1, 1)), 44_100, promised=37_000_000)
    with path.open("wb") as file:
        file.write(head[:44])
        file.truncate(44 + 37_000_000)  # a hole: silence
    backbone = open_backbone("mel")
    tracemalloc.start()
    try:
        backbone.prepare(str(path))
        with open_sound(str(path)) as sound:
            peaks(sound)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 30e6
