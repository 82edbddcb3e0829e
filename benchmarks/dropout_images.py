"""How many labels a network with dropout needs for an error of 5 % on scikit-learn's digits, after Gal et al. 2017.

    OMP_NUM_THREADS=1 python benchmarks/dropout_images.py run [--seeds 5] [--strategies bald] [--way usual]
    python benchmarks/dropout_images.py table       from dropout_images_data alone
    python benchmarks/dropout_images.py draws       whether other members would have asked for the same ten

Two labels of each class, then ten at a time; after each a new network is trained on all labels.  First labels, test
set and initial weights of a seed are the same for all strategies.  A run ends when the error was at most 3 % two
rounds in a row, or at 400 labels.  `run` appends one line for each finished run, never repeats one, and may be killed.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from torch import nn

from askance import ops
from askance.learners.torch import make_torch_learner
from askance.samples import Samples, objects
from askance.select import select
from askance.signals import Signals

DATA = Path(__file__).parent / "dropout_images_data" / "runs.jsonl"
STRATEGIES = ("random", "variation_ratios", "bald", "consensus_entropy")
TARGETS = (0.10, 0.07, 0.05, 0.03)
NETWORK = "torch:dropout_images:network"
TEST, EACH, BATCH, MOST = 597, 2, 10, 400
# All fits have so many steps of 32 labels whatever the labels, no validation set and no early stopping.
PLAN = {"epochs": "1", "validation": "0", "batch": "32", "passes": "20"}
WAYS: dict[str, dict[str, str]] = {
    "usual": {"least": "400"},
    "1000 steps": {"least": "1000"},
    "100 members": {"least": "400", "passes": "100"},
}


def network(classes: int) -> nn.Module:
    """(B, 1, 8, 8) -> (B, classes): that of the paper, with 3 x 3 in place of 4 x 4."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(512, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, classes),
    )


@dataclass(frozen=True)
class Row:
    """One run.  errors: on the test set with 20, 30, ... labels."""

    way: str
    strategy: str
    seed: int
    errors: list[float]
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True)
    run = command.add_parser("run")
    run.add_argument("--seeds", type=int, default=5)
    run.add_argument("--strategies", nargs="+", default=list(STRATEGIES), choices=STRATEGIES)
    run.add_argument("--way", default="usual", choices=WAYS)
    command.add_parser("table")
    command.add_parser("draws")
    said = parser.parse_args()
    if said.command == "table":
        table()
    elif said.command == "draws":
        draws()
    else:
        run_all(said.way, said.strategies, said.seeds)


def run_all(way: str, strategies: list[str], seeds: int) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    DATA.parent.mkdir(exist_ok=True)
    known = {(r.way, r.strategy, r.seed) for r in rows()}
    tasks = [(way, s, seed) for seed in range(seeds) for s in strategies if (way, s, seed) not in known]
    for n, task in enumerate(tasks, 1):
        row = played(*task)
        with DATA.open("a") as file:
            file.write(json.dumps(asdict(row)) + "\n")
        print(f"{n}/{len(tasks)} {task}: {len(row.errors)} rounds, {row.seconds:.0f} s", flush=True)


def rows() -> list[Row]:
    return [Row(**json.loads(line)) for line in DATA.read_text().splitlines()] if DATA.exists() else []


def played(way: str, strategy: str, seed: int) -> Row:
    began, errors = time.perf_counter(), list[float]()
    every, answers, test, pool, taken = split(seed)
    while True:
        learner = make_torch_learner(NETWORK, PLAN | WAYS[way], None)
        learner.fit(every.take(taken), answers[taken].tolist(), seed=1000 * seed + len(errors))
        probs = learner.signals(every.take(test), frozenset({"probs"}))["probs"]
        errors.append(round(float((np.array(learner.classes)[probs.argmax(1)] != answers[test]).mean()), 4))
        if (max(errors[-2:]) <= TARGETS[-1] and len(errors) > 1) or len(taken) >= MOST:
            return Row(way, strategy, seed, errors, round(time.perf_counter() - began, 1))
        free = every.take(np.setdiff1d(pool, taken))
        said = learner.signals(free, frozenset() if strategy == "random" else frozenset({"members"}))
        batch = select(strategy, said, BATCH, 1000 * seed + len(errors))
        taken = np.concatenate([taken, np.flatnonzero(np.isin(every.ids, batch.ids))])


