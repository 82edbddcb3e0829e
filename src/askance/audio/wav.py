"""WAV files: what the header says, the sound in blocks, and 16-bit ones of our own making.  Floor 1.

Whole numbers of 8, 16, 24 and 32 bits and floating point of 32 and 64, of any number of channels up to MOST_CHANNELS,
also where the header is the extensible one.  The format: Microsoft & IBM, Multimedia Programming Interface and Data
Specifications 1.0 (1991), and Microsoft's "Multiple channel audio data and WAVE files".
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
CODED = {2: "Microsoft ADPCM", 6: "A-law", 7: "mu-law", 17: "IMA ADPCM", 49: "GSM 6.10", 85: "MP3"}
WIDTHS = {PCM: (8, 16, 24, 32), FLOAT: (32, 64)}
MOST_CHANNELS = 64
MOST_RATE = 1_000_000  # Hz
MOST_CHUNKS = 1000  # a header of more is no header


@dataclass(frozen=True)
class Wav:
    """rate: frames a second; frames: one value a channel each; start: where in the file the first one lies."""

    rate: int
    channels: int
    code: int  # PCM or FLOAT
    bits: int
    frames: int
    start: int

    @property
    def width(self) -> int:
        """Bytes a frame."""
        return self.channels * self.bits // 8


def read_header(file: BinaryIO) -> Wav:
    """What the file says of itself; a ValueError says what is wrong, also where it promises more than is there."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(12)
    if head[:4] == b"RF64":
        raise ValueError("it is a WAV file of over 4 GB (RF64); cut it into shorter recordings")
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise ValueError("it is not a WAV file")
    form: bytes | None = None
    for name, start, length in _chunks(file, size):
        if name == b"fmt ":
            file.seek(start)
            form = file.read(min(length, 40))
        elif name == b"data":
            if form is None:
                raise ValueError("its sound comes before the description of the sound (the fmt chunk)")
            return _described(form, start, length, size)
    raise ValueError("it has no sound in it (no data chunk)")


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, where it begins, bytes that it promises) of each part of the file."""
    at = 12
    for _ in range(MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        name, length = head[:4], int.from_bytes(head[4:], "little")
        yield name, at + 8, length
        at += 8 + length + length % 2
        if at > size:
            return


def _described(form: bytes, start: int, length: int, size: int) -> Wav:
    if len(form) < 16:
        raise ValueError("the description of its sound (the fmt chunk) is cut off")
    code, channels, rate, _, align, bits = struct.unpack("<HHIIHH", form[:16])
    if code == EXTENSIBLE and len(form) >= 26:
        code = int.from_bytes(form[24:26], "little")
    if code not in WIDTHS:
        raise ValueError(f"its sound is packed as {CODED.get(code, f'format {code}')}; save it as plain PCM")
    if bits not in WIDTHS[code]:
        raise ValueError(f"its sound has {bits} bits a value; those of 8, 16, 24, 32 and, as numbers with a point, 64")
    if not 1 <= channels <= MOST_CHANNELS or not 1 <= rate <= MOST_RATE or align != channels * bits // 8:
        raise ValueError(f"its header is damaged: {channels} channels, {rate} Hz, {align} bytes a frame of {bits} bits")
    if start + length > size:
        there = max(0, size - start)
        raise ValueError(f"it is cut off: its header promises {length:,} bytes of sound, and {there:,} are there")
    if length < align:
        raise ValueError("it has no sound in it: its length is 0")
    return Wav(rate, channels, code, bits, length // align, start)


def read_blocks(file: BinaryIO, wav: Wav, frames: int) -> Iterator[np.ndarray]:
    """The sound, `frames` at a time.  (n, channels) float32, from -1 to 1 where it is of whole numbers."""
    file.seek(wav.start)
    left = wav.frames
    while left:
        n = min(frames, left)
        data = file.read(n * wav.width)
        if len(data) < n * wav.width:
            raise ValueError(f"it became shorter while it was read: {left:,} frames are missing")
        yield decoded(data, wav.code, wav.bits).reshape(n, wav.channels)
        left -= n


def decoded(data: bytes, code: int, bits: int) -> np.ndarray:
    """(n,) float32.  Whole numbers go to [-1, 1): the lowest is -1."""
    if code == FLOAT:
        return np.frombuffer(data, f"<f{bits // 8}").astype(np.float32)
    if bits == 8:  # the only one without a sign
        return (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / 128
    if bits == 24:
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        return (wide.view("<i4")[:, 0] * 2.0**-31).astype(np.float32)
    return (np.frombuffer(data, f"<i{bits // 8}") * 2.0 ** (1 - bits)).astype(np.float32)


def pcm_wav(file: BinaryIO, blocks: Iterable[np.ndarray], rate: int, channels: int) -> None:
    """Writes a WAV of 16 bits.  blocks: (n, channels) floats; what is beyond -1 and 1 is clipped to it.

    The file must be seekable: how long it became is written into the header last.
    """
    file.write(bytes(44))
    length = 0
    for block in blocks:
        data = (np.clip(block, -1, 1) * 32767).round().astype("<i2").tobytes()
        length += len(data)
        if length > 0xFFFF0000:
            raise ValueError("it is longer than a WAV file can be (4 GB)")
        file.write(data)
    file.seek(0)
    form = struct.pack("<HHIIHH", PCM, channels, rate, rate * channels * 2, channels * 2, 16)
    file.write(b"RIFF" + struct.pack("<I", 36 + length) + b"WAVEfmt " + struct.pack("<I", 16) + form)
    file.write(b"data" + struct.pack("<I", length))
    file.seek(0, 2)
