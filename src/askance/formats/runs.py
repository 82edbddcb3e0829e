"""Masks as runs of pixels: counts column by column as in COCO, its text form, rows, and areas that meet.  Floor 4."""

from collections.abc import Iterable, Sequence

import numpy as np

from askance.errors import FormatError
from askance.labels.mask import MOST_PIXELS, stretches

Stretch = tuple[int, int]  # first pixel, one past the last


def to_text(counts: Sequence[int]) -> str:
    """COCO's text: from the fourth on, counts are differences from the one two before; five bits a character."""
    out = []
    for n, count in enumerate(counts):
        x = count - counts[n - 2] if n > 2 else count
        more = True
        while more:
            bits = x & 31
            x >>= 5
            more = x != (-1 if bits & 16 else 0)
            out.append(chr((bits | 32 if more else bits) + 48))
    return "".join(out)


def from_text(text: str, where: str) -> list[int]:
    counts: list[int] = []
    x = shift = 0
    for at, char in enumerate(text):
        bits = ord(char) - 48
        if not 0 <= bits < 64 or shift > 30:
            raise FormatError(f"{where}: {char!r} at {at} is not part of a run-length text of COCO")
        x |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            x |= -1 << shift
        counts.append(x + counts[-2] if len(counts) > 2 else x)
        x = shift = 0
    if shift:
        raise FormatError(f"{where} ends in the middle of a count")
    return counts


def size(height: int, width: int, where: str) -> int:
    """The number of pixels, where that is bearable."""
    if height < 1 or width < 1 or height * width > MOST_PIXELS:
        raise FormatError(f"{where}: a mask of {height} x {width}; it has 1 to {MOST_PIXELS:,} pixels")
    return height * width


def from_stretches(found: Iterable[Stretch], pixels: int) -> list[int]:
    """Sorted stretches that do not meet -> counts, off first."""
    counts, at = [], 0
    for first, end in found:
        counts += [first - at, end - first]
        at = end
    return [*counts, pixels - at] if at < pixels or not counts else counts


def united(found: Iterable[Stretch]) -> list[Stretch]:
    out: list[Stretch] = []
    for first, end in sorted(found):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((first, end))
    return out


def without(found: Sequence[Stretch], taken: Sequence[Stretch]) -> list[Stretch]:
    """Both sorted and united: what of `found` is not in `taken`."""
    out, n = [], 0
    for first, end in found:
        while n < len(taken) and taken[n][1] <= first:
            n += 1
        at, m = first, n
        while m < len(taken) and taken[m][0] < end:
            if at < taken[m][0]:
                out.append((at, taken[m][0]))
            at = max(at, taken[m][1])
            m += 1
        if at < end:
            out.append((at, end))
    return out


def from_pixels(mask: np.ndarray) -> list[int]:
    """(H, W) bool -> counts, column by column."""
    column = np.asarray(mask, bool).ravel(order="F")
    edges = np.flatnonzero(np.diff(np.concatenate(([False], column, [False])).astype(np.int8)))
    return from_stretches(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True), column.size)


def to_pixels(counts: Sequence[int], height: int, width: int) -> np.ndarray:
    """-> (H, W) bool."""
    on = np.arange(len(counts)) % 2 == 1
    return np.repeat(on, counts).reshape((height, width), order="F")


def extent(counts: list[int], height: int) -> tuple[int, int, int, int]:
    """x, y, w, h of the upright box around the pixels that are on; all 0 where none is."""
    found = stretches(counts)
    if not found:
        return 0, 0, 0, 0
    left, right = found[0][0] // height, (found[-1][1] - 1) // height
    wraps = any((first % height) + (end - first) > height for first, end in found)
    top = 0 if wraps else min(first % height for first, _ in found)
    bottom = height if wraps else max((end - 1) % height for _, end in found) + 1
    return left, top, right - left + 1, bottom - top
