"""What choosing the settings anew (`tune=8`) brings and costs at three numbers of labels of CIFAR-10, a small network.

    OMP_NUM_THREADS=1 python benchmarks/retuning.py run [--seeds 8] [--ways usual]
    python benchmarks/retuning.py table       from retuning_data alone

All fits have 150 steps of 32, hold back a tenth of the labels and keep the weights that are best on it; what is tuned
is judged by the same tenth.  `ill` begins at a hundredth of the usual rate: settings carried over from where they were
good.  Accuracy is on 2,000 other images.  The data, labels and weights of a seed are the same for all ways.  `run`
appends one line for each finished fit, seed by seed, never repeats one, and may be killed.  It needs optuna.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from joint_training import drawn, images
from torch import nn

from askance.learners.torch import make_torch_learner

DATA = Path(__file__).parent / "retuning_data" / "runs.jsonl"
SIZES, TEST = (60, 200, 600), 2000
PLAN = {"least": "150", "most": "150", "batch": "32"}
WAYS: dict[str, dict[str, str]] = {
    "usual": {},
    "usual, tuned": {"tune": "8"},
    "ill": {"rate": "0.00001"},
    "ill, tuned": {"rate": "0.00001", "tune": "8"},
    "usual, tuned, clear": {"tune": "8", "choose": "clear"},
    "ill, tuned, clear": {"rate": "0.00001", "tune": "8", "choose": "clear"},
}


def network(classes: int) -> nn.Module:
    """(B, 3, 32, 32) -> (B, classes): two convolutions of stride 2, as nine fits of it are to take seconds."""
    return nn.Sequential(
        *_stage(3, 16),
        *_stage(16, 32),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(32 * 8 * 8, 64),
        nn.ReLU(),
        nn.Linear(64, classes),
    )


def _stage(inside: int, outside: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inside, outside, 3, stride=2, padding=1), nn.BatchNorm2d(outside), nn.ReLU()


@dataclass(frozen=True)
class Row:
    """One fit.  rate, decay, schedule: what it was made with; epochs: how many it had."""

    way: str
    labels: int
    seed: int
    accuracy: float
    seconds: float
    rate: float
    decay: float
    schedule: str
    epochs: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True)
    run = command.add_parser("run")
    run.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    run.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), choices=SIZES)
    run.add_argument("--seeds", type=int, default=8)
    command.add_parser("table")
    said = parser.parse_args()
    if said.command == "table":
        table()
    else:
        run_all(said.ways, said.sizes, said.seeds)


def run_all(ways: list[str], sizes: list[int], seeds: int) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    DATA.parent.mkdir(exist_ok=True)
    known = {(r.way, r.labels, r.seed) for r in rows()}
    tasks = [(w, n, seed) for seed in range(seeds) for n in sizes for w in ways if (w, n, seed) not in known]
    for number, task in enumerate(tasks, 1):
        row = fitted(*task)
        with DATA.open("a") as file:
            file.write(json.dumps(asdict(row)) + "\n")
        print(f"{number}/{len(tasks)} {row}", flush=True)


def rows() -> list[Row]:
    return [Row(**json.loads(line)) for line in DATA.read_text().splitlines()] if DATA.exists() else []


def fitted(way: str, labels: int, seed: int) -> Row:
    x, y = images("cifar10")
    order = np.random.default_rng(seed).permutation(len(x))
    test, known = drawn(x, y, order[:TEST], 0), drawn(x, y, order[TEST : TEST + labels], TEST)
    learner = make_torch_learner("torch:retuning:network", PLAN | WAYS[way], None)
    began = time.process_time()
    chosen = learner.fit(known.samples, known.labels.tolist(), seed=seed).chosen
    seconds = round(time.process_time() - began, 1)
    probs = learner.signals(test.samples, frozenset({"probs"}))["probs"]
    right = round(float((np.array(learner.classes)[probs.argmax(1)] == test.labels).mean()), 4)
    plan = learner.settings
    rate, decay, schedule = (chosen.get(s, getattr(plan, s)) for s in ("rate", "decay", "schedule"))
    return Row(way, labels, seed, right, seconds, rate, decay, schedule, chosen["epochs"])


def table() -> None:
    every = rows()
    sizes = [n for n in SIZES if any(r.labels == n for r in every)]
    print(f"| | {' | '.join(f'{n:,} labels' for n in sizes)} | s a fit: {', '.join(map(str, sizes))} |")
    print("|---|" + "---:|" * len(sizes) + "---|")
    for way in WAYS:
        found = [[r for r in every if (r.way, r.labels) == (way, n)] for n in sizes]
        seconds = ", ".join(f"{np.mean([r.seconds for r in one]):.0f}" for one in found)
        print(f"| {way} | {' | '.join(cell(one) for one in found)} | {seconds} |")
    print("\n| | labels | accuracy and rate of each seed |\n|---|---:|---|")
    for way in WAYS:
        for n in sizes:
            each = sorted((r for r in every if (r.way, r.labels) == (way, n)), key=lambda r: r.seed)
            print(f"| {way} | {n:,} | {', '.join(f'{100 * r.accuracy:.1f} ({r.rate:.1g})' for r in each)} |")


def cell(found: list[Row]) -> str:
    values = [100 * r.accuracy for r in found]
    return f"{np.mean(values):.1f} ± {np.std(values, ddof=1) / len(values) ** 0.5:.1f}"


if __name__ == "__main__":
    main()
