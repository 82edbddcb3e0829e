"""What samples without a label are worth, at 40 and 100 labels of Fashion-MNIST, and what ASAL asks about.

    OMP_NUM_THREADS=1 python benchmarks/semi_supervised.py ../shared/data/fashion_mnist [--labels 40 100] [--seeds 3]

A balanced draw of labels for each seed, a pool without labels and a test set, the same for all methods.  Every network
has the same number of steps on the labels, no validation set and no early stopping; `ssl:` learns its features from
pool and labels, never from the test set, and then has a linear head.  The last lines say how doubtful the real samples
are that ASAL asks about: the share of the pool that is less so.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from torch import nn

from askance import ops
from askance.learners import Prepared, SemiSupervised, make_learner
from askance.samples import Samples, objects

NETWORK = "torch:semi_supervised:small"
ADDED = (
    "",
    "pseudo_label",
    "fixmatch",
    "flexmatch",
    "mean_teacher",
    "propagation",
    "ema",
    "swa",
    "fixmatch+ema",
)
METHODS = (*(f"add={a}" if a else "labels" for a in ADDED), "ssl:simclr", "ssl:vicreg", "asal")


def small(classes: int) -> nn.Module:
    """(B, 3, S, S) -> (B, classes): 70,000 parameters, no dropout."""
    return nn.Sequential(
        *_stage(3, 32),
        *_stage(32, 64),
        *_stage(64, 64),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Linear(64, classes),
    )


def _stage(inside: int, outside: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inside, outside, 3, padding=1), nn.BatchNorm2d(outside), nn.ReLU(), nn.MaxPool2d(2)


@dataclass(frozen=True)
class Draw:
    """Labelled samples with their labels, the others, and what is measured on."""

    known: Samples
    labels: list[str]
    free: Samples
    test: Samples
    answers: np.ndarray


def main() -> None:
    said = arguments()
    sys.path.insert(0, str(Path(__file__).parent))
    print(" ".join(sys.argv[1:]))
    print(f"{'labels':>6}  {'method':18}  {'mean':>6}  {'seconds':>7}  accuracy of each seed")
    with tempfile.TemporaryDirectory() as folder:
        every, answers = photos(Path(said.folder) / "fashion_mnist.npz", Path(folder), said.pool + said.test)
        for count in said.labels:
            draws = [drawn(every, answers, count, said.pool, seed) for seed in range(said.seeds)]
            for method in said.methods:
                row(method, count, draws, said, Path(folder))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--labels", type=int, nargs="+", default=[40, 100])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--pool", type=int, default=3000, help="photos, labelled ones among them")
    parser.add_argument("--test", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=1500, help="of the network, 32 labels each")
    parser.add_argument("--epochs", type=int, default=40, help="of self-supervised learning, over the pool")
    parser.add_argument("--gan", type=int, default=1500, help="steps of ASAL's generator")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    return parser.parse_args()


def photos(file: Path, folder: Path, count: int) -> tuple[Samples, np.ndarray]:
    """The first of the training set as PNG, and their classes: its order is a random one already."""
    with np.load(file) as data:
        x, y = data["x_train"][:count], data["y_train"][:count]
    paths = [folder / f"{n}.png" for n in range(count)]
    for path, pixels in zip(paths, x, strict=True):
        Image.fromarray(pixels).save(path)
    names = objects([str(path) for path in paths])
    return Samples(ops.key_ids(0, count), "image", names, names), y.astype(str)


def drawn(every: Samples, answers: np.ndarray, count: int, pool: int, seed: int) -> Draw:
    """As many labels of each class, from the pool; the test set is what is not in the pool."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(pool)
    each = count // len(np.unique(answers))
    rows = np.concatenate([order[answers[order] == c][:each] for c in np.unique(answers)])
    rest = np.arange(pool, len(every))
    free = np.setdiff1d(np.arange(pool), rows)
    return Draw(every.take(rows), answers[rows].tolist(), every.take(free), every.take(rest), answers[rest])


def row(method: str, count: int, draws: list[Draw], said: argparse.Namespace, folder: Path) -> None:
    began = time.perf_counter()
    found = [
        doubt(d, said, n) if method == "asal" else accuracy(method, d, said, n, folder) for n, d in enumerate(draws)
    ]
    seconds = (time.perf_counter() - began) / len(draws)
    name = "asal: less doubtful" if method == "asal" else method
    print(
        f"{count:6}  {name:18}  {np.mean(found):6.3f}  {seconds:7.1f}  {' '.join(f'{a:.3f}' for a in found)}",
        flush=True,
    )


def text_of(method: str, said: argparse.Namespace) -> str:
    if method.startswith("ssl:"):
        return f"{method}?epochs={said.epochs}&size=28"
    plan = f"{NETWORK}?size=28&epochs=1&least={said.steps}&validation=0&batch=32"
    return plan if method == "labels" else f"{plan}&{method}"


def accuracy(method: str, draw: Draw, said: argparse.Namespace, seed: int, folder: Path) -> float:
    """Of a fit on the labels, on the test set."""
    learner = make_learner(text_of(method, said), pool_kind="image", cache=folder / "cache")
    if isinstance(learner, Prepared):
        learner.prepare(together(draw))
    if isinstance(learner, SemiSupervised):
        learner.offer(draw.free, 0)
    learner.fit(draw.known, draw.labels, seed=seed)
    probs = learner.signals(draw.test, frozenset({"probs"}))["probs"]
    return float((np.array(learner.classes)[probs.argmax(1)] == draw.answers).mean())


def doubt(draw: Draw, said: argparse.Namespace, seed: int) -> float:
    """The share of the pool of which the network is surer than of those that ASAL asks about, its median."""
    with tempfile.TemporaryDirectory() as folder:
        text = f"asal:{text_of('labels', said)}&gan={said.gan}&queries=50"
        learner = make_learner(text, pool_kind="image", cache=Path(folder))
        assert isinstance(learner, Prepared)
        learner.prepare(together(draw))
        learner.fit(draw.known, draw.labels, seed=seed)
        found = learner.signals(draw.free, frozenset({"probs", "synthetic"}))
    entropy = ops.entropy_of(found["probs"])
    asked = entropy[found["synthetic"] > 0]
    return float(np.median([(entropy < e).mean() for e in asked]))


def together(draw: Draw) -> Samples:
    from askance.learners.joined import joined

    return joined(draw.known, draw.free)


if __name__ == "__main__":
    main()
