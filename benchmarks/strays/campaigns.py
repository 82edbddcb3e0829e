"""One campaign: run, measured, and kept as a row of messy_data/runs.csv."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from time import process_time

import numpy as np

from askance.history import History, Metric
from askance.metrics import aubc
from askance.pools.held import HeldPool
from askance.protocols import Learner
from askance.simulate import simulate
from strays.plan import BATCH, BUDGET, PLAN, SEEDS, WARMUP
from strays.sets import MESSY

KEPT = Path(__file__).parents[1] / "messy_data" / "runs.csv"


@dataclass(frozen=True)
class Row:
    """One campaign.  strays: share of them among the questions after the warm-up; area and last: of the accuracy over
    the questions, and after the last; b_: the same of balanced accuracy."""

    set: str
    key: str
    strategy: str
    seed: int
    strays: float
    area: float
    last: float
    b_area: float
    b_last: float
    seconds: float

    @property
    def name(self) -> tuple[str, str, str, int]:
        return self.set, self.key, self.strategy, self.seed


def campaign(of: str, key: str, name: str, text: str, seed: int, work: Path) -> Row:
    began = process_time()
    messy = MESSY[of](seed, work)
    pool = messy.key(key)
    history = simulated(pool, messy.learner, text, seed, messy.test)
    asked, plain, balanced = curve(history)
    picks = np.array([p.id for r in history.rounds[1:] for p in r.picks])[: BUDGET - WARMUP]
    strays = float(messy.stray[picks].mean())
    found = (strays, aubc(asked, plain), plain[-1], aubc(asked, balanced), balanced[-1], process_time() - began)
    return Row(of, key, name, seed, *(round(v, 5) for v in found))


def simulated(pool: HeldPool, learner: Callable[[], Learner], text: str, seed: int, test: np.ndarray) -> History:
    return simulate(
        pool,
        learner,
        text,
        pool.answers(),
        batch=BATCH,
        warmup=WARMUP,
        budget=BUDGET,
        seed=seed,
        test=test,
        measure=both,
    )


def curve(history: History) -> tuple[list[int], list[float], list[float]]:
    """What was measured after so many questions, answered or not."""
    asked, rows = 0, []
    for r in history.rounds:
        if r.metrics and asked <= BUDGET:
            rows.append((asked, r.metrics["accuracy@test"].value, r.metrics["balanced@test"].value))
        asked += len(r.picks)
    a, b, c = zip(*rows, strict=True)
    return list(a), list(b), list(c)


def both(truth: Sequence[str], probs: np.ndarray, classes: Sequence[str], share: str) -> Mapping[str, Metric]:
    right = np.array(truth) == np.array(classes)[probs.argmax(1)]
    by_class = [right[np.array(truth) == c].mean() for c in sorted(set(truth))]
    found = {"accuracy": float(right.mean()), "balanced": float(np.mean(by_class))}
    return {f"{name}@{share}": Metric(v, v, v, len(right)) for name, v in found.items()}


def run(sets: Sequence[str], work: Path) -> None:
    done = {r.name for r in rows()}
    for of, key, strategies in PLAN:
        for seed in SEEDS:
            for name, text in strategies.items():
                if (not sets or of in sets) and (of, key, name, seed) not in done:
                    keep(campaign(of, key, name, text, seed, work))


def keep(row: Row) -> None:
    new = not KEPT.exists()
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.open("a", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        if new:
            out.writerow([f.name for f in fields(Row)])
        out.writerow(asdict(row).values())


def rows() -> list[Row]:
    if not KEPT.exists():
        return []
    with KEPT.open(newline="") as file:
        return [_row(r) for r in csv.DictReader(file)]


def _row(r: Mapping[str, str]) -> Row:
    numbers = {f.name: float(r[f.name]) for f in fields(Row)[4:]}
    return Row(r["set"], r["key"], r["strategy"], int(r["seed"]), **numbers)
