"""How far predicted numbers are from the truth: RMSE and its logarithm, MAE, R2, each with its 95 % interval.  Floor 2.

The squared (or absolute) errors of n samples have a mean, whose interval is Student's; that of a function of it is by
the delta method, on the scale on which it is nearest to normal: the logarithm for RMSE, so that an RMSE is never below
0, and as it is for MAE and R2.  Nothing is drawn, so a measurement is the same each time and costs one pass.
"""

from collections.abc import Mapping, Sequence
from math import exp, inf, log, nan

import numpy as np

from askance.errors import BadLabel, BadSignal
from askance.history import Metric
from askance.metrics.intervals import t_interval
from askance.ops.numerals import as_numbers

NUMBER_NAMES = ("rmse", "log_rmse", "mae", "r2")
TINY = 1e-300  # the square error of a perfect prediction, for its logarithm


def rmse(truth: np.ndarray, predicted: np.ndarray) -> Metric:
    """Root of the mean squared error, in the unit of the numbers: the exponential of `log_rmse` and its ends."""
    t, p = _pair(truth, predicted)
    if (t == p).all():
        return Metric(0.0, 0.0, 0.0 if len(t) > 1 else inf, len(t))
    m = log_rmse(t, p)
    return Metric(exp(m.value), exp(m.low), exp(min(m.high, 700.0)) if m.high < inf else inf, m.n)


def log_rmse(truth: np.ndarray, predicted: np.ndarray) -> Metric:
    """ln RMSE, as the literature averages it over data sets.  A perfect prediction has the smallest number for error.

    Its standard error by the delta method is that of the mean squared error over twice that mean.
    """
    t, p = _pair(truth, predicted)
    mean, _, high = t_interval((t - p) ** 2)
    at = 0.5 * log(max(mean, TINY))
    half = (high - mean) / (2.0 * max(mean, TINY)) if len(t) > 1 else inf
    return Metric(at, at - half, at + half, len(t))


def mae(truth: np.ndarray, predicted: np.ndarray) -> Metric:
    """Mean absolute error, in the unit of the numbers."""
    t, p = _pair(truth, predicted)
    mean, low, high = t_interval(np.abs(t - p))
    return Metric(mean, max(0.0, low), high, len(t)) if len(t) > 1 else Metric(mean, 0.0, inf, 1)


def r2(truth: np.ndarray, predicted: np.ndarray) -> Metric:
    """1 - MSE / variance of the truth: 1 is perfect, 0 as good as the mean, below 0 worse; NaN for a constant truth.

    R2 = 1 - mean(e) / mean(v), e and v squared distances to the prediction and to the mean; its variance by the delta
    method is that of the mean of (e - (1 - R2) v) / mean(v).
    """
    t, p = _pair(truth, predicted)
    e, v = (t - p) ** 2, (t - t.mean()) ** 2
    if v.mean() == 0.0:
        return Metric(nan, nan, nan, len(t))
    share = float(e.mean() / v.mean())
    _, low, high = t_interval((e - share * v) / v.mean())
    half = (high - low) / 2.0
    return Metric(1.0 - share, 1.0 - share - half, min(1.0, 1.0 - share + half), len(t))


def measure_numbers(
    truth: Sequence[str] | np.ndarray, said: np.ndarray, classes: Sequence[str], share: str
) -> Mapping[str, Metric]:
    """{"rmse@test": Metric, "log_rmse@test": ..., ...} from said (N,), the predicted numbers.

    classes  (), as numbers have none: it is here so that this stands where `metrics.measure` does
    """
    t = as_numbers(truth)
    found = (rmse(t, said), log_rmse(t, said), mae(t, said), r2(t, said))
    return {f"{name}@{share}": metric for name, metric in zip(NUMBER_NAMES, found, strict=True)}


def _pair(truth: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    t, p = np.asarray(truth, np.float64), np.asarray(predicted, np.float64)
    if t.shape != p.shape or t.ndim != 1:
        raise BadSignal(f"{len(t)} true numbers and predictions of shape {p.shape} do not pair up")
    if not len(t):
        raise BadLabel("there is nothing to measure on: 0 samples")
    return t, p
