"""Methods that train with the network, in pairs, all with the same small one: docs/joint-training-results.md.

    OMP_NUM_THREADS=1 python benchmarks/joint_training.py run [--seeds 5] [--sets cifar10] [--ways margin badge]
    python benchmarks/joint_training.py page       the page and its picture, from joint_training_data alone

`run` appends one line for each finished run to benchmarks/joint_training_data/runs.jsonl, seed by seed, never repeats
one, and may be killed at any time.  A run: 1,500 images are the pool and 1,000 others are for testing, drawn anew for
each seed; 60 labels at random, the same for all, then 3 batches of 50.  After each the network is trained anew, from
the same first weights for all, for 200 steps of 32 and without a validation set; the accuracy on the test images is
kept, and the processor time of training, scoring the pool and selecting.
"""

import argparse
import io
import json
import sys
import tarfile
import time
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from study.joint_rows import DATA, SETS, WAYS, Row, Set, Way, rows
from torch import nn

from askance import ops
from askance.learners import SemiSupervised, make_learner
from askance.protocols import Learner
from askance.samples import Samples, objects
from askance.select import select
from askance.spec import parse

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"
TEST = 1000
PLAN = "epochs=1&validation=0&batch=32&augment=no"


def grey(classes: int) -> nn.Module:
    """(B, 1, 28, 28) -> (B, classes)"""
    return _small(1, 7, classes)


def colour(classes: int) -> nn.Module:
    """(B, 3, 32, 32) -> (B, classes)"""
    return _small(3, 8, classes)


def _small(channels: int, side: int, classes: int) -> nn.Module:
    return nn.Sequential(
        *_stage(channels, 16),
        *_stage(16, 32),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(32 * side * side, 64),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(64, classes),
    )


def _stage(inside: int, outside: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inside, outside, 3, padding=1), nn.BatchNorm2d(outside), nn.ReLU(), nn.MaxPool2d(2)


@dataclass
class Spent:
    """Processor seconds."""

    of: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("train", "score", "select"), 0.0))

    def on(self, what: str, since: float) -> None:
        self.of[what] += time.process_time() - since


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True)
    run = command.add_parser("run")
    run.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    run.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    run.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    command.add_parser("page")
    said = parser.parse_args()
    if said.command == "page":
        from study import joint_page

        joint_page.write()
    else:
        sys.path.insert(0, str(Path(__file__).parent))
        run_all(said.sets, said.ways, said.seeds)


def run_all(sets: list[str], ways: list[str], seeds: list[int]) -> None:
    DATA.parent.mkdir(exist_ok=True)
    known = {(r.set, r.way, r.seed) for r in rows()}
    tasks = [
        (s, w, seed) for seed in seeds for s in sets for w in ways if w in SETS[s].ways and (s, w, seed) not in known
    ]
    began = time.monotonic()
    for n, (name, way, seed) in enumerate(tasks, 1):
        row = one(name, way, seed)
        with DATA.open("a") as file:
            file.write(json.dumps(asdict(row)) + "\n")
        left = (time.monotonic() - began) / n * (len(tasks) - n) / 60
        print(f"{n}/{len(tasks)} {name} {way} {seed}: {row.accuracy[-1]:.3f}, {left:.0f} min left", flush=True)


def one(name: str, way: str, seed: int) -> Row:
    spent, pool, test = Spent(), *split(name, seed)
    found = [round(a, 4) for a in accuracies(SETS[name], WAYS[way], seed, pool, test, spent)]
    return Row(name, way, seed, found, **{k: round(v, 2) for k, v in spent.of.items()})


