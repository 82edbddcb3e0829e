"""Stream policies side by side: accuracy on each arrival before its answer is known, at 10 % of the labels, 5 seeds.

    python benchmarks/streams.py [../shared/data]

Prints the table of docs/streams.md.  Two streams of real rows: phonemes in the order of their file, from another place
for each seed; and segments of photos, shuffled, and then once more with the classes renamed in a circle, which is an
abrupt drift.  A linear model on 100 random Fourier features learns by stochastic gradient steps.  Answers come after
every 50 arrivals; the first 50 are answered for everyone and do not count.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import SGDClassifier

from askance import ops
from askance.metrics import compare, t_interval
from askance.policies import iwal, parse_policy
from askance.signals import Signals
from askance.stream import stream

SEEDS, CHUNK, WARM, MOST = range(5), 50, 50, 3500
POLICIES = (
    "random",
    "fixed(at=0.5)",
    "variable",
    "randomised_variable",
    "split",
    "quantile",
    "selective",
    "density",
    "iwal",
    "drift",
)


@dataclass(frozen=True)
class Rows:
    """x (N, D) scaled by the first WARM rows and mapped to Fourier features; plain: the scaled rows; y (N,) int."""

    x: np.ndarray
    plain: np.ndarray
    y: np.ndarray


def prepared(x: np.ndarray, y: np.ndarray, seed: int) -> Rows:
    first = x[:WARM]
    plain = np.clip((x - first.mean(0)) / (first.std(0) + 1e-9), -5, 5)
    features = RBFSampler(gamma=0.5 / x.shape[1], n_components=100, random_state=seed).fit_transform(plain)
    return Rows(features, plain, y)


def table(data: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    frame = pd.read_csv(data / "tabular" / f"{name}.csv.gz").drop(columns="split")
    return frame.drop(columns="label").to_numpy(float), np.unique(frame["label"], return_inverse=True)[1]


def phoneme(data: Path, seed: int) -> Rows:
    x, y = table(data, "phoneme")
    order = (np.arange(len(x)) + int(np.random.default_rng(seed).integers(len(x))))[:MOST] % len(x)
    return prepared(x[order], y[order], seed)


def segment_drift(data: Path, seed: int) -> Rows:
    x, y = table(data, "segment")
    order = np.random.default_rng(seed).permutation(len(x))[: MOST // 2]
    renamed = (y[order] + 1) % (y.max() + 1)
    return prepared(np.concatenate([x[order], x[order]]), np.concatenate([y[order], renamed]), seed)


STREAMS = {"phoneme, in order": phoneme, "segment, classes renamed half-way": segment_drift}


def run(rows: Rows, text: str, seed: int) -> tuple[float, float]:
    """(share of the arrivals that were predicted right, share that was asked about)"""
    policy = parse_policy(text)
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.3, alpha=1e-5, random_state=seed)
    for _ in range(5):
        model.partial_fit(rows.x[:WARM], rows.y[:WARM], np.unique(rows.y))
    right, state = 0, None
    for part in chunks(len(rows.y)):
        probs = model.predict_proba(rows.x[part])
        right += int((model.classes_[probs.argmax(1)] == rows.y[part]).sum())
        ids = ops.key_ids(part.start, part.stop - part.start)
        arrivals = Signals(ids, {"probs": probs, "embeddings": rows.plain[part]})
        decisions = list(stream("margin", [arrivals], policy, state, seed))
        state = decisions[-1].state
        asked = np.array([d.ask for d in decisions])
        if asked.any():
            weights = np.array([d.weight for d in decisions])[asked] * policy.budget
            weight = weights if isinstance(policy, iwal) else None  # the others are not meant to be weighted
            model.partial_fit(rows.x[part][asked], rows.y[part][asked], sample_weight=weight)
    n = len(rows.y) - WARM
    return right / n, 0.0 if state is None else state.asked / n


def chunks(n: int) -> Iterator[slice]:
    for start in range(WARM, n, CHUNK):
        yield slice(start, min(start + CHUNK, n))


def main(data: Path) -> None:
    for name, make in STREAMS.items():
        streams = {seed: make(data, seed) for seed in SEEDS}
        print(f"\n{name}: {len(streams[0].y):,} arrivals\n")
        print("| policy | accuracy, 95 % interval | asked | better than `random` by |\n|---|---|---|---|")
        control: list[float] = []
        for text in (*POLICIES, "fixed(budget=1.0, at=0.0)"):
            found = [run(streams[seed], text, seed) for seed in SEEDS]
            accuracy = [a for a, _ in found]
            control = control or accuracy
            print(line(text, accuracy, float(np.mean([s for _, s in found])), control), flush=True)


def line(text: str, accuracy: list[float], asked: float, control: list[float]) -> str:
    mean, low, high = t_interval(accuracy)
    by = compare(accuracy, control)
    better = "" if accuracy is control else f"{by.difference:+.3f} ({by.low:+.3f} to {by.high:+.3f})"
    return f"| `{text}` | {mean:.3f} ({low:.3f} to {high:.3f}) | {asked:.1%} | {better} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "shared" / "data")
