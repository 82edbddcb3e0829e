"""A small fair trial: labels asked for by a strategy against labels drawn at random, on real data.  Floor 3.

Not a benchmark: a smoke alarm for a strategy that is upside down.  The data are two sets that scikit-learn ships, the
digits 0 to 4 and breast cancer; the model is logistic regression, its committee is fitted with random weights (the
Bayesian bootstrap of Rubin 1981, in which no class is lost); half of each set is for testing alone.
"""

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.spec import parse
from askance.strategy import Strategy

SETS = ("digits", "cancer")
SEEDS, ROUNDS, BATCH, MEMBERS = 8, 6, 5, 8


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
    data, strategy = halves(name, seed), parse(text)
    ids = ops.key_ids(0, len(data.x))
    rows = np.argsort(ops.noise(seed, ids))[: 2 * BATCH]
    scores = []
    for turn in range(ROUNDS):
        right = probabilities(data, rows, data.test_x).argmax(1) == data.test_y
        scores.append(float(right.mean()))
        signals = Signals(ids, signals_of(data, rows, strategy.needs, seed))
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


def signals_of(data: Halves, rows: np.ndarray, needs: frozenset[str], seed: int) -> dict[str, np.ndarray]:
    """What a model fitted on the labelled rows says of all of them."""
    columns = {"embeddings": data.x, "probs": probabilities(data, rows, data.x)}
    if "members" in needs:
        rng = np.random.default_rng(seed)
        weights = rng.exponential(size=(MEMBERS, len(rows)))
        columns["members"] = np.stack([probabilities(data, rows, data.x, w) for w in weights], 1)
    if "loss" in needs:
        columns["loss"] = 1.0 - columns["probs"].max(1)
    return columns


def probabilities(data: Halves, rows: np.ndarray, x: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Logistic regression on the given rows, asked about x.  -> (len(x), C); a class not seen has 0."""
    from sklearn.linear_model import LogisticRegression

    seen = np.unique(data.y[rows])
    out = np.zeros((len(x), data.classes))
    if len(seen) == 1:
        out[:, seen] = 1.0
        return out
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that stops early is as good for both sides
        model = LogisticRegression(max_iter=100).fit(data.x[rows], data.y[rows], weight)
    out[:, seen] = model.predict_proba(x)
    return out
