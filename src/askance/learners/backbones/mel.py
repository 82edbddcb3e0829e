"""`mel`: what a recording sounds like, stretch by stretch, without any network.  Floor 4.

    mel?bands=40&parts=2

Log-mel energies: a frame of 25 ms every 10 ms, Hann window, power spectrum, and the energy in `bands` triangular
bands that are evenly spaced on the mel scale from LOW to HIGH Hz, as a logarithm.  Of a whole recording: the mean of
each band in each of `parts` equal stretches of it, so that what comes first and what comes last is told apart, and the
standard deviation of each band over all.

Recordings of any sampling rate go together, since the bands are in Hz and the energies a second; a band that lies
beyond half the sampling rate is silent.

Papers: the scale, S. S. Stevens, J. Volkmann, E. B. Newman, A scale for the measurement of the psychological magnitude
pitch (1937); its formula, D. O'Shaughnessy, Speech Communication (1987); the bands, S. Davis, P. Mermelstein,
Comparison of parametric representations for monosyllabic word recognition (1980).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from askance.audio import open_sound
from askance.errors import BadLearner
from askance.learners.backbones import Kind, check_kind, check_options
from askance.learners.backbones.hashing import fingerprint_of

WINDOW, HOP = 0.025, 0.010  # seconds
LOW, HIGH = 50.0, 8000.0  # Hz
FLOOR = 1e-10  # of an energy, full scale is about 1: -100 dB, which 16 bits do not reach
AT_ONCE = 512  # frames
BANDS, PARTS = 40, 2


@dataclass(frozen=True)
class Mel:
    """kind audio -> embedding (bands * (parts + 1),)."""

    text: str
    bands: int = BANDS
    parts: int = PARTS
    kind: Kind = "audio"

    @property
    def outputs(self) -> Mapping[str, int]:
        return {"embedding": self.bands * (self.parts + 1)}

    @property
    def fingerprint(self) -> str:
        return fingerprint_of("log-mel 1", self.bands, self.parts, WINDOW, HOP, LOW, HIGH, FLOOR)

    def prepare(self, item: str) -> np.ndarray:
        """(D,) float32.  The recording is read a block at a time; of a frame its bands are all that is kept."""
        with open_sound(item) as sound:
            found = list(log_mel(sound.mono(), sound.rate, self.bands))
        return pooled(np.concatenate(found), self.parts)

    def run(self, batch: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        return {"embedding": np.stack(batch)}


def open_model(text: str, target: str, options: dict[str, str], kind: Kind | None) -> Mel:
    check_options(text, options, ("bands", "parts"))
    check_kind(text, "audio", kind)
    return Mel(text, _whole(text, options, "bands", BANDS, 256), _whole(text, options, "parts", PARTS, 100))


def mels(hertz: np.ndarray | float) -> np.ndarray:
    """O'Shaughnessy's formula: 1000 Hz are 1000 mel."""
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hertz) / 700.0))


def hertz(mel: np.ndarray | float) -> np.ndarray:
    return np.asarray(700.0 * (10.0 ** (np.asarray(mel) / 2595.0) - 1.0))


@cache
def filterbank(rate: int, size: int, bands: int) -> np.ndarray:
    """(size // 2 + 1, bands): how much of each frequency of a spectrum of `size` points each band takes.

    Triangles, 1 in the middle, that reach from the middle of the band before to the middle of the next.  One that is
    narrower than the spectrum's own grid takes the nearest frequency, so that no band is deaf.
    """
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    corners = hertz(np.linspace(mels(LOW), mels(HIGH), bands + 2))
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    rising = (frequencies[:, None] - left) / (middle - left)
    falling = (right - frequencies[:, None]) / (right - middle)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    deaf = (weights.max(0) == 0) & (middle <= rate / 2)
    weights[np.abs(frequencies[:, None] - middle[deaf]).argmin(0), deaf] = 1.0
    return weights


def log_mel(sound: Iterable[np.ndarray], rate: int, bands: int) -> Iterator[np.ndarray]:
    """Blocks of sound (n,) -> blocks of log10 energies (frames, bands), whatever the blocks; at least one frame."""
    length, hop = max(2, round(WINDOW * rate)), max(1, round(HOP * rate))
    window = np.hanning(length + 1)[:-1]
    size = 1 << (length - 1).bit_length()
    scale = 2.0 / (size * (window**2).sum())  # so that a sine of height a has a * a / 2 in all
    bank = filterbank(rate, size, bands) * scale
    for frames in framed(sound, length, hop):
        power = np.abs(np.fft.rfft(frames * window, size)) ** 2
        yield np.log10(np.maximum(power @ bank, FLOOR)).astype(np.float32)


def framed(sound: Iterable[np.ndarray], length: int, hop: int) -> Iterator[np.ndarray]:
    """(frames, length) at a time, one frame every `hop`; one that is too short for a single frame ends in silence."""
    left, none = np.empty(0, np.float32), True
    for block in sound:
        left = np.concatenate([left, block])
        there = max(0, (len(left) - length) // hop + 1)
        for first in range(0, there, AT_ONCE):
            stop = min(there, first + AT_ONCE)
            stretch = left[first * hop : (stop - 1) * hop + length]
            yield np.lib.stride_tricks.sliding_window_view(stretch, length)[::hop]
            none = False
        left = left[there * hop :]
    if none:
        yield np.pad(left, (0, length - len(left)))[None]


def pooled(energies: np.ndarray, parts: int) -> np.ndarray:
    """(frames, bands) -> (bands * (parts + 1),): the means of the stretches, then the deviations over all."""
    n = len(energies)
    means = []
    for part in range(parts):
        first = min(part * n // parts, n - 1)
        stop = max((part + 1) * n // parts, first + 1)  # a stretch shorter than a frame has that frame
        means.append(energies[first:stop].mean(0))
    return np.concatenate([*means, energies.std(0)]).astype(np.float32)


def _whole(text: str, options: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = options.get(name, str(default))
    if not value.isdecimal() or not 1 <= int(value) <= most:
        raise BadLearner(f"the learner {text!r} has {name}={value}; it must be a whole number from 1 to {most}")
    return int(value)
