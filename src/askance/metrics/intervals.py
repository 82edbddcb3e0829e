"""Intervals: how far an estimate from n samples may be off, at 95 %.  Floor 2."""

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np

from askance.errors import BadLabel
from askance.history import Metric

Z = 1.959963984540054  # the 97.5 % point of the normal distribution
BLOCK = 1 << 20  # cells counted at a time


def wilson(hits: int, n: int) -> Metric:
    """A share of n with its Wilson score interval, which stays inside [0, 1] and is honest at 0, 1 and small n.

    Wilson 1927.
    """
    if not 0 <= hits <= n or n == 0:
        raise BadLabel(f"a share needs hits from 0 to n and at least one sample, not {hits} of {n}")
    p, z2 = hits / n, Z * Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Metric(p, max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half)), n)


def bootstrap_cells(
    counts: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray], *, seed: int = 0, resamples: int = 1000
) -> Metric:
    """A statistic that depends only on how often each cell (m,) was seen, with its percentile interval.

    statistic  (b, m) counts of b samples -> (b,)

    Drawing n samples with replacement and counting cells is one multinomial draw, so a resample costs O(m), not O(n).
    """
    n, rng = int(counts.sum()), np.random.default_rng(seed)
    block = max(1, BLOCK // len(counts))
    starts = range(0, resamples, block)
    drawn = [statistic(rng.multinomial(n, counts / n, min(block, resamples - start))) for start in starts]
    low, high = np.percentile(np.concatenate(drawn), [2.5, 97.5])
    value = float(statistic(counts[None])[0])
    return Metric(value, min(float(low), value), max(float(high), value), n)


def t_interval(values: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    """(mean, low, high) of the mean by Student's t; low and high are NaN for a single value, where nothing is known."""
    from scipy.special import stdtrit  # scipy.stats takes a second to import

    a = np.asarray(values, float)
    if len(a) < 2:
        return float(a.mean()), float("nan"), float("nan")
    half = float(stdtrit(len(a) - 1, 0.975)) * float(a.std(ddof=1)) / sqrt(len(a))
    return float(a.mean()), float(a.mean()) - half, float(a.mean()) + half
