"""Learning curves of runs and their controls: means and bands over seeds, areas, labels to a level.  Floor 6."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from askance.history import History
from askance.metrics import LOWER_IS_BETTER, Comparison, aubc, compare, labels_to_reach, t_interval

Group = tuple[str, Sequence[History]]  # a strategy's name, and its runs under several seeds
SHARES = {"test": "test set", "validation": "validation share"}
MAIN = ("accuracy", "rmse")


@dataclass(frozen=True)
class Curve:
    """Quality over labels.  values, low, high (m,): one run and its intervals, or the mean of several and its band."""

    name: str
    labels: np.ndarray
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    seeds: int


@dataclass(frozen=True)
class Standing:
    """One line of the table: a strategy's area, its last value, its labels to the level, and how it fares against ours.

    areas   AUBC of each seed over the label range that all runs share
    paired  ours minus this one (where less is better, this one minus ours) over the seeds that both have; None where
            no two are shared
    """

    curve: Curve
    areas: tuple[float, ...]
    reached: int | None
    paired: Comparison | None
    falling: bool = False  # less is better


def main_metric(history: History) -> str | None:
    """What the curve shows: accuracy, or of numbers the RMSE, on the test set, else on the validation share."""
    seen = {name for r in history.rounds for name in r.metrics}
    for name in (f"{metric}@{share}" for metric in MAIN for share in SHARES):
        if name in seen:
            return name
    return min(seen, default=None)


def said(metric: str) -> str:
    """accuracy@test -> Accuracy on the test set."""
    name, _, share = metric.partition("@")
    spoken = {"ece": "ECE", "macro_f1": "Macro-F1", "rmse": "RMSE", "log_rmse": "Log RMSE", "mae": "MAE"}.get(
        name, name.replace("_", " ").capitalize()
    )
    return f"{spoken} on the {SHARES.get(share, share)}" if share else spoken


def falls(metric: str) -> bool:
    """Whether less of it is better."""
    return metric.partition("@")[0] in LOWER_IS_BETTER


def points(history: History, metric: str) -> np.ndarray:
    """(m, 4) labels, value, low, high of the rounds that measured it, by rising labels; the last word counts."""
    found = {r.labeled: r.metrics[metric] for r in history.rounds if metric in r.metrics}
    return np.array([(n, m.value, m.low, m.high) for n, m in sorted(found.items())], float).reshape(-1, 4)


def curve(name: str, runs: Sequence[History], metric: str) -> Curve | None:
    """None when no run measured the metric."""
    found = tables(runs, metric)
    if not found:
        return None
    grid = common_grid(found)
    if len(found) == 1 or not len(grid):  # runs without a label count in common have no mean: the first stands alone
        labels, values, low, high = found[0].T
        return Curve(name, labels, values, low, high, 1)
    rows = np.array([np.interp(grid, t[:, 0], t[:, 1]) for t in found])
    mean, low, high = np.array([t_interval(list(column)) for column in rows.T]).T
    most = np.inf if falls(metric) else max(1.0, rows.max())
    return Curve(name, grid, mean, np.maximum(low, 0.0), np.minimum(high, most), len(found))


def common_grid(found: Sequence[np.ndarray]) -> np.ndarray:
    """Label counts that all runs measured; where fewer than two are shared, the first run's within the common range."""
    shared = sorted(set.intersection(*(set(t[:, 0]) for t in found)))
    if len(shared) > 1:
        return np.array(shared)
    low, high = max(t[0, 0] for t in found), min(t[-1, 0] for t in found)
    first = found[0][:, 0]
    return first[(first >= low) & (first <= high)]


def standings(groups: Sequence[Group], metric: str, full: float | None) -> tuple[Standing, ...]:
    """Ours is the first group, then the controls; those that never measured the metric are left out."""
    every = [t for _, runs in groups for t in tables(runs, metric)]
    low, high = max(t[0, 0] for t in every), min(t[-1, 0] for t in every)
    ours = by_seed(groups[0][1], metric, low, high)
    out = []
    for i, (name, runs) in enumerate(groups):
        drawn = curve(name, runs, metric)
        if drawn is not None:
            areas = tuple(area(t, low, high) for t in tables(runs, metric) if high > low)
            falling = falls(metric)
            reached = None if full is None else labels_to_reach(drawn.labels, drawn.values, full, falling=falling)
            against = paired(ours, by_seed(runs, metric, low, high), falling) if i else None
            out.append(Standing(drawn, areas, reached, against, falling))
    return tuple(out)


def tables(runs: Sequence[History], metric: str) -> list[np.ndarray]:
    """The points of the runs that measured the metric."""
    return [t for t in (points(run, metric) for run in runs) if len(t)]


def area(table: np.ndarray, low: float, high: float) -> float:
    """AUBC between two label counts, the ends read off the line between the points beside them."""
    x, y = table[:, 0], table[:, 1]
    inside = (x > low) & (x < high)
    ends = np.interp([low, high], x, y)
    return aubc([low, *x[inside], high], [ends[0], *y[inside], ends[1]])


def by_seed(runs: Sequence[History], metric: str, low: float, high: float) -> dict[Any, float]:
    """{seed: area} of the runs that say their seed."""
    if high <= low:
        return {}
    measured = {seed_of(h.config): points(h, metric) for h in runs}
    return {seed: area(t, low, high) for seed, t in measured.items() if seed is not None and len(t)}


def paired(ours: Mapping[Any, float], theirs: Mapping[Any, float], falling: bool = False) -> Comparison | None:
    """Above 0, ours is better: where less is better, the other one minus ours."""
    seeds, sign = [s for s in ours if s in theirs], -1.0 if falling else 1.0
    return compare([sign * ours[s] for s in seeds], [sign * theirs[s] for s in seeds]) if len(seeds) > 1 else None


def seed_of(config: Mapping[str, Any]) -> int | None:
    """The seed, at the top of a configuration or in one of its tables."""
    tables = [config, *(v for v in config.values() if isinstance(v, Mapping))]
    return next((int(t["seed"]) for t in tables if isinstance(t.get("seed"), int)), None)
