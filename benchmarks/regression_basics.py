"""Strategies for numbers on four UCI sets, ten paired seeds, two learners: the tables of docs/regression.md.

    python benchmarks/regression_basics.py ../shared/data/uci_regression
    python benchmarks/regression_basics.py ../shared/data/uci_regression first       what chose the first 20

20 labels drawn at random, then ten rounds of 10; 30 % of the pool to test on.  A cell is the area under the curve of
log RMSE less that of random with the same test share and the same first 20: below 0 is better, with the 95 % interval
of Student's t over the seeds.  Sets of more than 2,000 rows are cut to the
first 2,000.  It takes about ten minutes.
"""

import gzip
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from askance import metrics
from askance.history import Metric
from askance.learners import make_learner
from askance.ops.numerals import as_numbers
from askance.pools import open_pool
from askance.progress import track
from askance.protocols import Pool
from askance.simulate import simulate

SETS, ROWS, SEEDS = ("concrete", "energy", "kin8nm", "yacht"), 2000, range(10)
ASKED = {
    "gp": ("gsx", "gsy", "igs", "alm", "alc", "alc_linear", "rt_al"),
    "ridge": ("gsx", "igs", "alm", "alc_linear", "qbc_variance", "emcm"),
}
FIRST = ("typiclust", "gsx", "kmeans", "alc")


def main(folder: Path) -> None:
    for learner, strategies in ASKED.items():
        print(f"\n| `{learner}` | {' | '.join(SETS)} |\n|---|{'---|' * len(SETS)}")
        found = {name: areas(learner, ("random", *strategies), *read(folder / f"{name}.csv.gz")) for name in SETS}
        print(f"| log RMSE of `random` | {' | '.join(level(found[name]) for name in SETS)} |")
        for strategy in strategies:
            print(f"| `{strategy}` | {' | '.join(against(found[name], strategy) for name in SETS)} |", flush=True)


def first(folder: Path) -> None:
    """log RMSE of `gp` after the first 20 labels, less that of 20 drawn at random."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for name in track(SETS, "first batches", len(SETS)):
        pool, truth = read(folder / f"{name}.csv.gz")
        chosen = {
            w: [played("gp", "random", seed, pool, truth, w, 20)[1][0] for seed in SEEDS] for w in ("random", *FIRST)
        }
        found[name] = {w: np.array(values) for w, values in chosen.items()}
    print(f"| `gp`, 20 labels | {' | '.join(SETS)} |\n|---|{'---|' * len(SETS)}")
    print(f"| log RMSE of `random` | {' | '.join(level(found[name]) for name in SETS)} |")
    for strategy in FIRST:
        print(f"| `{strategy}` | {' | '.join(against(found[name], strategy) for name in SETS)} |")


def read(path: Path) -> tuple[Pool, Mapping[int, str]]:
    """The last columns are the target and the split."""
    with gzip.open(path, "rt") as file:
        width = file.readline().count(",")
        rows = np.loadtxt(file, delimiter=",", usecols=range(width))[:ROWS]
    pool = open_pool(rows[:, :-1])
    by_row = {str(n): repr(float(y)) for n, y in enumerate(rows[:, -1])}
    return pool, {i: by_row[str(name)] for i, name in zip(pool.ids.tolist(), pool.names, strict=True)}


def areas(learner: str, strategies: Sequence[str], pool: Pool, truth: Mapping[int, str]) -> dict[str, np.ndarray]:
    """{strategy: (seeds,) area under the curve of log RMSE}."""
    runs = [(strategy, seed) for strategy in strategies for seed in SEEDS]
    done = [area(learner, *run, pool, truth) for run in track(runs, learner, len(runs))]
    return dict(zip(strategies, np.array(done).reshape(len(strategies), -1), strict=True))


def area(learner: str, strategy: str, seed: int, pool: Pool, truth: Mapping[int, str]) -> float:
    return metrics.aubc(*played(learner, strategy, seed, pool, truth, "random", 120))


def played(
    learner: str, strategy: str, seed: int, pool: Pool, truth: Mapping[int, str], warmup: str, budget: int
) -> tuple[list[int], list[float]]:
    """(labels, log RMSE) of every round that learned."""
    history = simulate(
        pool,
        lambda: make_learner(learner, pool_kind="array"),
        strategy,
        truth,
        batch=10,
        warmup=20,
        warmup_strategy=warmup,
        budget=budget,
        seed=seed,
        test=0.3,
        measure=log_rmse_alone,
    )
    measured = [r for r in history.rounds if r.metrics]
    return [r.labeled for r in measured], [r.metrics["log_rmse@test"].value for r in measured]


def log_rmse_alone(truth: Sequence[str], said: np.ndarray, classes: Sequence[str], share: str) -> Mapping[str, Metric]:
    return {f"log_rmse@{share}": metrics.log_rmse(as_numbers(truth), said)}


def level(found: Mapping[str, np.ndarray]) -> str:
    return f"{found['random'].mean():.3f}"


def against(found: Mapping[str, np.ndarray], strategy: str) -> str:
    c = metrics.compare(found[strategy], found["random"])
    bold = "**" if c.high < 0 or c.low > 0 else ""
    return f"{bold}{c.difference:+.3f}{bold} ({c.low:+.3f} to {c.high:+.3f})"


if __name__ == "__main__":
    (first if sys.argv[2:] == ["first"] else main)(Path(sys.argv[1]))
