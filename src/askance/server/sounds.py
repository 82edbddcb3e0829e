"""Recordings: played as they are where browsers can, else as a WAV of our own making; and their outlines.  Floor 6."""

import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from askance.audio import Sound, open_sound, pcm_wav, peaks
from askance.audio.peaks import BUCKETS
from askance.audio.wav import FLOAT, Wav
from askance.errors import BadPool
from askance.ops import hex_id
from askance.server import shapes
from askance.server.desk import Desk
from askance.server.refused import Refused

LOG = logging.getLogger("askance.server")
KINDS = {"wav": "audio/wav", "flac": "audio/flac", "ogg": "audio/ogg", "mp3": "audio/mpeg"}
FINE, MOST = 50, 30_000  # stretches of an outline: a second, and in all
MOST_CHANNELS = 2  # of what is played
RATES = range(3000, 192_001)  # Hz that browsers play


def playable(desk: Desk, sample: int) -> tuple[Path, str]:
    """-> (a file, its media type).  The type is told by what is in the file, never by its name."""
    with _heard(desk, sample) as (sound, place):
        if "://" not in place and _plays(sound):
            return Path(place), KINDS[sound.form]
        path = _folder(desk) / f"{hex_id(sample)}.wav"
        if not path.exists():
            with _whole(path) as file:
                pcm_wav(file, _narrow(sound), sound.rate, min(sound.channels, MOST_CHANNELS))
        return path, KINDS["wav"]


def outline(desk: Desk, sample: int) -> shapes.Peaks:
    """Read once, and kept in the campaign's folder; fine enough to look at a part of it from near."""
    path = _folder(desk) / f"{hex_id(sample)}.json"
    try:
        return shapes.Peaks(**json.loads(path.read_bytes()))
    except (OSError, ValueError):  # not there yet, or half written by a disk that was full
        pass
    with _heard(desk, sample) as (sound, _):
        found = peaks(sound, min(MOST, max(BUCKETS, round(FINE * sound.seconds))))
    made = shapes.Peaks(seconds=found.seconds, low=found.low.tolist(), high=found.high.tolist())
    with _whole(path) as file:
        file.write(made.model_dump_json().encode())
    return made


def _plays(sound: Sound) -> bool:
    """Whether every browser plays the file as it is."""
    if sound.form != "wav":
        return sound.form in KINDS
    header: Wav = sound.source[1]
    wide = header.code == FLOAT and header.bits == 64
    return sound.channels <= MOST_CHANNELS and sound.rate in RATES and not wide


def _narrow(sound: Sound) -> Iterator[np.ndarray]:
    """One or two channels; more than two are averaged to one in both."""
    for block in sound.blocks():
        few = sound.channels <= MOST_CHANNELS
        yield block if few else np.repeat(block.mean(1, keepdims=True), MOST_CHANNELS, axis=1)


@contextmanager
def _heard(desk: Desk, sample: int) -> Iterator[tuple[Sound, str]]:
    item = desk.contents.items([sample])[0]
    if item.kind != "audio":
        raise Refused(404, "no_sound", f"{item.name} is no recording")
    try:
        with open_sound(str(item.content)) as sound:
            yield sound, str(item.content)
    except (BadPool, ValueError) as e:  # it names the file on the server, which is not for everybody to know
        LOG.warning("%s: %s", desk.id, e)
        raise Refused(404, "no_sound", f"{item.name} cannot be read; the server's log says why") from None


def _folder(desk: Desk) -> Path:
    folder = desk.folder / "cache" / "sounds"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _whole(path: Path) -> Iterator[Any]:
    """Written beside its place and then renamed, so that what has the name is whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
