"""The error of a model from few test labels, asked by active testing and at random: a table of docs/evaluation.md.

    python benchmarks/active_testing.py [--work DIR] [--repeats 200]

A logistic regression learned from 100 labels is tested on a pool whose true error is known.  The surrogate that says
where it may be wrong is a random forest on the same 100 labels.  Each line: the root mean square of estimate - truth.
Beside draws in proportion to the expected error, as in the paper, stand draws in proportion to its root.
"""

import argparse
import tempfile
from pathlib import Path
from time import process_time

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from study.sets import SETS, opened

from askance.metrics.active_testing import draw, expected_error, lure

ASKED = (25, 50, 100, 200)
TRAIN, TEST = 100, 1200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", default=tempfile.gettempdir())
    parser.add_argument("--repeats", type=int, default=200)
    said = parser.parse_args()
    began = process_time()
    print("| set | true error | test labels | at random | active | at random as good | root | bias | 95 % holds |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in ("digits", "segment", "ag_news"):
        pool = opened(SETS[name], Path(said.work))
        truth = pool.answers()
        y = np.array([truth[i] for i in pool.ids.tolist()])
        losses, expected = tested(pool.samples.data, y)
        for m in ASKED:
            print(line(name, losses, expected, m, said.repeats), flush=True)
    print(f"{said.repeats} repeats, {process_time() - began:.0f} s of CPU")


def tested(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,) whether the model is wrong, (N,) how likely the surrogate thinks so."""
    order = np.random.default_rng(0).permutation(len(x))
    train, test = order[:TRAIN], order[TRAIN : TRAIN + TEST]
    model = LogisticRegression(C=30, max_iter=2000).fit(x[train], y[train])
    surrogate = RandomForestClassifier(200, min_samples_leaf=2, random_state=0).fit(x[train], y[train])
    probs = model.predict_proba(x[test])
    wrong = (model.classes_[probs.argmax(1)] != y[test]).astype(float)
    return wrong, expected_error(probs, surrogate.predict_proba(x[test]))


def line(name: str, losses: np.ndarray, expected: np.ndarray, m: int, repeats: int) -> str:
    true, n = losses.mean(), len(losses)
    ways = (np.ones(n), np.sqrt(expected), expected)
    found = [[estimate(losses, w, m, seed) for seed in range(repeats)] for w in ways]
    every = [np.array([a.value for a in one]) - true for one in found]
    random, root, active = (np.sqrt((d**2).mean()) for d in every)
    same = n / (1 + (n - 1) * active**2 / (true * (1 - true)))  # from the variance of a draw without replacement
    holds = np.mean([a.low <= true <= a.high for a in found[-1]])
    bias = f"{every[-1].mean():+.4f} ± {2 * every[-1].std() / np.sqrt(repeats):.4f}"
    figures = f"{random:.4f} | {active:.4f} | {same:.0f} | {root:.4f} | {bias} | {holds:.0%}"
    return f"| `{name}` | {true:.3f} | {m} | {figures} |"


def estimate(losses: np.ndarray, expected: np.ndarray, m: int, seed: int):
    drawn = draw(np.arange(len(losses), dtype=np.uint64), expected, m, seed)
    return lure(losses[drawn.ids.astype(int)], drawn.q, len(losses))


if __name__ == "__main__":
    main()
