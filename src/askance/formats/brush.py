"""The run-length code of Label Studio's brush: bits, over four bytes a pixel, row by row.  Floor 4.

32 bits: how many bytes it codes; 5 bits: the size of a word less 1 (8 bits); four times 4 bits: sizes of counts less 1.
Then runs: a bit, 1 for a repeated word; two bits that choose the size of the count; the count less 1; one word, or as
many as counted.  The last byte of a pixel says whether it is on.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from askance.errors import FormatError
from askance.labels.mask import MOST_PIXELS

SIZES = (3, 4, 8, 16)
WORD = 8
CHANNELS = 4


def decoded(data: Sequence[int], height: int, width: int, where: str) -> np.ndarray:
    """-> (H, W) bool."""
    if not all(isinstance(b, int) and not isinstance(b, bool) and 0 <= b < 256 for b in data):
        raise FormatError(f"{where}: rle must be a list of bytes, 0 to 255")
    bits = Bits(bytes(data), where)
    count = bits.take(32)
    if count != height * width * CHANNELS or not 0 < height * width <= MOST_PIXELS:
        raise FormatError(f"{where}: rle codes {count:,} bytes, and the picture of {width} x {height} has 4 a pixel")
    on = np.zeros(height * width, bool)
    for first, end, word in _runs(bits, count):
        if word:
            on[first // CHANNELS : (end - CHANNELS) // CHANNELS + 1] = True
    return on.reshape(height, width)


def _runs(bits: "Bits", count: int) -> Iterator[tuple[int, int, int]]:
    """(first, end, word) of the last bytes of pixels alone: both are such that first // 4 and (end - 4) // 4 are
    the first pixel and the last one whose last byte lies in the run."""
    word = bits.take(5) + 1
    sizes = [bits.take(4) + 1 for _ in SIZES]
    at = 0
    while at < count:
        repeated = bits.take(1)
        end = min(at + bits.take(sizes[bits.take(2)]) + 1, count)
        if repeated:
            yield at, end, bits.take(word)
        else:
            for place in range(at, end):
                value = bits.take(word)
                if place % CHANNELS == CHANNELS - 1:
                    yield place, place + 1, value
        at = end


def encoded(mask: np.ndarray) -> list[int]:
    """(H, W) bool -> bytes, every channel of a pixel 255 or 0."""
    flat = np.asarray(mask, bool).ravel()
    edges = [0, *(np.flatnonzero(np.diff(flat)) + 1).tolist(), flat.size]
    parts = [f"{flat.size * CHANNELS:032b}{WORD - 1:05b}", *(f"{size - 1:04b}" for size in SIZES)]
    for first, end in pairwise(edges):
        parts += _run((end - first) * CHANNELS, 255 if flat[first] else 0)
    text = "".join(parts)
    text += "0" * (-len(text) % 8)
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def _run(count: int, word: int) -> Iterable[str]:
    most = 1 << SIZES[-1]
    while count:
        part = min(count, most)
        choice = next(n for n, size in enumerate(SIZES) if part <= 1 << size)
        yield f"1{choice:02b}{part - 1:0{SIZES[choice]}b}{word:0{WORD}b}"
        count -= part


class Bits:
    """Bytes, taken bit by bit from the front."""

    def __init__(self, data: bytes, where: str):
        self.data, self.where, self.at = data, where, 0

    def take(self, count: int) -> int:
        end = self.at + count
        if end > 8 * len(self.data):
            raise FormatError(f"{self.where}: rle ends in the middle of a run")
        first, last = self.at // 8, (end + 7) // 8
        self.at = end
        return (int.from_bytes(self.data[first:last], "big") >> (last * 8 - end)) & ((1 << count) - 1)
