"""Small made-up tasks on which it is measured what a label was worth: what LAL learns from.

Every number comes from generators seeded by (seed, task): the same tasks on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from askance import ops

POOL, TEST, ASKED = 200, 300, 20  # samples to ask about, to test on, and candidates tried in a task
RIDGE = 1.0  # |W|^2 / 2 beside the sum of log losses: scikit-learn's default
SHAPES = tuple(product((2, 3, 4), (2, 5, 12)))  # classes, features


@dataclass(frozen=True)
class Task:
    """A pool, what is labelled of it, and what the model says; and of some rows, what their label was worth.

    x (POOL, D), probs (POOL, C), rows labelled (L,) with labels (L,), rows tried (ASKED,), gain (ASKED,): by how much
    the error on TEST other samples fell with the label.
    """

    x: np.ndarray
    probs: np.ndarray
    labelled: np.ndarray
    labels: np.ndarray
    tried: np.ndarray
    gain: np.ndarray


def tasks(count: int, seed: int) -> Iterator[Task]:
    return (task(np.random.default_rng([seed, i]), *SHAPES[i % len(SHAPES)]) for i in range(count))


def task(rng: np.random.Generator, classes: int, dim: int) -> Task:
    """One data set, one labelled part of it, one model, and ASKED labels, each told to that model alone."""
    x, y = mixture(rng, classes, dim)
    pool, test = x[:POOL], x[POOL:]
    order = rng.permutation(POOL)
    first = np.array([order[y[order] == c][0] for c in range(classes)])
    rest = order[~np.isin(order, first)]
    more = int(rng.integers(0, 40))
    labelled, tried = np.concatenate([first, rest[:more]]), rest[more : more + ASKED]
    given = np.eye(classes)[y]
    with_one, padded = padded_ones(pool), padded_ones(test)
    start = newton(with_one[None, labelled], given[None, labelled], np.zeros((1, classes, dim + 1)), 8)
    each = np.concatenate([np.tile(labelled, (ASKED, 1)), tried[:, None]], axis=1)
    after = newton(with_one[each], given[each], np.repeat(start, ASKED, 0), 3)
    before = wrong(padded, y[POOL:], start)[0]
    return Task(pool, said(with_one, start)[0], labelled, y[labelled], tried, before - wrong(padded, y[POOL:], after))


def mixture(rng: np.random.Generator, classes: int, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Each class one or two Gaussians, of its own share and spread; every class in the pool.  -> x (N, D), y (N,)."""
    share = rng.dirichlet(np.full(classes, 4.0))
    y = rng.choice(classes, POOL + TEST, p=share)
    y[:classes] = np.arange(classes)
    apart = rng.uniform(0.7, 2.0)
    part = rng.integers(0, rng.integers(1, 3, classes)[y])
    centres = apart * rng.normal(size=(classes, 2, dim))
    spread = rng.normal(size=(classes, 2, dim, dim)) / dim**0.5
    noise = np.einsum("nd,nde->ne", rng.normal(size=(len(y), dim)), spread[y, part])
    return centres[y, part] + noise, y


def padded_ones(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x, np.ones((len(x), 1))], axis=1)


def said(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Predictions of several models of the same rows.  (N, P), (B, C, P) -> (B, N, C)."""
    return ops.softmax(x @ weights.transpose(0, 2, 1))


def wrong(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The share that is predicted wrongly.  (N, P), (N,), (B, C, P) -> (B,)."""
    return np.asarray((said(x, weights).argmax(2) != y).mean(1))


def newton(x: np.ndarray, given: np.ndarray, weights: np.ndarray, steps: int) -> np.ndarray:
    """Softmax regression of B small sets at once.  x (B, L, P), given (B, L, C), weights (B, C, P) -> (B, C, P)."""
    b, rows, p = x.shape
    c = given.shape[2]
    pairs = (x[:, :, :, None] * x[:, :, None, :]).reshape(b, rows, p * p)
    for _ in range(steps):
        probs = ops.softmax(x @ weights.transpose(0, 2, 1))
        slope = (probs - given).transpose(0, 2, 1) @ x + RIDGE * weights
        doubt = probs[:, :, :, None] * (np.eye(c) - probs[:, :, None, :])
        bent = (doubt.reshape(b, rows, c * c).transpose(0, 2, 1) @ pairs).reshape(b, c, c, p, p)
        hessian = bent.transpose(0, 1, 3, 2, 4).reshape(b, c * p, c * p) + RIDGE * np.eye(c * p)
        weights = weights - np.linalg.solve(hessian, slope.reshape(b, c * p, 1)).reshape(b, c, p)
    return weights
