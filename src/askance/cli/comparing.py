"""What a comparison found, as tables and as data.  Floor 6."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from askance.cli import show
from askance.cli.trials import ENOUGH, Trial, by_strategy, median, paired
from askance.metrics import Comparison

POINTS = 6  # label counts at which accuracies are shown


def tables(done: Sequence[Trial]) -> None:
    """Labels to 95 % of the accuracy with all labels, accuracies along the way, and areas under the curve.

    Where labels are numbers, of the RMSE: labels to 5 % above that with all labels.
    """
    groups = by_strategy(done)
    seeds = [t.seed for t in next(iter(groups.values()))]
    full = float(np.mean([t.full for t in done]))
    show.table(
        f"Labels to reach {_level(done)} with all labels ({full:.3f})",
        ("strategy", "median", *(f"seed {s}" for s in seeds)),
        [
            (name, _labels(median(reached), ts), *(_labels(r, ts) for r in reached))
            for name, ts, reached in _reached(groups)
        ],
        right=("median", *(f"seed {s}" for s in seeds)),
    )
    budgets = points(done)
    show.table(
        f"{'RMSE' if done[0].falling else 'Accuracy'} on the test share, mean of {show.counted(len(seeds), 'seed')}",
        ("strategy", *(f"{n} labels" for n in budgets)),
        [(name, *(f"{_mean_at(ts, n):.3f}" for n in budgets)) for name, ts in groups.items()],
        right=tuple(f"{n} labels" for n in budgets),
    )
    ours, *controls = groups
    show.table(
        "Area under the learning curve (AUBC)",
        ("strategy", "mean", f"{ours} is better by"),
        [
            (name, f"{_area(ts):.4f}", _gain(groups[ours], ts) if name in controls else "")
            for name, ts in groups.items()
        ],
        right=("mean",),
    )


def plain(done: Sequence[Trial]) -> dict[str, Any]:
    """For `--json`."""
    groups = by_strategy(done)
    ours = next(iter(groups.values()))
    return {
        name: {
            "seeds": [t.seed for t in ts],
            "full": [t.full for t in ts],
            "labels_to_95": [t.reached for t in ts],
            "labels_to_95_median": median([t.reached for t in ts]),
            "aubc": [t.aubc for t in ts],
            "ours_minus_this": None if ts is ours else paired(ours, ts),
            "curves": [dict(zip(("labels", t.metric.partition("@")[0]), t.curve(), strict=True)) for t in ts],
        }
        for name, ts in groups.items()
    }


def points(done: Sequence[Trial]) -> list[int]:
    """Up to POINTS label counts that every run measured, evenly along the shortest curve."""
    shared = sorted(set.intersection(*(set(t.curve()[0]) for t in done)))
    rows = np.unique(np.linspace(0, len(shared) - 1, min(POINTS, len(shared))).round().astype(int))
    return [shared[i] for i in rows]


def _level(done: Sequence[Trial]) -> str:
    if done[0].falling:
        return f"{100 * (1 - ENOUGH):.0f} % above the RMSE"
    return f"{100 * ENOUGH:.0f} % of the accuracy"


def _reached(groups: dict[str, list[Trial]]) -> list[tuple[str, list[Trial], list[int | None]]]:
    return [(name, ts, [t.reached for t in ts]) for name, ts in groups.items()]


def _labels(reached: int | None, ts: Sequence[Trial]) -> str:
    return str(reached) if reached is not None else f"> {max(t.history.labels for t in ts)}"


def _mean_at(ts: Sequence[Trial], labels: int) -> float:
    return float(np.mean([a for t in ts if (a := t.at(labels)) is not None]))


def _area(ts: Sequence[Trial]) -> float:
    return float(np.mean([t.aubc for t in ts]))


def _gain(ours: Sequence[Trial], theirs: Sequence[Trial]) -> str:
    c: Comparison = paired(ours, theirs)
    spread = f" (95 % interval {c.low:+.4f} to {c.high:+.4f}, t test p = {c.t_p:.2g})" if c.n > 1 else ""
    return f"{c.difference:+.4f}{spread}, ahead in {c.wins} of {c.n}"
