"""A recording that is open, whatever its format, local or remote.  Floor 1."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, BinaryIO

import numpy as np

from askance.audio import wav
from askance.errors import BadPool
from askance.locations import opened

# What is taken for a recording by its name alone.
SUFFIXES = (".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3")
BLOCK = 1 << 18  # frames that are held at once: 16 seconds at 16 kHz
BORROWED = 1152 * 10  # frames of an MP3: its 511 bytes of reservoir reach no further back
NEEDED = "it is no WAV, and the others need soundfile: pip install 'askance[audio]'"


def is_audio_name(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


@dataclass(frozen=True)
class Sound:
    """rate: frames a second; frames: how many, one value a channel each.  Good while its `with` lasts."""

    name: str
    rate: int
    channels: int
    frames: int
    form: str  # wav, flac, ogg, mp3
    source: Any = field(repr=False)  # a Wav and its file, or soundfile's own

    @property
    def seconds(self) -> float:
        return self.frames / self.rate

    def blocks(self, frames: int = BLOCK) -> Iterator[np.ndarray]:
        """From the beginning, (n, channels) float32, finite.  A BadPool names the recording and what is wrong."""
        read = self._wav(frames) if self.form == "wav" else self._packed(frames)
        with blaming(self.name):
            for block in read:
                if not np.isfinite(block).all():
                    raise ValueError("it has NaN or infinite values")
                yield block

    def mono(self, frames: int = BLOCK) -> Iterator[np.ndarray]:
        """The mean of the channels, (n,) float32."""
        for block in self.blocks(frames):
            yield block[:, 0] if self.channels == 1 else block.mean(1)

    def _wav(self, frames: int) -> Iterator[np.ndarray]:
        file, header = self.source
        return wav.read_blocks(file, header, frames)

    def _packed(self, frames: int) -> Iterator[np.ndarray]:
        """soundfile winds to where it is after every read.  An MP3's frames borrow from those before, which are then
        unknown: so a little of what came before is read again, and dropped."""
        at = 0
        while at < self.frames:
            back = min(at, BORROWED if self.form == "mp3" else 0)
            if self.source.tell() != at - back:
                self.source.seek(at - back)
            block = self.source.read(min(frames, self.frames - at) + back, "float32", always_2d=True)[back:]
            if not len(block):
                break
            at += len(block)
            yield block
        if at < self.frames and self.form == "flac":  # the others' lengths are estimates
            raise ValueError(f"it is cut off: {self.frames - at:,} of its {self.frames:,} frames are missing")


@contextmanager
def open_sound(location: str) -> Iterator[Sound]:
    """A recording at a local path or fsspec URL: its header is read, and its sound when it is asked for.

    BadPool names the file and what is wrong with it: missing, empty, no recording, cut off.
    """
    with ExitStack() as stack:
        file = stack.enter_context(opened(location))
        with blaming(location):
            sound = described(file, location, stack)
        yield sound


def sound_fault(file: BinaryIO, name: str) -> str:
    """What is wrong with a recording as far as its header tells, '' when nothing is.  No sound is decoded."""
    try:
        with ExitStack() as stack, blaming(name):
            described(file, name, stack)
    except BadPool as error:
        return str(error.__cause__)
    return ""


def described(file: BinaryIO, name: str, stack: ExitStack) -> Sound:
    """The header alone."""
    file.seek(0)
    head = file.read(4)
    if not head:
        raise ValueError("the file is empty")
    if head in (b"RIFF", b"RF64"):
        header = wav.read_header(file)
        return Sound(name, header.rate, header.channels, header.frames, "wav", (file, header))
    return _packed(file, name, stack)


def _packed(file: BinaryIO, name: str, stack: ExitStack) -> Sound:
    """By libsndfile, which knows the format by the bytes."""
    if not has_soundfile():
        raise ValueError(NEEDED)
    import soundfile

    file.seek(0)
    try:
        source = stack.enter_context(soundfile.SoundFile(file))
    except soundfile.LibsndfileError as error:
        raise ValueError(f"it is not a recording of a format that is read ({error.error_string})") from None
    if source.frames < 1:
        raise ValueError("it has no sound in it: its length is 0")
    return Sound(name, source.samplerate, source.channels, source.frames, source.format.lower(), source)


@cache
def has_soundfile() -> bool:
    try:
        import soundfile  # noqa: F401
    except (ImportError, OSError):  # an OSError where the library that it wraps is missing
        return False
    return True


@contextmanager
def blaming(name: str) -> Iterator[None]:
    try:
        yield
    except (BadPool, GeneratorExit):
        raise
    except Exception as error:  # decoders raise anything at all on broken bytes
        raise BadPool(f"recording {name} cannot be read: {error or type(error).__name__}") from error
