"""A small fair trial: labels asked for by a strategy against labels drawn at random, on real data.  Floor 3.

Not a benchmark: a smoke alarm for a strategy that is upside down.  The data are two sets that scikit-learn ships, the
digits 0 to 4 and breast cancer; the model is a forest of extra trees, and each tree is a member of the committee; half
of each set is for testing alone.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.spec import parse
from askance.strategy import Strategy

SETS = ("digits", "cancer")
SEEDS, ROUNDS, BATCH, TREES = 8, 6, 5, 25


@dataclass(frozen=True)
class Halves:
    """A data set in two: x (N, D) standardised, y (N,) 0 to C - 1, for asking and for testing."""

    x: np.ndarray
    y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    classes: int


def gain_over_random(strategy: Strategy, name: str) -> np.ndarray:
    """Area under the accuracy curve minus random's, in [-1, 1], one number a seed.  -> (SEEDS,)."""
    return np.array([area(repr(strategy), name, seed) - area("random", name, seed) for seed in range(SEEDS)])


@cache
def area(text: str, name: str, seed: int) -> float:
    """Mean test accuracy over the rounds, from a first batch that is the same for every strategy."""
    from sklearn.ensemble import ExtraTreesClassifier

    data, strategy = halves(name, seed), parse(text)
    ids = ops.key_ids(0, len(data.x))
    rows = np.argsort(ops.noise(seed, ids))[: 2 * BATCH]
    scores = []
    for turn in range(ROUNDS):
        forest = ExtraTreesClassifier(TREES, random_state=seed).fit(data.x[rows], data.y[rows])
        scores.append(float(forest.score(data.test_x, data.test_y)))
        signals = Signals(ids, signals_of(data, forest, strategy.needs))
        batch = select(strategy, signals, BATCH, seed + turn, labeled=signals.take(rows), labels=data.y[rows])
        rows = np.concatenate([rows, np.flatnonzero(np.isin(ids, batch.ids))])
    return float(np.mean(scores))


@cache
def halves(name: str, seed: int) -> Halves:
    from sklearn import datasets

    x, y = {"digits": datasets.load_digits, "cancer": datasets.load_breast_cancer}[name](return_X_y=True)
    x, y = x[y < 5], y[y < 5]
    x = (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1.0)
    order = np.argsort(ops.noise(seed, ops.key_ids(0, len(x)), 1))[:800]
    ask, test = order[::2], order[1::2]
    return Halves(x[ask], y[ask], x[test], y[test], int(y.max()) + 1)


def signals_of(data: Halves, forest: Any, needs: frozenset[str]) -> dict[str, np.ndarray]:
    """What the forest says of every sample that may be asked about."""
    columns = {"embeddings": data.x, "probs": _over(data, forest, forest.predict_proba(data.x))}
    if "members" in needs:
        trees = [_over(data, forest, tree.predict_proba(data.x)) for tree in forest.estimators_]
        columns["members"] = np.stack(trees, 1)
    if "loss" in needs:
        columns["loss"] = 1.0 - columns["probs"].max(1)
    return columns


def _over(data: Halves, forest: Any, probs: np.ndarray) -> np.ndarray:
    """Over all classes: one that the forest has not seen has 0.  -> (N, C)."""
    out = np.zeros((len(probs), data.classes))
    out[:, forest.classes_] = probs
    return out
