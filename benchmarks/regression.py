"""Strategies for numbers on UCI sets, in pairs, all with the same small network: what docs/regression-results.md shows.

    python benchmarks/regression.py run [--seeds 10] [--sets concrete energy] [--strategies lcmd]
    python benchmarks/regression.py page       docs/regression-results.md and its picture, from regression_data alone

`run` appends one line for each finished run to benchmarks/regression_data/runs.jsonl, seed by seed, never repeats
one, and may be killed at any time.  A run: 20 % for testing; of the rest at most 2,000 rows are the pool; 40 labels at
random, then 8 batches of 20; after each the learner is fitted anew and the logarithm of the RMSE on the test rows kept.
"""

import argparse
import csv
import gzip
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
from study import regression_page
from study.regression_rows import DATA, SETS, STRATEGIES, Row, rows

from askance import metrics, ops
from askance.learners.mlp import MLP
from askance.select import select
from askance.signals import Signals
from askance.spec import parse

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "uci_regression"
FIRST, BATCH, BATCHES, POOL, TEST = 40, 20, 8, 2000, 0.2
MEMBERS = 4


@dataclass(frozen=True)
class Split:
    """x (N, D) standardised over the pool, y (N,), and the rows to measure on."""

    x: np.ndarray
    y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True)
    run = command.add_parser("run")
    run.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    run.add_argument("--strategies", nargs="+", default=[])
    run.add_argument("--seeds", type=int, default=10)
    command.add_parser("page")
    said = parser.parse_args()
    if said.command == "page":
        regression_page.write()
    else:
        run_all(said.sets, said.strategies or list(STRATEGIES), said.seeds)


def run_all(sets: list[str], strategies: list[str], seeds: int) -> None:
    DATA.parent.mkdir(exist_ok=True)
    known = {(r.set, r.strategy, r.seed) for r in rows()}
    tasks = [(s, t, seed) for seed in range(seeds) for s in sets for t in strategies if (s, t, seed) not in known]
    began = time.monotonic()
    for n, (name, strategy, seed) in enumerate(tasks, 1):
        row = one(name, strategy, seed)
        with DATA.open("a") as file:
            file.write(json.dumps(asdict(row)) + "\n")
        left = (time.monotonic() - began) / n * (len(tasks) - n) / 60
        print(f"{n}/{len(tasks)} {name} {strategy} {seed}: {row.seconds:.1f} s, {left:.0f} min left", flush=True)


def one(name: str, strategy: str, seed: int) -> Row:
    """The log RMSE on the test rows after the first labels and after every batch."""
    began = time.process_time()
    curve = list(curve_of(STRATEGIES[strategy], split(name, seed), seed))
    return Row(name, strategy, seed, [round(v, 5) for v in curve], round(time.process_time() - began, 2))


def curve_of(text: str, data: Split, seed: int) -> Iterator[float]:
    ids, s = ops.key_ids(0, len(data.x)), parse(text)
    taken = np.argsort(ops.noise(seed, ids))[:FIRST]
    for turn in range(BATCHES + 1):
        model = MLP(members=MEMBERS if "outputs" in s.needs else 0, width=32)
        order = np.sort(taken)
        model.fit(data.x[order], data.y[order], ids[order], seed + turn)
        said = model.say(data.test_x, frozenset({"prediction"}))["prediction"]
        yield metrics.regress.log_rmse(data.test_y, said).value
        if turn == BATCHES:
            return
        signals = Signals(ids, {"embeddings": data.x, **model.say(data.x, s.needs - {"embeddings"})})
        free, known = signals.take(np.setdiff1d(np.arange(len(ids)), order)), signals.take(order)
        batch = select(s, free, BATCH, 1000 * seed + turn, labeled=known, labels=data.y[order])
        taken = np.concatenate([order, np.flatnonzero(np.isin(ids, batch.ids))])


@cache
def split(name: str, seed: int) -> Split:
    x, y = table(name)
    order = np.argsort(ops.noise(seed, ops.key_ids(0, len(x)), 1))
    cut = int(len(x) * TEST)
    test, pool = order[:cut], order[cut : cut + POOL]
    at, size = x[pool].mean(0), x[pool].std(0)
    scaled = (x - at) / np.where(size > 0, size, 1.0)
    return Split(scaled[pool], y[pool], scaled[test], y[test])


@cache
def table(name: str) -> tuple[np.ndarray, np.ndarray]:
    """All rows: x (N, D), y (N,)."""
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt") as file:
        rows = list(csv.reader(file))[1:]
    values = np.array([row[:-1] for row in rows], float)
    return values[:, :-1], values[:, -1]


if __name__ == "__main__":
    main()
