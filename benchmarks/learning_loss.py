"""Whether the head of `add=learning_loss` ranks samples that nobody labelled by their loss, after Yoo & Kweon 2019.

    OMP_NUM_THREADS=1 python benchmarks/learning_loss.py run [--seeds 3] [--sets cifar10] [--ways usual]
    python benchmarks/learning_loss.py table       from learning_loss_data alone

A network learns LABELS images drawn at random; of 2,000 others, every pair is looked at: the concordance is the share
of those with different losses which the head puts in the right order (a tie as half; 0.5 by chance).  Beside it that of
the entropy of the prediction, which needs no head.  `run` appends one line for each finished fit, seed by seed, never
repeats one, and may be killed at any time.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from joint_training import drawn, images

from askance import ops
from askance.learners.torch import make_torch_learner

DATA = Path(__file__).parent / "learning_loss_data" / "runs.jsonl"
NETWORKS = {"fashion_mnist": "grey", "cifar10": "colour"}
LABELS, HELD = 1000, 2000
# Without early stopping all have the same number of passes, of 32 steps of 32 labels.
PLAN = {"validation": "0", "epochs": "15", "batch": "32"}
ADDED = {"add": "learning_loss"}
WAYS: dict[str, dict[str, str]] = {
    "without the head": {},
    "usual": ADDED,
    "weight 0.3": ADDED | {"learning_loss.weight": "0.3"},
    "detach 0": ADDED | {"learning_loss.detach": "0"},
    "detach 1": ADDED | {"learning_loss.detach": "1"},
    "5 epochs": ADDED | {"epochs": "5"},
    "40 epochs": ADDED | {"epochs": "40"},
    "best of validation 0.1": ADDED | {"validation": "0.1", "epochs": "40", "patience": "5"},
}


@dataclass(frozen=True)
class Row:
    """One fit.  head and entropy: concordance with the true loss; head: None where there is none."""

    set: str
    way: str
    seed: int
    accuracy: float
    head: float | None
    entropy: float
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True)
    run = command.add_parser("run")
    run.add_argument("--sets", nargs="+", default=list(NETWORKS), choices=NETWORKS)
    run.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    run.add_argument("--seeds", type=int, default=3)
    command.add_parser("table")
    said = parser.parse_args()
    if said.command == "table":
        table()
    else:
        run_all(said.sets, said.ways, said.seeds)


def run_all(sets: list[str], ways: list[str], seeds: int) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    DATA.parent.mkdir(exist_ok=True)
    known = {(r.set, r.way, r.seed) for r in rows()}
    tasks = [(s, w, seed) for w in ways for seed in range(seeds) for s in sets if (s, w, seed) not in known]
    for n, task in enumerate(tasks, 1):
        row = fitted(*task)
        with DATA.open("a") as file:
            file.write(json.dumps(asdict(row)) + "\n")
        print(f"{n}/{len(tasks)} {row}", flush=True)


def rows() -> list[Row]:
    return [Row(**json.loads(line)) for line in DATA.read_text().splitlines()] if DATA.exists() else []


def fitted(name: str, way: str, seed: int) -> Row:
    began = time.perf_counter()
    x, y = images(name)
    order = np.random.default_rng(seed).permutation(len(x))
    known, held = drawn(x, y, order[:LABELS], 0), drawn(x, y, order[LABELS : LABELS + HELD], LABELS)
    learner = make_torch_learner(f"torch:joint_training:{NETWORKS[name]}", PLAN | WAYS[way], None)
    learner.fit(known.samples, known.labels.tolist(), seed=seed)
    said = learner.signals(held.samples, frozenset({"probs", "loss"}) & learner.provides)
    probs, place = said["probs"].astype(np.float64), {c: n for n, c in enumerate(learner.classes)}
    truth = np.array([place[c] for c in held.labels])
    losses = -np.log(np.maximum(probs[np.arange(HELD), truth], 1e-30))
    head = round(concordance(losses, said["loss"]), 4) if "add" in WAYS[way] else None
    entropy = round(concordance(losses, ops.entropy_of(probs)), 4)
    right, seconds = round(float((probs.argmax(1) == truth).mean()), 4), time.perf_counter() - began
    return Row(name, way, seed, right, head, entropy, round(seconds, 1))


def concordance(losses: np.ndarray, said: np.ndarray) -> float:
    """The share of pairs with different losses that `said` puts in their order, a tie as half.  losses, said (N,)"""
    true = np.sign(losses[:, None] - losses)
    guess = np.sign(said[:, None] - said)
    return float(0.5 + 0.5 * (true * guess).sum() / np.abs(true).sum())


def table() -> None:
    print(f"| set | with {LABELS:,} labels | accuracy | head | entropy | head, each seed | s a fit |")
    print("|---|---|---:|---:|---:|---|---:|")
    for name in NETWORKS:
        for way in WAYS:
            if found := [r for r in rows() if (r.set, r.way) == (name, way)]:
                print(f"| {name} | {way} | {' | '.join(cells(found))} |")


def cells(found: list[Row]) -> list[str]:
    heads = [r.head for r in found if r.head is not None]
    means = [f"{np.mean([r.accuracy for r in found]):.3f}", f"{np.mean(heads):.3f}" if heads else "–"]
    each = " ".join(f"{h:.3f}" for h in heads) or "–"
    return [*means, f"{np.mean([r.entropy for r in found]):.3f}", each, f"{np.mean([r.seconds for r in found]):.0f}"]


if __name__ == "__main__":
    main()
