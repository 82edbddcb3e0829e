"""Midpoints: by hand on a line, equal to brute force, and closing in on the boundary."""

import numpy as np
import pytest

from askance import ops
from askance.select import select
from askance.signals import Signals


def signals(x, p, start=0):
    x = np.asarray(x, float).reshape(len(x), -1)
    p = np.asarray(p, float)
    return Signals(ops.key_ids(start, len(x)), {"embeddings": x, "probs": np.stack([p, 1 - p], 1)})


def rows_of(batch, pool):
    return [int(np.flatnonzero(pool.ids == i)[0]) for i in batch.ids]


def test_on_a_line_it_is_bisection():
    """Labels at 0 and 16, the boundary at 11.5: the middles are 8, 12, 10, 11 and so on."""
    x = np.arange(1, 16)
    pool = signals(x, np.where(x < 11.5, 0.9, 0.1))
    known = signals([0, 16], [0.9, 0.1], start=500)
    batch = select("midpoint", pool, 4, labeled=known, labels=["a", "b"])
    assert [int(x[r]) for r in rows_of(batch, pool)] == [8, 12, 10, 11]


def test_the_first_picks_are_the_nearest_to_the_middles_of_all_pairs():
    rng = np.random.default_rng(0)
    x, known_x = rng.normal(size=(80, 3)), rng.normal(size=(10, 3))
    pool, known = signals(x, rng.random(80)), signals(known_x, rng.random(10), start=500)
    labels = np.array(list("aabbbcacab"))
    pairs = {}
    for i in range(10):
        for name in set(labels[labels != labels[i]]):
            far = np.where(labels == name, ((known_x - known_x[i]) ** 2).sum(1), np.inf)
            pairs[frozenset((i, int(far.argmin())))] = far.min()
    taken = []
    for pair in sorted(pairs, key=pairs.get):
        gap = ((x - known_x[list(pair)].mean(0)) ** 2).sum(1)
        gap[taken] = np.inf
        if gap.min() < 0.75 * pairs[pair]:
            taken.append(int(gap.argmin()))
    batch = select("midpoint", pool, len(taken), labeled=known, labels=labels.tolist())
    assert rows_of(batch, pool) == taken


def test_without_labels_the_surest_of_each_predicted_class_are_the_ends():
    x = np.arange(9)
    pool = signals(x, [0.99, 0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.01])
    assert rows_of(select("midpoint", pool, 1), pool) == [4], "half-way between 0 and 8"
    alone = signals(x, np.full(9, 0.9))
    assert len(select("midpoint", alone, 5).ids) == 5, "one class alone: at random"


@pytest.mark.parametrize("seed", range(3))
def test_picks_are_nearer_to_the_boundary_than_the_pool(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(400, 3))
    pool = signals(x, 1 / (1 + np.exp(-6 * x[:, 0])))
    known = signals(x[:10] * [3, 1, 1], 1 / (1 + np.exp(-18 * x[:10, 0])), start=900)
    batch = select("midpoint", pool, 30, seed=seed, labeled=known, labels=np.where(x[:10, 0] > 0, "a", "b").tolist())
    assert np.abs(x[rows_of(batch, pool), 0]).mean() < 0.8 * np.abs(x[:, 0]).mean()
