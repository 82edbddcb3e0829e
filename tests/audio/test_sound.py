"""Recordings that are not WAV, by soundfile and without it; remote ones; the outline."""

from pathlib import Path

import fsspec
import numpy as np
import pytest

from askance.audio import is_audio_name, open_sound, peaks, sound
from askance.errors import BadPool
from extras import extra
from waves import tone, wav_bytes, write


def packed(path: Path, samples: np.ndarray, rate: int = 16000) -> Path:
    soundfile = extra("soundfile")
    soundfile.write(path, samples, rate)
    return path


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.mp3"])
def test_packed_formats_are_read_by_soundfile(tmp_path: Path, name: str) -> None:
    samples = np.hstack([tone(440, 0.5, 16000), tone(880, 0.5, 16000)])
    with open_sound(str(packed(tmp_path / name, samples))) as found:
        assert (found.rate, found.channels, found.form) == (16000, 2, name[2:])
        heard = np.concatenate(list(found.blocks(1000)))
    n = min(len(heard), len(samples))
    assert abs(len(heard) - len(samples)) < 3000  # MP3 has a delay
    if name == "a.flac":
        np.testing.assert_allclose(heard[:n], samples[:n], atol=1e-4)
    assert heard[:n].std() == pytest.approx(samples[:n].std(), rel=0.1)


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.mp3"])
def test_blocks_of_packed_formats_are_the_whole(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, (60_000, 1)).cumsum(0)
    with open_sound(str(packed(tmp_path / name, noise / abs(noise).max(), 22050))) as found:
        whole = np.concatenate(list(found.blocks()))
        parts = np.concatenate(list(found.blocks(7001)))
    np.testing.assert_allclose(parts, whole, atol=1e-5)


def test_a_flac_that_is_cut_off_is_an_error_when_it_is_read(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (16000, 1))
    path = packed(tmp_path / "a.flac", noise)
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(BadPool, match=r"a\.flac cannot be read"), open_sound(str(path)) as found:
        list(found.blocks())


def test_without_soundfile_the_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "has_soundfile", lambda: False)
    (tmp_path / "a.flac").write_bytes(b"fLaC" + bytes(100))
    with (
        pytest.raises(BadPool, match=r"a\.flac cannot be read: .* pip install 'askance\[audio\]'"),
        open_sound(str(tmp_path / "a.flac")),
    ):
        pass


def test_what_is_no_recording_at_all(tmp_path: Path) -> None:
    extra("soundfile")
    (tmp_path / "a.mp3").write_text("<html>")
    with pytest.raises(BadPool, match="not a recording of a format that is read"), open_sound(str(tmp_path / "a.mp3")):
        pass


def test_a_recording_at_a_url() -> None:
    place = "memory://recordings/far.wav"
    with fsspec.open(place, "wb") as file:
        file.write(wav_bytes(tone(440)))
    with open_sound(place) as found:
        assert (found.rate, found.frames, found.seconds) == (8000, 2400, 0.3)
        assert sum(len(block) for block in found.mono(100)) == 2400


def test_channels_are_averaged(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", np.array([[0.5, -0.5], [0.5, 0.25]]))
    with open_sound(str(tmp_path / "a.wav")) as found:
        assert next(found.mono()).tolist() == [0.0, 0.375]


def test_names() -> None:
    assert is_audio_name("A.WAV")
    assert is_audio_name("b/c.flac")
    assert not is_audio_name("wav")
    assert not is_audio_name("a.wav.txt")


@pytest.mark.parametrize(
    ("frames", "buckets", "block"), [(1, 5, 4), (10, 3, 4), (10, 10, 3), (1000, 7, 64), (999, 400, 1)]
)
def test_peaks_are_the_extremes_of_each_stretch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frames: int, buckets: int, block: int
) -> None:
    values = np.random.default_rng(frames).uniform(-1, 1, (frames, 2))
    path = write(tmp_path / "a.wav", values, 8000, 32, 3)
    monkeypatch.setattr(sound.Sound.blocks, "__defaults__", (block,))
    with open_sound(str(path)) as found:
        outline = peaks(found, buckets)
    n = min(frames, buckets)
    stretches = [values[k * frames // n : (k + 1) * frames // n] for k in range(n)]
    assert outline.low.tolist() == [round(float(np.float32(s.min())) * 127) for s in stretches]
    assert outline.high.tolist() == [round(float(np.float32(s.max())) * 127) for s in stretches]
    assert outline.seconds == frames / 8000
