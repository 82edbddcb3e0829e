"""Recordings as a pool: a folder, a table, a manifest; the broken ones by their reasons."""

import json
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from askance import ops
from askance.audio import sound
from askance.errors import BadPool
from askance.pools import open_pool, read_answers
from waves import tone, wav_bytes, write


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """owl/1, 2, 10 and dog/1; dog/2 is owl/2 again."""
    root = tmp_path / "calls"
    for n, name in enumerate(["owl/1.wav", "owl/2.WAV", "owl/10.wave", "dog/1.wav"]):
        write(root / name, tone(200 + 50 * n))
    (root / "dog/2.wav").write_bytes((root / "owl/2.WAV").read_bytes())
    return root


def test_a_folder_of_recordings(calls: Path) -> None:
    pool = open_pool(calls)
    assert pool.kind == "audio"
    assert list(pool.names) == ["dog/1.wav", "dog/2.wav", "owl/1.wav", "owl/10.wave"]
    digest = blake2b((calls / "dog/1.wav").read_bytes(), digest_size=8).hexdigest()
    assert ops.hex_id(pool.ids[0]) == digest
    assert list(pool.duplicates) == [("owl/2.WAV", "dog/2.wav")]
    assert list(pool.conflicts) == [("dog/2.wav", "owl/2.WAV", "dog", "owl")]
    assert set(pool.answers().values()) == {"dog", "owl"}


BROKEN = {
    "empty.wav": (b"", "the file is empty"),
    "cut.wav": (wav_bytes(tone(440))[:500], "it is cut off: its header promises 4,800 bytes of sound, and 456 are"),
    "huge.wav": (
        wav_bytes(tone(440), promised=4_000_000_000),
        "it is cut off: its header promises 4,000,000,000 bytes",
    ),
    "silent.wav": (wav_bytes(np.zeros((0, 1))), "its length is 0"),
    "coded.wav": (wav_bytes(tone(440), bits=8, code=7), "mu-law; save it as plain PCM"),
}


def test_broken_ones_are_listed_with_their_reason_and_strict_stops(calls: Path) -> None:
    for name, (data, _) in BROKEN.items():
        (calls / name).write_bytes(data)
    pool = open_pool(calls)
    assert len(pool) == 4
    assert set(pool.skipped) == set(BROKEN)
    for name, (_, why) in BROKEN.items():
        assert why in pool.skipped[name]
    with pytest.raises(BadPool, match="5 of the samples cannot be read, first"):
        open_pool(calls, strict=True)


def test_none_that_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFFxxxxWAVE")
    with pytest.raises(BadPool, match=r"none of the 1 recordings of .* can be read, first a\.wav: it has no sound"):
        open_pool(tmp_path)


def test_what_needs_soundfile_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "has_soundfile", lambda: False)
    (tmp_path / "a.flac").write_bytes(b"fLaC" + bytes(60))
    with pytest.raises(BadPool, match=r"first a\.flac: .*pip install 'askance\[audio\]'"):
        open_pool(tmp_path)


def test_more_recordings_than_pictures_make_a_pool_of_recordings(calls: Path) -> None:
    Image.new("RGB", (8, 8)).save(calls / "cover.png")
    assert open_pool(calls).kind == "audio"
    for n in range(6):
        Image.new("RGB", (8, 8), (n, n, n)).save(calls / f"{n}.png")
    assert open_pool(calls).kind == "image"
    assert open_pool(f"{calls}/**/*.wav").kind == "audio"


def test_a_manifest_with_transcripts(calls: Path) -> None:
    """As NeMo has it: a line of JSON a recording, its path relative to the manifest."""
    rows = [
        {"audio_filepath": "owl/1.wav", "duration": 0.3, "text": "hoo"},
        {"audio_filepath": str(calls / "dog/1.wav"), "duration": 0.3, "text": "woof"},
        {"audio_filepath": "gone.wav", "duration": 0.3, "text": "?"},
    ]
    (calls / "manifest.jsonl").write_text("\n".join(map(json.dumps, rows)))
    pool = open_pool(calls / "manifest.jsonl", path="audio_filepath", label="text")
    assert pool.kind == "audio"
    assert list(pool.answers().values()) == ["hoo", "woof"]
    assert "there is no file" in pool.skipped["gone.wav"]
    assert pool.ids[0] == open_pool(calls).ids[2]


def test_a_table_of_both_is_refused(calls: Path) -> None:
    (calls / "t.csv").write_text("file\nowl/1.wav\ncover.png\n")
    with pytest.raises(BadPool, match=r"recordings \(owl/1\.wav\) and other files \(cover\.png\)"):
        open_pool(calls / "t.csv", path="file")


def test_an_answer_key_may_leave_the_suffix_out(calls: Path, tmp_path: Path) -> None:
    (tmp_path / "key.csv").write_text("file,label\nowl/1,eagle owl\ndog/1.wav,terrier\n")
    pool = open_pool(calls)
    assert sorted(read_answers(tmp_path / "key.csv", pool).values()) == ["eagle owl", "terrier"]


def test_the_cache_remembers_recordings(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_pool(calls, cache=tmp_path / "cache")
    monkeypatch.setattr("askance.pools.ingest.sound_fault", lambda *_: pytest.fail("looked at again"))
    assert open_pool(calls, cache=tmp_path / "cache").ids.tolist() == first.ids.tolist()
