"""Expected error: what it costs beside modAL and scikit-activeml, AER beside EER, and accuracy: docs/expected-error.md.

    python benchmarks/expected_error.py speed --others /tmp/others [--rows 200 1000] [--limit 240]
    python benchmarks/expected_error.py aer              AER against EER at 2,000 samples: time, ranks and regret
    python benchmarks/expected_error.py curves [--seeds 10] [--sets heart ...] [--strategies eer ...] [--work DIR]

The other libraries lie in the environments that `python benchmarks/selection.py setup /tmp/others` makes.  Every
measurement is CPU seconds on one thread; those of `speed` are a process each.
"""

import argparse
import importlib.metadata
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np

CLASSES, DIM, LABELLED, PENALTY = 10, 32, 100, 10.0
LIBRARIES = {  # modAL with the model that it is given, and each with one that people use with it
    "modAL": "modAL-python",
    "modAL, GaussianNB": "modAL-python",
    "scikit-activeml, ParzenWindowClassifier": "scikit-activeml",
}
OURS = {
    "`eer`": "eer(candidates=0, evaluate=0)",
    "`eer(loss='zero_one')`": "eer(loss='zero_one', candidates=0, evaluate=0)",
    "`eer(refit='parzen')`": "eer(refit='parzen', candidates=0, evaluate=0)",
    "`voi`": "voi(candidates=0, evaluate=0)",
    "`xpal`": "xpal(candidates=0, evaluate=0)",
    "`aer`": "aer(candidates=0, evaluate=0)",
    "`eer(refit='newton')`, 100 of each": "eer(refit='newton', candidates=100, evaluate=100)",
    "`eer(refit='learner')`": "eer(refit='learner', candidates=0, evaluate=0)",
}
TRIED = (
    "margin",
    "eer",
    "eer(loss='zero_one')",
    "eer(refit='newton', candidates=100, evaluate=100)",
    "aer",
    "voi",
    "xpal",
    "mcpal",
    "batch_mcpal",
)
LOOKED_AT = ("heart", "ionosphere")  # when the defaults of the penalty and the bandwidth were chosen


def main() -> None:
    if sys.argv[1:2] == ["job"]:
        return job(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["speed", "aer", "curves"])
    parser.add_argument("--others", type=Path, default=Path(tempfile.gettempdir()) / "others")
    parser.add_argument("--rows", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--only", nargs="+", default=[*OURS, *LIBRARIES], metavar="NAME", help="for speed")
    parser.add_argument("--limit", type=float, default=240, help="CPU seconds a call may take")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "expected_error")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--sets", nargs="+", default=[])
    parser.add_argument("--strategies", nargs="+", default=list(TRIED))
    said = parser.parse_args()
    if said.what == "speed":
        speed(said.others, said.rows, said.limit, said.only)
    elif said.what == "aer":
        beside_eer()
    else:
        curves(said.sets, said.strategies, said.seeds, said.work)
    return None


# ---------------------------------------------------------------- the model that all are given


class LeastSquares:
    """Ridge regression of one-hot targets with positive parts over their sum, as scikit-learn's classifiers look.

    It solves one small system a fit, so what is measured is the way in which a library goes about EER.
    """

    def get_params(self, deep: bool = True) -> dict[str, object]:
        return {}

    def set_params(self) -> "LeastSquares":
        return self

    def fit(self, x: np.ndarray, y: np.ndarray) -> "LeastSquares":
        self.classes_, y = np.unique(y, return_inverse=True)
        wide = np.column_stack([x, np.ones(len(x))])
        gram = wide.T @ wide
        gram[np.arange(DIM), np.arange(DIM)] += PENALTY
        self.weights_ = np.linalg.solve(gram, wide.T @ np.eye(len(self.classes_))[y])
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        p = np.maximum(np.column_stack([x, np.ones(len(x))]) @ self.weights_, 0.0)
        return p / p.sum(1, keepdims=True)

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.classes_[self.predict_proba(x).argmax(1)]


def made(rows: int, classes: int = CLASSES) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A pool (N, D) and 100 labelled rows with labels: Gaussians that overlap, a coordinate's mean square 1."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, rows + LABELLED)
    x = 0.5 * rng.normal(size=(classes, DIM))[y] + rng.normal(size=(len(y), DIM))
    x = x - x.mean(0)
    x /= np.sqrt((x**2).mean())
    return x[:rows], x[rows:], y[rows:]


# ---------------------------------------------------------------- beside the others


