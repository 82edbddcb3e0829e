"""Rounds as lines and tables.  Floor 6."""

from collections.abc import Mapping, Sequence
from typing import Any

from askance.cli import show
from askance.cli.status import interval
from askance.history import History, Round

SHOWN_METRICS = ("accuracy@test", "accuracy@validation", "rmse@test", "rmse@validation")


def line(r: Round) -> str:
    """round 3: 80 labels, accuracy@test 0.930 (0.910 to 0.950), 20 questions by dbal"""
    from askance.meta import spoken

    said = [f"{name} {interval(m.value, m.low, m.high)}" for name, m in r.metrics.items() if name in SHOWN_METRICS]
    asks = show.counted(len(r.picks), "question") + (f" by {r.strategy}" if r.picks else "")
    asks += f" ({spoken(r.arms)})" if r.arms else ""
    return f"round {r.number}: " + ", ".join([show.counted(r.labeled, "label"), *said, asks])


def table(rounds: Sequence[Round]) -> None:
    names = [name for name in SHOWN_METRICS if any(name in r.metrics for r in rounds)]
    cells = [
        (r.number, r.labeled, *(_metric(r, name) for name in names), len(r.picks), f"{sum(r.seconds.values()):.1f}")
        for r in rounds
    ]
    show.table("", ("round", "labels", *names, "asked", "s"), cells, right=("round", "labels", "asked", "s"))


def plain(history: History) -> dict[str, Any]:
    """For `--json`: without the picks and the stop set, which are long; `export` and the report have them."""
    return {
        "labels": history.labels,
        "budget": history.budget,
        "rounds": [_plain(r) for r in history.rounds],
        "verdicts": history.rounds[-1].verdicts if history.rounds else (),
    }


def _plain(r: Round) -> Mapping[str, Any]:
    return {
        "number": r.number,
        "labeled": r.labeled,
        "unlabeled": r.unlabeled,
        "asked": len(r.picks),
        "strategy": r.strategy,
        "odds": dict(zip(r.arms["names"], r.arms["odds"], strict=True)) if r.arms else {},
        "metrics": r.metrics,
        "seconds": r.seconds,
    }


def _metric(r: Round, name: str) -> str:
    m = r.metrics.get(name)
    return interval(m.value, m.low, m.high) if m else ""
