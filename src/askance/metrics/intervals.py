"""Intervals: how far an estimate from n samples may be off, at 95 %.  Floor 2."""

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np

from askance.errors import BadLabel
from askance.history import Metric

Z = 1.959963984540054  # the 97.5 % point of the normal distribution


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
    counts: np.ndarray, statistic: Callable[[np.ndarray], float], *, seed: int = 0, resamples: int = 1000
) -> Metric:
    """A statistic that depends only on how often each cell (m,) was seen, with its percentile interval.

    Drawing n samples with replacement and counting cells is one multinomial draw, so a resample costs O(m), not O(n).
    """
    n, rng = int(counts.sum()), np.random.default_rng(seed)
    values = [statistic(rng.multinomial(n, counts / n)) for _ in range(resamples)]
    return _percentiles(statistic(counts), np.array(values), n)


def bootstrap_mean(values: np.ndarray, *, seed: int = 0, resamples: int = 1000) -> Metric:
    """The mean of (n,) values, n > 0, with its percentile interval."""
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(resamples)]
    return _percentiles(float(values.mean()), np.array(means), len(values))


def t_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """(mean, low, high) of the mean by Student's t; low and high are NaN for a single value, where nothing is known."""
    from scipy import stats

    a = np.asarray(values, float)
    if len(a) < 2:
        return float(a.mean()), float("nan"), float("nan")
    half = float(stats.t.ppf(0.975, len(a) - 1)) * float(a.std(ddof=1)) / sqrt(len(a))
    return float(a.mean()), float(a.mean()) - half, float(a.mean()) + half


def _percentiles(value: float, resampled: np.ndarray, n: int) -> Metric:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Metric(value, min(float(low), value), max(float(high), value), n)
