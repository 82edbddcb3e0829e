"""What the ways to train cost and bring at three numbers of labels: accuracy on scikit-learn's digits, a small network.

OMP_NUM_THREADS=1 python benchmarks/torch_training.py --seeds 5

`tune` needs optuna.  The rows beginning with `bad` start at a hundredth of the usual rate: settings that were good
elsewhere, and what re-tuning makes of them.
"""

import sys
from argparse import ArgumentParser
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np
from sklearn.datasets import load_digits
from torch import nn

from askance import ops
from askance.learners.torch import make_torch_learner, training
from askance.samples import Samples, objects

SIZES = (50, 200, 800)
TEST = 600
WAYS: dict[str, dict[str, str]] = {
    "as it comes": {},
    "decay on all": {},
    "decay 0": {"decay": "0"},
    "cosine": {"schedule": "cosine"},
    "least 1000": {"least": "1000"},
    "tune 8": {"tune": "8"},
    "bad": {"rate": "0.00001"},
    "bad, least 1000": {"rate": "0.00001", "least": "1000"},
    "bad, tune 8": {"rate": "0.00001", "tune": "8"},
}


def small(classes: int) -> nn.Module:
    """64 numbers in."""
    return nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, classes))


def accuracy(options: dict[str, str], n: int, seed: int) -> float:
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    ids = ops.key_ids(0, len(y))

    def part(rows: np.ndarray) -> tuple[Samples, list[str]]:
        names = objects([str(r) for r in rows])
        return Samples(ids[rows], "array", x[rows] / 16, names), [str(c) for c in y[rows]]

    learner = make_torch_learner("torch:torch_training:small", options, None)
    learner.fit(*part(order[TEST : TEST + n]), seed=seed)
    test, labels = part(order[:TEST])
    said = learner.signals(test, frozenset({"probs"}))["probs"].argmax(1)
    return float((np.array(learner.classes)[said] == labels).mean())


def fitted(way: str, n: int, seed: int) -> float:
    """For one way the decay is on biases and normalisations too."""
    kept = training.split_decay
    if way == "decay on all":
        training.split_decay = lambda params, decay: [{"params": params, "weight_decay": decay}]
    try:
        return accuracy(WAYS[way], n, seed)
    finally:
        training.split_decay = kept


def main() -> None:
    parser = ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--ways", nargs="+", default=list(WAYS))
    args = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    print("| way | " + " | ".join(f"{n} labels" for n in SIZES) + " | s a fit |\n|---|" + "---:|" * (len(SIZES) + 1))
    for way in args.ways:
        if "tune" in way and find_spec("optuna") is None:
            print(f"| {way} | optuna is not installed |")
            continue
        began, cells = perf_counter(), []
        for n in SIZES:
            found = [fitted(way, n, seed) for seed in range(args.seeds)]
            cells.append(f"{100 * np.mean(found):.1f} ± {100 * np.std(found, ddof=1) / len(found) ** 0.5:.1f}")
        taken = (perf_counter() - began) / (len(SIZES) * args.seeds)
        print(f"| {way} | {' | '.join(cells)} | {taken:.1f} |", flush=True)


if __name__ == "__main__":
    main()
