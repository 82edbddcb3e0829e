"""Comparing strategies over the same seeds, with statistics.  Floor 2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from askance.errors import BadLabel, nearest
from askance.metrics.intervals import t_interval


@dataclass(frozen=True)
class Comparison:
    """Paired differences a - b over n seeds.

    difference, low, high   mean and its 95 % t interval; the ends are NaN for one seed
    wins, losses            seeds in which a was above, below; the rest tied
    t_p, wilcoxon_p         two-sided p of the paired t test and of Wilcoxon's signed ranks; NaN for one seed
    holm_p                  t_p after Holm's correction for all comparisons made together; t_p itself when alone
    """

    difference: float
    low: float
    high: float
    n: int
    wins: int
    losses: int
    t_p: float
    wilcoxon_p: float
    holm_p: float


@dataclass(frozen=True)
class WinMatrix:
    """shares[i][j]: of the seeds, the share in which names[i] beat names[j], a tie as half; NaN on the diagonal."""

    names: tuple[str, ...]
    shares: np.ndarray


def compare(a: Sequence[float], b: Sequence[float]) -> Comparison:
    """Row i of both must come from the same seed and split: only then do the differences say something."""
    d = _paired(a, b)
    mean, low, high = t_interval(list(d))
    t_p, w_p = _t_test(d), _wilcoxon(d)
    return Comparison(mean, low, high, len(d), int((d > 0).sum()), int((d < 0).sum()), t_p, w_p, t_p)


def compare_all(results: Mapping[str, Sequence[float]], to: str) -> Mapping[str, Comparison]:
    """Every other name compared with `to`, the p values corrected together (Holm 1979)."""
    if to not in results:
        raise BadLabel(f"there is no result named {to!r} to compare with{nearest(to, results)}")
    found = {name: compare(values, results[to]) for name, values in results.items() if name != to}
    adjusted = holm([c.t_p for c in found.values()])
    return {name: replace(c, holm_p=p) for (name, c), p in zip(found.items(), adjusted, strict=True)}


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm 1979: family-wise correction, in the order given.  NaN, a test that could not be made, stays NaN."""
    p = np.asarray(p_values, float)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    out = p.copy()
    out[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return tuple(float(v) for v in out)


def win_matrix(results: Mapping[str, Sequence[float]]) -> WinMatrix:
    """Who beats whom, seed by seed; higher is better."""
    names = tuple(results)
    shares = np.full((len(names), len(names)), np.nan)
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            if i != j:
                d = _paired(results[a], results[b])
                shares[i, j] = ((d > 0) + 0.5 * (d == 0)).mean()
    return WinMatrix(names, shares)


def _paired(a: Sequence[float], b: Sequence[float]) -> np.ndarray:
    x, y = np.asarray(a, float), np.asarray(b, float)
    if x.shape != y.shape or x.ndim != 1 or not len(x):
        raise BadLabel(f"a paired comparison needs the same seeds on both sides, not {len(x)} and {len(y)} results")
    if not np.isfinite(x - y).all():
        raise BadLabel(f"result {int((~np.isfinite(x - y)).argmax())} of the comparison is not finite")
    return np.asarray(x - y)


def _t_test(d: np.ndarray) -> float:
    from scipy.special import stdtr

    if len(d) < 2:
        return float("nan")
    if not d.any():
        return 1.0
    spread = float(d.std(ddof=1))  # by hand: scipy warns where the differences are the same but for rounding
    t = abs(float(d.mean())) / (spread / sqrt(len(d))) if spread else inf
    return float(2 * stdtr(len(d) - 1, -t))


def _wilcoxon(d: np.ndarray) -> float:
    from scipy import stats

    if len(d) < 2:
        return float("nan")
    if not d.any():
        return 1.0
    # The exact table knows no ties and no zeros; with them scipy's own choice falls back to the normal approximation.
    return float(stats.wilcoxon(d, zero_method="wilcox", method="auto").pvalue)
