"""The outline of a recording: the least and the greatest value of each stretch of it, to draw it by.  Floor 1."""

from dataclasses import dataclass

import numpy as np

from askance.audio.sound import Sound

BUCKETS = 1200  # more than a screen shows at once


@dataclass(frozen=True)
class Peaks:
    """low, high (n,) int8: the least and the greatest of each stretch, 127 is full scale; over all channels."""

    seconds: float
    low: np.ndarray
    high: np.ndarray


def peaks(sound: Sound, buckets: int = BUCKETS) -> Peaks:
    """Reads the sound once, a block at a time; stretches differ in length by a frame at most."""
    n = min(buckets, sound.frames)
    edges = np.arange(n + 1) * sound.frames // n  # stretch k: frames edges[k] to edges[k + 1]
    low, high = np.full(n, np.inf, np.float32), np.full(n, -np.inf, np.float32)
    at = 0
    for block in sound.blocks():
        first = int(np.searchsorted(edges, at, "right")) - 1
        last = int(np.searchsorted(edges, at + len(block), "left"))
        cuts = np.maximum(edges[first:last] - at, 0)
        span = slice(first, first + len(cuts))
        low[span] = np.minimum(low[span], np.minimum.reduceat(block.min(1), cuts))
        high[span] = np.maximum(high[span], np.maximum.reduceat(block.max(1), cuts))
        at += len(block)
    return Peaks(sound.seconds, _bytes(low), _bytes(high))


def _bytes(values: np.ndarray) -> np.ndarray:
    """What was never seen, because a packed file is shorter than it says, is silence."""
    return (np.clip(np.where(np.isfinite(values), values, 0), -1, 1) * 127).round().astype(np.int8)