def speed(others: Path, sizes: list[int], limit: float, names: list[str]) -> None:
    """A table: every way to EER at each size, and whether the libraries' first choice is that of the closed form."""
    print(f"| L = {LABELLED}, C = {CLASSES}, D = {DIM} | " + " | ".join(f"N = {n:,}" for n in sizes) + " |")
    print("|---" * (1 + len(sizes)) + "|")
    for name in names:
        cells = [measured(name, n, others, limit) for n in sizes]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def measured(name: str, rows: int, others: Path, limit: float) -> str:
    from speed.environments import ONE_THREAD, python_of

    python = python_of(others, "libraries" if name in LIBRARIES else "")
    call = [str(python), __file__, "job", name, str(rows), str(limit)]
    done = subprocess.run(call, capture_output=True, text=True, env=os.environ | ONE_THREAD, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"ended by signal {-done.returncode}"]
        return f"over {limit:.0f} s" if done.returncode < 0 else f"failed: {last[0][:80]}"
    said = json.loads(done.stdout.splitlines()[-1])
    return f"{said['seconds']:.2g} s" + (f" ({said['note']})" if said["note"] else "")


def job(name: str, rows: str, limit: str) -> None:
    """What the processes of `speed` do: one call after a small one, and seconds of CPU as JSON."""
    usual = ", " in name
    ways: dict[str, Callable[[int], Callable[[], np.ndarray]]] = {
        "modAL": lambda n: by_modal(n, usual),
        "scikit-activeml": by_skactiveml,
    }
    make = ways[name.split(",")[0]] if name in LIBRARIES else lambda n: by_us(OURS[name], n)
    make(30)()
    call = make(int(rows))
    began = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(began + float(limit)) + 1, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    order = call()
    seconds = time.process_time() - began
    note = importlib.metadata.version(LIBRARIES[name]) if name in LIBRARIES else ""
    if name in LIBRARIES and not usual:
        ours = brute_order(int(rows), name == "modAL")
        note += f"; its first choice is {'the same' if order[0] == ours else 'another'} as by the closed form"
    print(json.dumps({"seconds": seconds, "note": note}))


def brute_order(rows: int, without_itself: bool) -> int:
    """The closed form of least squares in a few lines, as askance is not in that environment.  -> the best row."""
    pool, x, y = made(rows)
    model = LeastSquares().fit(x, y)
    wide = np.column_stack([pool, np.ones(rows)])
    base = np.column_stack([x, np.ones(len(x))])
    penalty = np.diag([PENALTY] * DIM + [0.0])
    g = wide @ np.linalg.inv(base.T @ base + penalty) @ wide.T
    scores, belief = wide @ model.weights_, model.predict_proba(pool)
    errors = np.empty(rows)
    for i in range(rows):
        shift = g[i] / (1 + g[i, i])
        lost = 0.0
        for c in range(CLASSES):
            p = np.maximum(scores + shift[:, None] * (np.eye(CLASSES)[c] - scores[i]), 0.0)
            worst = 1 - p.max(1) / p.sum(1)
            lost += belief[i, c] * (worst.sum() - worst[i] * without_itself)
        errors[i] = lost
    return int(errors.argmin())