def split(seed: int) -> tuple[Samples, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """All images, their classes; the rows to test on, those of the pool, and the first of these with a label."""
    x, y = load_digits(return_X_y=True)
    images, ids = (x / 16).reshape(-1, 1, 8, 8).astype(np.float32), ops.key_ids(0, len(y))
    order = np.random.default_rng(seed).permutation(len(y))
    pool = order[TEST:]
    first = np.concatenate([pool[y[pool] == c][:EACH] for c in range(10)])
    names = objects([str(n) for n in range(len(y))])
    return Samples(ids, "array", images, names), y.astype(str), order[:TEST], pool, first


def table() -> None:
    """For each way: where the error was first at most so large, then where it was so two rounds in a row."""
    every = rows()
    for way in dict.fromkeys(r.way for r in every):
        for rounds, what in ((1, "first at most"), (2, "two rounds in a row at most")):
            print(f"\n{way}: labels until the error was {what}\n")
            print_table(every, way, rounds)
        print(f"\n{way}: seconds a run: {', '.join(seconds(every, way))}")


def print_table(every: list[Row], way: str, rounds: int) -> None:
    """Medians over the seeds, and the median over that of random of the same seeds, fitted in the same way."""
    control = next(w for w in WAYS if WAYS[w] | {"passes": ""} == WAYS[way] | {"passes": ""})
    print("| error | strategy | each seed | median | of random's |\n|---:|---|---|---:|---:|")
    for target in TARGETS:
        random = {r.seed: reached(r, target, rounds) for r in every if (r.way, r.strategy) == (control, "random")}
        for strategy in STRATEGIES:
            found = {r.seed: reached(r, target, rounds) for r in every if (r.way, r.strategy) == (way, strategy)}
            if not found:
                continue
            each = ", ".join(shown(found[seed]) for seed in sorted(found))
            middle, other = np.median(list(found.values())), np.median([random[seed] for seed in found])
            print(f"| {100 * target:.0f} % | {strategy} | {each} | {shown(middle)} | {ratio(middle, other)} |")


def draws(labels: int = 80, seeds: int = 3) -> None:
    """After a random draw of labels: the ten that two draws of as many members ask for, and whether they are right."""
    sys.path.insert(0, str(Path(__file__).parent))
    print("| members | strategy | of 10 the same | the network is wrong | classes among them |")
    print("|---:|---|---:|---:|---:|")
    cells: dict[tuple[int, str], list[tuple[int, float, int]]] = {}
    for seed in range(seeds):
        every, answers, _, pool, _ = split(seed)
        learner = make_torch_learner(NETWORK, PLAN | WAYS["usual"] | {"passes": "200"}, None)
        learner.fit(every.take(pool[:labels]), answers[pool[:labels]].tolist(), seed=seed)
        free = np.sort(pool[labels:])
        said = learner.signals(every.take(free), frozenset({"members", "probs"}))
        wrong = np.array(learner.classes)[said["probs"].argmax(1)] != answers[free]
        for count in (20, 100):
            for strategy in ("variation_ratios", "bald"):
                two = [asked(strategy, said, slice(n * count, (n + 1) * count)) for n in (0, 1)]
                kinds = len(np.unique(answers[free][two[0]]))
                found = (len(np.intersect1d(*two)), float(wrong[two[0]].mean()), kinds)
                cells.setdefault((count, strategy), []).append(found)
    for (count, strategy), found in cells.items():
        same, wrong, kinds = np.mean(found, 0)
        print(f"| {count} | {strategy} | {same:.1f} | {100 * wrong:.0f} % | {kinds:.1f} |")


def asked(strategy: str, said: Signals, which: slice) -> np.ndarray:
    """Rows of the ten that these members ask for."""
    batch = select(strategy, Signals(said.ids, {"members": said["members"][:, which]}), BATCH)
    return np.flatnonzero(np.isin(said.ids, batch.ids))


def reached(row: Row, target: float, rounds: int) -> float:
    """With how many labels the error was at most `target` for the first time in so many rounds running, or inf."""
    low = np.array(row.errors) <= target
    runs = [n for n in range(rounds, len(low) + 1) if low[n - rounds : n].all()]
    return 10 * EACH + BATCH * (runs[0] - 1) if runs else np.inf


def shown(labels: float) -> str:
    return f"{labels:g}" if np.isfinite(labels) else f"> {MOST}"


def ratio(middle: float, other: float) -> str:
    if np.isinf(middle):
        return "–"
    return f"{middle / other:.2f}" if np.isfinite(other) else f"< {middle / MOST:.2f}"


def seconds(every: list[Row], way: str) -> list[str]:
    found = {s: [r.seconds for r in every if (r.way, r.strategy) == (way, s)] for s in STRATEGIES}
    return [f"{strategy} {np.mean(times):.0f}" for strategy, times in found.items() if times]


if __name__ == "__main__":
    main()
