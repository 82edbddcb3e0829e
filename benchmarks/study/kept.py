"""What is committed of the runs: one line a run, the mean curves, and what the sets are like."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from askance.metrics import aubc, labels_to_reach
from study.runs import ALL_LABELS, Run, done
from study.sets import SETS, Set, opened

DATA = Path(__file__).parents[1] / "results_data"
ENOUGH = 0.95  # of what the learner reaches with all labels
MOST_POINTS = 20  # of a committed curve

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One run.  area: mean over the budget of the set's own measure, balanced accuracy where its classes are uneven.

    accuracy      the same of plain accuracy
    early, late   means of the measure over the first and the last third of the budget
    reached       the least labels at ENOUGH of what all labels give with this seed; 0 where it never came there
    seconds       of CPU, of the whole run; select: of choosing alone
    """

    set: str
    strategy: str
    seed: int
    area: float
    accuracy: float
    early: float
    late: float
    reached: int
    seconds: float
    select: float
    picks: str
    git: str


@dataclass(frozen=True)
class Mean:
    """The mean curve over the seeds of one strategy on one set, thinned."""

    set: str
    strategy: str
    seeds: int
    labels: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class About:
    """One set as it was run.  full: the measure with all labels, mean over the seeds; full_accuracy: plain."""

    set: str
    pool: int
    features: int
    classes: int
    largest: float  # share of the largest class
    smallest: float
    seeds: int
    full: float
    full_accuracy: float


@dataclass(frozen=True)
class Left:
    """A strategy that has not all its runs on a set, and why."""

    set: str
    strategy: str
    why: str


@dataclass(frozen=True)
class First:
    """The measure after a first batch that the strategy chose before there was any label."""

    set: str
    strategy: str
    seed: int
    labels: int
    value: float
    seconds: float
    git: str


def keep(work: Path) -> None:
    """From the work folder into the repository."""
    runs = done(work / "runs.jsonl")
    curves = [r for r in runs if r.labels and r.strategy != ALL_LABELS]
    full = {(r.set, r.seed): r for r in runs if r.strategy == ALL_LABELS and r.labels}
    there = [s for s in SETS.values() if any(r.set == s.name for r in curves)]
    save("runs", [row(r, full[r.set, r.seed], SETS[r.set]) for r in sorted(curves, key=lambda r: r.key)])
    save("curves", means(curves))
    save("sets", [about(s, work, [f for (name, _), f in full.items() if name == s.name]) for s in there])
    save("first", firsts(done(work / "first.jsonl")))
    save("left", [Left(r.set, r.strategy, why(r)) for r in runs if not r.labels])
    print(f"{len(curves)} runs kept in {DATA}")


def firsts(runs: Iterable[Run]) -> list[First]:
    return [first(r) for r in sorted(runs, key=lambda r: r.key) if r.labels]


def first(r: Run) -> First:
    value = r.balanced[0] if SETS[r.set].uneven else r.accuracy[0]
    return First(r.set, r.strategy, r.seed, r.labels[0], value, round(r.seconds, 2), r.git)


def row(r: Run, full: Run, of: Set) -> Row:
    values, ceiling = (r.balanced, full.balanced[0]) if of.uneven else (r.accuracy, full.accuracy[0])
    third = (r.labels[-1] - r.labels[0]) / 3
    reached = labels_to_reach(r.labels, values, ceiling, ENOUGH) or 0
    found = (
        aubc(r.labels, values),
        aubc(r.labels, r.accuracy),
        mean_between(r.labels, values, r.labels[0], r.labels[0] + third),
        mean_between(r.labels, values, r.labels[-1] - third, r.labels[-1]),
    )
    area, accuracy, early, late = (round(v, 5) for v in found)
    rest = (reached, round(r.seconds, 2), round(r.select, 2), r.picks, r.git)
    return Row(r.set, r.strategy, r.seed, area, accuracy, early, late, *rest)


def mean_between(labels: Sequence[int], values: Sequence[float], low: float, high: float) -> float:
    """Plain mean of what was measured from `low` labels to `high`."""
    return float(np.mean([v for n, v in zip(labels, values, strict=True) if low <= n <= high]))


def means(runs: Iterable[Run]) -> list[Mean]:
    groups: dict[tuple[str, str], list[Run]] = {}
    for r in runs:
        groups.setdefault((r.set, r.strategy), []).append(r)
    out = []
    for (name, strategy), group in sorted(groups.items()):
        shown = thinned(group[0].labels)
        every = np.array([r.balanced if SETS[name].uneven else r.accuracy for r in group]).mean(0)
        values = tuple(round(float(v), 4) for v in every[shown])
        out.append(Mean(name, strategy, len(group), tuple(group[0].labels[i] for i in shown), values))
    return out


def thinned(labels: Sequence[int]) -> list[int]:
    """Positions of at most MOST_POINTS labels: the first and the last, and the others evenly between."""
    return sorted({round(i) for i in np.linspace(0, len(labels) - 1, min(MOST_POINTS, len(labels)))})


def about(of: Set, work: Path, full: Sequence[Run]) -> About:
    pool = opened(of, work)
    shares = [n / len(pool) for n in Counter(pool.answers().values()).values()]
    measure = [r.balanced[0] if of.uneven else r.accuracy[0] for r in full]
    return About(
        of.name,
        len(pool),
        int(pool.samples.data.shape[1]),
        len(shares),
        round(max(shares), 3),
        round(min(shares), 3),
        len(full),
        round(float(np.mean(measure)), 4),
        round(float(np.mean([r.accuracy[0] for r in full])), 4),
    )


def why(r: Run) -> str:
    return f"over {r.seconds:.0f} s a run" if r.error.startswith("TimeoutError") else r.error


# ---------------------------------------------------------------- as CSV


def save(name: str, rows: Sequence[Any]) -> None:
    """A dataclass a line; tuples are joined by blanks."""
    DATA.mkdir(exist_ok=True)
    with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        if rows:
            out.writerow([field.name for field in fields(rows[0])])
        out.writerows([" ".join(map(str, v)) if isinstance(v, tuple) else v for v in astuple(r)] for r in rows)


def load(kind: type[T], name: str) -> list[T]:
    """What `save` wrote."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as f:
        return [kind(*[read(field.type, line[field.name]) for field in fields(kind)]) for line in csv.DictReader(f)]  # type: ignore[arg-type]


def read(kind: Any, text: str) -> Any:
    if kind in (int, float, str):
        return kind(text)
    of = int if kind == tuple[int, ...] else float
    return tuple(of(v) for v in text.split())
