"""Randomness without a generator: a counter-based hash of the sample's id.  Floor 0.

Ties, random sampling, weighted sampling and k-means++ all come from here, so picks are the same for any order of the
pool, any sharding, any worker and any process.
"""

import numpy as np

_GOLDEN = 0x9E3779B97F4A7C15
_DRAW = 0xD1B54A32D192ED03
_MASK = 0xFFFFFFFFFFFFFFFF
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


def _mixed(z: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014), in place: (N,) uint64 -> (N,) uint64."""
    with np.errstate(over="ignore"):
        for shift, factor in _MIX:
            z ^= z >> np.uint64(shift)
            z *= np.uint64(factor)
        z ^= z >> np.uint64(31)
    return z


def _bits(seed: int, ids: np.ndarray, draw: int | np.ndarray) -> np.ndarray:
    # The stream (seed, draw) is mixed by itself first: ids that count upwards must not meet those of another seed.
    with np.errstate(over="ignore"):
        draws = np.atleast_1d(np.asarray(draw)).astype(np.uint64) * np.uint64(_DRAW)
        stream = _mixed(draws + np.uint64((seed * _GOLDEN + _GOLDEN) & _MASK))
        z = _mixed(ids ^ stream)
        z += stream
    return _mixed(z)


def noise(seed: int, ids: np.ndarray, draw: int | np.ndarray = 0) -> np.ndarray:
    """Uniform noise in (0, 1) that depends on (seed, draw, id) alone.  ids (N,) uint64 -> (N,) float64.

    draw: one number for all, 0 or more, or one for each id.
    """
    return ((_bits(seed, ids, draw) >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53


def gumbel(seed: int, ids: np.ndarray, draw: int = 0) -> np.ndarray:
    """Standard Gumbel noise: argmax(log w + gumbel) is a draw with probability w / sum(w).  (N,) -> (N,)."""
    return -np.log(-np.log(noise(seed, ids, draw)))


def weighted_order(weight: np.ndarray, seed: int, ids: np.ndarray, draw: int = 0) -> np.ndarray:
    """Keys whose k largest are k draws without replacement with probability in `weight` (Efraimidis & Spirakis 2006).

    weight (N,) >= 0, ids (N,) -> (N,) >= 0; a weight of zero comes last.
    """
    return weight / -np.log(noise(seed, ids, draw))


def key_ids(start: int, count: int, source: int = 0) -> np.ndarray:
    """Ids for rows that are known by their number alone, start to start + count: (count,) uint64, all distinct.

    The mixing is a bijection of 64 bits, so two rows of one source never share an id.
    """
    with np.errstate(over="ignore"):
        rows = np.arange(start, start + count, dtype=np.uint64) + np.uint64(source * _DRAW & _MASK)
        rows *= np.uint64(_GOLDEN)
    return _mixed(rows)


def hex_id(sample: int | np.integer) -> str:
    """How an id is written in JSON, files and messages: 16 hexadecimal digits."""
    return f"{int(sample):016x}"


def parse_id(text: str) -> int:
    return int(text, 16)