def accuracies(of: Set, way: Way, seed: int, pool: "Drawn", test: "Drawn", spent: Spent) -> list[float]:
    ids, strategy = pool.samples.ids, parse(way.strategy)
    taken = np.sort(np.argsort(ops.noise(seed, ids))[: of.first])
    found: list[float] = []
    for turn in range(of.batches + 1):
        free = np.setdiff1d(np.arange(len(ids)), taken)
        learner = fitted(of, way, seed, pool, taken, free, spent)
        found.append(accuracy(learner, test))
        if turn < of.batches:
            since = time.process_time()
            signals = learner.signals(pool.samples, strategy.needs & learner.provides)
            spent.on("score", since)
            since = time.process_time()
            rest, known = signals.take(among(free, ids, way, of, turn)), signals.take(taken)
            batch = select(strategy, rest, of.batch, 1000 * seed + turn, labeled=known, labels=pool.labels[taken])
            spent.on("select", since)
            taken = np.sort(np.concatenate([taken, np.flatnonzero(np.isin(ids, batch.ids))]))
    return found


def among(free: np.ndarray, ids: np.ndarray, way: Way, of: Set, turn: int) -> np.ndarray:
    """Of the rows that are free those that the strategy sees."""
    drawn_first = free[np.argsort(ops.noise(turn, ids[free], 1))]
    return np.sort(drawn_first[: way.among * of.batch]) if way.among else free


def fitted(of: Set, way: Way, seed: int, pool: "Drawn", taken: np.ndarray, free: np.ndarray, spent: Spent) -> Learner:
    since = time.process_time()
    network = "grey" if of.images == "fashion_mnist" else "colour"
    text = f"torch:joint_training:{network}?{PLAN}&least={of.steps}{'&' if way.learner else ''}{way.learner}"
    learner = make_learner(text, pool_kind="array")
    if isinstance(learner, SemiSupervised):
        learner.offer(pool.samples.take(free), seed)
    learner.fit(pool.samples.take(taken), pool.labels[taken].tolist(), seed=seed)
    spent.on("train", since)
    return learner


def accuracy(learner: Learner, test: "Drawn") -> float:
    probs = learner.signals(test.samples, frozenset({"probs"}))["probs"]
    return float((np.array(learner.classes)[probs.argmax(1)] == test.labels).mean())


@dataclass(frozen=True)
class Drawn:
    """labels (N,): the names of the classes."""

    samples: Samples
    labels: np.ndarray


def split(name: str, seed: int) -> tuple[Drawn, Drawn]:
    """The pool and the test images of a seed: both are drawn from all."""
    x, y = images(SETS[name].images)
    order, pool = np.random.default_rng(seed).permutation(len(x)), SETS[name].pool
    return drawn(x, y, order[:pool], 0), drawn(x, y, order[pool : pool + TEST], pool)


def drawn(x: np.ndarray, y: np.ndarray, rows: np.ndarray, first: int) -> Drawn:
    """Pixels about 0 and about 1 wide."""
    ids = ops.key_ids(first, len(rows))
    names = objects([str(r) for r in rows])
    return Drawn(Samples(ids, "array", (x[rows].astype(np.float32) / 255 - 0.45) / 0.25, names), y[rows].astype(str))


@cache
def images(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(N, channels, side, side) uint8 and (N,) classes: the first ten thousand of the training set."""
    if name == "fashion_mnist":
        with np.load(FOLDER / name / "fashion_mnist.npz") as data:
            return data["x_train"][:10_000, None], data["y_train"][:10_000]
    return _cifar(FOLDER / name / "cifar10_jpeg.tar.xz")


def _cifar(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """Of each class the first thousand of the training set."""
    images: list[np.ndarray] = []
    classes: list[str] = []
    with tarfile.open(file) as archive:
        for member in archive:
            part, *name = member.name.split("/")
            if part == "train" and member.isfile() and int(name[1].split(".")[0]) < 1000:
                data = archive.extractfile(member)
                assert data is not None
                images.append(np.asarray(Image.open(io.BytesIO(data.read()))).transpose(2, 0, 1))
                classes.append(name[0])
    return np.stack(images), np.array(classes)


if __name__ == "__main__":
    main()
