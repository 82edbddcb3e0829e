"""WAV files of every width, and what is said of broken ones."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from askance.audio import open_sound, pcm_wav, sound_fault
from askance.errors import BadPool
from waves import tone, wav_bytes, write


def heard(path: Path, frames: int = 1 << 16) -> np.ndarray:
    with open_sound(str(path)) as sound:
        return np.concatenate(list(sound.blocks(frames)))


@pytest.mark.parametrize(("bits", "code"), [(8, 1), (16, 1), (24, 1), (32, 1), (32, 3), (64, 3)])
@pytest.mark.parametrize("extensible", [False, True])
def test_every_width_gives_the_sound_back(tmp_path: Path, bits: int, code: int, extensible: bool) -> None:
    sound = np.hstack([tone(440), tone(1000, loud=0.9), -tone(50, loud=1.0)])
    path = write(tmp_path / "a.wav", sound, 8000, bits, code, extensible=extensible)
    found = heard(path)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, sound, atol=1e-7 if code == 3 else max(2.0 ** (1 - bits), 1e-7))


def test_the_lowest_whole_number_is_minus_one(tmp_path: Path) -> None:
    for bits in (8, 16, 24, 32):
        found = heard(write(tmp_path / f"{bits}.wav", np.array([[-1.0], [0.0], [0.5]]), 8000, bits))
        assert found[:, 0].tolist() == [-1.0, 0.0, 0.5]


def test_it_reads_what_the_standard_library_writes(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(-32768, 32768, (1000, 2), np.int16)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(values.tobytes())
    assert (heard(tmp_path / "a.wav") * 32768).astype(np.int64).tolist() == values.tolist()


def test_blocks_of_any_size_are_the_same_sound(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tone(440), before=b"LIST\x03\x00\x00\x00abc\x00")  # an odd chunk, with its pad
    whole = heard(path)
    for frames in (1, 7, 2400, 5000):
        assert np.array_equal(heard(path, frames), whole)


def test_what_is_written_for_the_browser_is_what_wave_reads() -> None:
    file = io.BytesIO()
    pcm_wav(file, [np.array([[0.0, 1.5]]), np.array([[-2.0, 0.25]])], 16000, 2)
    file.seek(0)
    with wave.open(file) as found:
        assert found.getparams()[:4] == (2, 2, 16000, 2)
        assert np.frombuffer(found.readframes(2), "<i2").tolist() == [0, 32767, -32767, 8192]


GOOD = wav_bytes(tone(440))
BROKEN = {
    "the file is empty": b"",
    "it is not a WAV file": GOOD[:8] + b"AVI " + GOOD[12:],
    "over 4 GB": b"RF64" + GOOD[4:],
    "no data chunk": GOOD[:36],
    "promises 4,800 bytes of sound, and 956 are there": GOOD[:1000],
    "promises 4,294,967,280 bytes of sound": wav_bytes(tone(440), promised=0xFFFFFFF0),
    "its length is 0": wav_bytes(np.zeros((0, 1))),
    "packed as mu-law": wav_bytes(tone(440), code=7, bits=8),
    "packed as format 4660": GOOD[:20] + b"\x34\x12" + GOOD[22:],
    "12 bits a value": GOOD[:34] + b"\x0c\x00" + GOOD[36:],
    "its header is damaged: 0 channels": GOOD[:22] + b"\x00\x00" + GOOD[24:],
    "0 Hz": GOOD[:24] + bytes(4) + GOOD[28:],
    "7 bytes a frame": GOOD[:32] + b"\x07\x00" + GOOD[34:],
    "is cut off": GOOD[:16] + b"\x08\x00\x00\x00" + GOOD[20:28] + b"data\x02\x00\x00\x00ab",
    "before the description": b"RIFF\x20\x00\x00\x00WAVEdata\x02\x00\x00\x00ab" + GOOD[12:36],
}


@pytest.mark.parametrize("why", BROKEN)
def test_what_is_broken_is_said(why: str, tmp_path: Path) -> None:
    assert why in sound_fault(io.BytesIO(BROKEN[why]), "a.wav")
    (tmp_path / "a.wav").write_bytes(BROKEN[why])
    with pytest.raises(BadPool, match=r"recording .*a\.wav cannot be read: "), open_sound(str(tmp_path / "a.wav")):
        pass


def test_broken_bytes_anywhere_in_the_header_are_a_sentence_and_nothing_else() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        data = bytearray(GOOD[:200])
        for at in rng.integers(0, 44, 3):
            data[at] = rng.integers(0, 256)
        fault = sound_fault(io.BytesIO(bytes(data)), "a.wav")
        assert fault == "" or ("Error" not in fault and len(fault) < 200)


def test_values_that_are_no_numbers_are_an_error_that_names_the_recording(tmp_path: Path) -> None:
    path = write(tmp_path / "nan.wav", np.array([[0.0], [np.nan]]), 8000, 32, 3)
    with pytest.raises(BadPool, match=r"nan\.wav cannot be read: it has NaN"):
        heard(path)


def test_a_recording_that_becomes_shorter_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tone(440))
    with open_sound(str(path)) as sound:
        blocks = sound.blocks(10)
        next(blocks)
        path.write_bytes(GOOD[:100])
        with pytest.raises(BadPool, match="became shorter"):
            list(blocks)


def test_a_missing_recording(tmp_path: Path) -> None:
    with pytest.raises(BadPool, match="there is no file"), open_sound(str(tmp_path / "none.wav")):
        pass