def by_us(text: str, rows: int) -> Callable[[], np.ndarray]:
    from askance.select import select
    from askance.signals import Signals

    pool, x, y = made(rows)
    signals, known = (Signals(np.arange(a, a + len(r)), {"embeddings": r}) for a, r in ((0, pool), (10**6, x)))

    def fit(x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        return LeastSquares().fit(x, y).predict_proba

    return lambda: select(text, signals, 1, labeled=known, labels=y, learner=fit).ids


def by_modal(rows: int, usual: bool) -> Callable[[], np.ndarray]:
    """Its function, handed what it reads of a learner: its own ActiveLearner cannot be fitted with scikit-learn 1.9,
    and its module names np.float, which NumPy 2 has no more."""
    np.float = float  # type: ignore[attr-defined]  # noqa: NPY001
    import warnings

    warnings.simplefilter("ignore")
    from modAL.expected_error import expected_error_reduction

    pool, x, y = made(rows)
    if usual:
        from sklearn.naive_bayes import GaussianNB
    model = (GaussianNB() if usual else LeastSquares()).fit(x, y)
    learner = SimpleNamespace(X_training=x, y_training=y, estimator=model, predict_proba=model.predict_proba)
    return lambda: np.asarray(expected_error_reduction(learner, pool, "binary")[0])


def by_skactiveml(rows: int) -> Callable[[], np.ndarray]:
    from skactiveml.classifier import ParzenWindowClassifier
    from skactiveml.pool import MonteCarloEER

    pool, x, y = made(rows)
    every, labels = np.concatenate([pool, x]), np.concatenate([np.full(rows, np.nan), y])
    clf = ParzenWindowClassifier(classes=np.arange(CLASSES), random_state=0)
    ask = MonteCarloEER(method="misclassification_loss", random_state=0)
    return lambda: ask.query(every, labels, clf, X_eval=pool)


# ---------------------------------------------------------------- AER against EER


def beside_eer() -> None:
    """On Gaussians and two sets of the study: time, rank correlation, and what the first pick loses."""
    from scipy.stats import spearmanr

    sets = {f"Gaussians, {c} classes": made(2000, c) for c in (2, 10)}
    sets |= {name: real(name) for name in ("digits", "segment")}
    print("| set | loss | near | `eer` | `aer` | times faster | rank correlation | picks of the best 100 | regret |")
    print("|---" * 9 + "|")
    for name, (pool, x, y) in sets.items():
        for loss in ("log", "zero_one"):
            exact, slow = scored(f"eer(loss={loss!r}, candidates=0, evaluate=0)", pool, x, y)
            for near in (20, 100):
                quick, fast = scored(f"aer(loss={loss!r}, near={near}, candidates=0, evaluate=0)", pool, x, y)
                best, found = (set(np.argsort(-u)[:100].tolist()) for u in (exact, quick))
                regret = (exact.max() - exact[quick.argmax()]) / (np.ptp(exact) or 1.0)
                told = f"{slow:.2f} s | {fast:.3f} s | {slow / fast:.0f} | {spearmanr(exact, quick)[0]:.2f}"
                print(f"| {name}, N = {len(pool):,} | {loss} | {near} | {told} | {len(best & found)} | {regret:.3f} |")


def scored(text: str, pool: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """(N,) utilities, and CPU seconds: the least of three."""
    from askance.select import select
    from askance.signals import Signals

    signals, known = (Signals(np.arange(a, a + len(r)), {"embeddings": r}) for a, r in ((0, pool), (10**6, x)))
    took = []
    for _ in range(3):
        began = time.process_time()
        batch = select(text, signals, len(pool), labeled=known, labels=y)
        took.append(time.process_time() - began)
    return batch.utility[np.argsort(batch.ids)], min(took)


def real(name: str, most: int = 2000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from study.sets import SETS, opened

    pool = opened(SETS[name], Path(tempfile.gettempdir()) / "expected_error")
    rows = np.random.default_rng(0).permutation(len(pool))[: most + LABELLED]
    x = pool.take(pool.ids[rows]).data.astype(np.float64)
    y = np.array([pool.answers()[int(i)] for i in pool.ids[rows]])
    return x[LABELLED:], x[:LABELLED], y[:LABELLED]


# ---------------------------------------------------------------- accuracy


def curves(names: list[str], strategies: list[str], seeds: int, work: Path) -> None:
    """Area under the accuracy curve less random's of the same seeds, and milliseconds a selection."""
    from model_change import area, table
    from study.runs import one_run
    from study.sets import SETS, Set, opened

    from askance.metrics import compare_all

    small = {n: Set(n, "table", table(n), 10, 2, 60, 10) for n in (*LOOKED_AT, "parkinsons", "haberman")}
    large = {n: Set(n, SETS[n].what, SETS[n].read, SETS[n].warmup, 10, 120, SETS[n].c) for n in ("segment", "digits")}
    for name, of in (small | large).items():
        if names and name not in names:
            continue
        pool = opened(of, work)
        runs = {s: [one_run(of, pool, s, seed) for seed in range(seeds)] for s in ["random", *strategies]}
        areas = {s: [area(run) for run in found] for s, found in runs.items()}
        random, margin = compare_all(areas, "random"), compare_all(areas, "margin")
        looked = ", looked at when defaults were chosen" if name in LOOKED_AT else ""
        print(
            f"\n`{name}`: {len(pool)} samples, {of.warmup} to {of.budget} labels by {of.batch}, {seeds} seeds{looked}; "
        )
        print(f"random {np.mean(areas['random']):.4f}\n")
        print("| strategy | over random, 95 % | Holm p | over margin | Holm p | ms a selection |")
        print("|---" * 6 + "|")
        for s in sorted(strategies, key=lambda s: -random[s].difference):
            c = random[s]
            other = f"{margin[s].difference:+.4f} | {margin[s].holm_p:.3f}" if s != "margin" else "| "
            ms = 1000 * np.mean([run.select / (len(run.labels) - 1) for run in runs[s]])
            gain = f"{c.difference:+.4f} ± {(c.high - c.low) / 2:.3f}"
            print(f"| `{s}` | {gain} | {c.holm_p:.3f} | {other} | {ms:.0f} |", flush=True)


if __name__ == "__main__":
    main()
