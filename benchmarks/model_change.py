"""Strategies that ask how much a label would change the model, against random and margin: docs/model-change.md.

    python benchmarks/model_change.py [--work DIR] [--seeds 10] [--sets heart ...] [--strategies egl ...]
    python benchmarks/model_change.py time          a selection from 400 to 20,000 samples
    python benchmarks/model_change.py lal           how well its forest foresees the fall of the error on other tasks
    python benchmarks/model_change.py quire --work /tmp/selbench    beside scikit-activeml, in its environment there

The learner is the study's logistic regression.  The same seed has the same test share and first labels for every
strategy; each figure is the area under the accuracy curve over the budget, less random's of the same seeds.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np
from scipy.stats import spearmanr
from speed.environments import ONE_THREAD, python_of
from study.runs import Run, one_run
from study.sets import DATA, SETS, Rows, Set, opened

from askance.metrics import aubc, compare_all
from askance.select import select
from askance.signals import Signals
from askance.strategies.model_change import lal

OURS = (
    "egl",
    "emoc",
    "variance_reduction",
    "fisher_ratio",
    "d_optimal",
    "quire",
    "isal",
    "glister",
    "grad_match",
    "craig",
    "lal",
)


def table(name: str) -> Callable[[Path], Rows]:
    """A set of shared/data/aubc, each column to deviation 1."""

    def read(work: Path) -> Rows:
        raw = np.genfromtxt(DATA / "aubc" / f"{name}.csv", delimiter=",", skip_header=1)
        x = raw[:, :-1]
        spread = x.std(0)
        return x / np.where(spread > 0, spread, 1.0), raw[:, -1].astype(int).astype(str)

    return read


SMALL = ("heart", "ionosphere", "parkinsons")
TRIED = {name: Set(name, "table", table(name), 10, 5, 100, 10) for name in SMALL} | {
    name: Set(name, SETS[name].what, SETS[name].read, SETS[name].warmup, 10, 120, SETS[name].c)
    for name in ("segment", "digits")
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", default="curves", choices=["curves", "time", "lal", "quire"])
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "model_change")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--sets", nargs="+", default=list(TRIED))
    parser.add_argument("--strategies", nargs="+", default=["margin", *OURS])
    said = parser.parse_args()
    began = process_time()
    if said.what == "time":
        times(said.strategies)
    elif said.what == "lal":
        foreseen()
    elif said.what == "quire":
        beside(said.work)
    else:
        curves(said.sets, ["random", *said.strategies], said.seeds, said.work)
    print(f"\n{process_time() - began:.0f} s of CPU")


# ---------------------------------------------------------------- curves


def curves(sets: list[str], strategies: list[str], seeds: int, work: Path) -> None:
    for name in sets:
        of = TRIED[name]
        pool = opened(of, work)
        runs = {s: [one_run(of, pool, s, seed) for seed in range(seeds)] for s in strategies}
        areas = {s: [area(run) for run in found] for s, found in runs.items()}
        found = compare_all(areas, "random")
        print(
            f"\n`{name}`: {len(pool)} samples, labels {of.warmup} to {of.budget} by {of.batch}, {seeds} seeds; ", end=""
        )
        print(f"random {np.mean(areas['random']):.4f}\n\n| strategy | over random, 95 % | Holm p | ms a selection |")
        print("|---|---|---|---|")
        for s in sorted(strategies[1:], key=lambda s: -found[s].difference):
            c = found[s]
            ms = 1000 * np.mean([run.select / (len(run.labels) - 1) for run in runs[s]])
            gain = f"{c.difference:+.4f} ± {(c.high - c.low) / 2:.3f}"
            print(f"| `{s}` | {gain} | {c.holm_p:.3f} | {ms:.1f} |", flush=True)


def area(run: Run) -> float:
    return float(aubc(run.labels, run.accuracy))


# ---------------------------------------------------------------- time


def times(strategies: list[str]) -> None:
    """CPU milliseconds for 20 picks, the least of three tries; 64 dimensions, 100 labelled."""
    sizes = ((400, 2), (2_000, 10), (20_000, 100))
    print("| strategy | " + " | ".join(f"{n:,} samples, {c} classes" for n, c in sizes) + " |\n|---|---|---|---|")
    for s in strategies:
        print(f"| `{s}` | " + " | ".join(f"{least(s, n, c):.0f} ms" for n, c in sizes) + " |", flush=True)


def least(strategy: str, n: int, classes: int) -> float:
    rng = np.random.default_rng(0)
    pool, labeled = made(rng, n, classes, 0), made(rng, 100, classes, n)
    took = []
    for _ in range(4):
        began = process_time()
        select(strategy, pool, 20, labeled=labeled, labels=np.arange(100) % classes)
        took.append(1000 * (process_time() - began))
    return min(took[1:])  # the first imports, and teaches the forest of lal


def made(rng: np.random.Generator, n: int, classes: int, start: int) -> Signals:
    x = rng.normal(size=(n, 64)).astype(np.float32)
    z = x @ rng.normal(size=(64, classes)).astype(np.float32) / 4
    probs = np.exp(z - z.max(1, keepdims=True))
    columns = {"probs": probs / probs.sum(1, keepdims=True), "embeddings": x}
    return Signals(np.arange(start, start + n), columns)


# ---------------------------------------------------------------- what lal has learned


def foreseen(count: int = 450) -> None:
    """Rank correlation of what is foreseen with the true fall of the error, over tasks that were not learned from."""
    began = process_time()
    forest, _ = lal.meta_model(180)
    took = process_time() - began
    seen, gain = lal.examples(count, seed=17)
    said = forest.predict(seen)
    best = said.reshape(count, -1).argmax(1)
    each = gain.reshape(count, -1)
    print(f"learned in {took:.1f} s; over {len(gain)} labels of {count} other tasks: rank correlation ", end="")
    print(f"{spearmanr(said, gain).statistic:.3f}, of 1 - margin alone {spearmanr(seen[:, 1], gain).statistic:.3f};")
    print(
        f"error falls by {gain.mean():.4f} a label, by {each[np.arange(count), best].mean():.4f} with the best foreseen"
    )


# ---------------------------------------------------------------- beside scikit-activeml


def beside(work: Path) -> None:
    """The same 400 samples, kernel and labels to both: their time, and how far their objectives lie apart."""
    rng = np.random.default_rng(0)
    x, h, ridge = rng.normal(size=(400, 8)), 3.0, 1.0
    y = np.where(np.arange(400) < 20, (x[:, 0] + 0.5 * rng.normal(size=400) > 0).astype(float), np.nan)
    blank = np.full((400, 2), 0.5)
    whole = Signals(np.arange(400), {"embeddings": x, "probs": blank})
    pool, labeled = whole.take(np.arange(20, 400)), whole.take(np.arange(20))
    took = []
    for _ in range(3):
        began = process_time()
        batch = select(f"quire(h={h}, ridge={ridge})", pool, 380, labeled=labeled, labels=y[:20])
        took.append(process_time() - began)
    ours = np.empty(380)
    ours[batch.ids.astype(int) - 20] = 1.0 / batch.utility
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "inputs.npz", x=x, y=y, h=h, ridge=ridge)
        script = Path(__file__).with_name("model_change_peer.py")
        subprocess.run([str(python_of(work, "libraries")), str(script), folder], check=True, env=ONE_THREAD)
        peer = np.load(Path(folder) / "peer.npz")
        theirs, seconds = -peer["utilities"][20:], float(peer["seconds"])
    kernel = np.exp(-((x[:20, None] - x[None, :20]) ** 2).sum(2) / h**2) + ridge * np.eye(20)
    signs = np.where(y[:20] > 0, 1.0, -1.0)
    apart = np.abs(theirs - signs @ np.linalg.solve(kernel, signs) - ours).max() / ours.max()
    print(f"QUIRE, N = 400, 20 labelled: scikit-activeml {seconds:.2f} s, ours {1000 * min(took):.1f} ms;")
    print(f"largest relative difference of the objectives {apart:.1e}, same first pick: ", end="")
    print("yes" if int(theirs.argmin()) == int(ours.argmin()) else "no")


if __name__ == "__main__":
    sys.exit(main())
