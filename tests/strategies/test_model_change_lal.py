"""LAL: made-up tasks, what is learned from them, and whether it is worth anything."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from askance import ops
from askance.errors import MissingSignal
from askance.select import select
from askance.signals import Signals
from askance.strategies.model_change import lal as module
from askance.strategies.model_change.lal_tasks import RIDGE, newton, said, task, tasks


def test_tasks_are_the_same_whoever_makes_them() -> None:
    one, two = list(tasks(9, 3)), list(tasks(9, 3))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.gain, b.gain)
        np.testing.assert_array_equal(a.probs, b.probs)
    assert not np.array_equal(one[0].x, next(tasks(1, 4)).x)


def test_newton_finds_where_the_gradient_is_nothing() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 30, 4)), np.eye(3)[rng.integers(0, 3, (2, 30))]
    weights = newton(x, y, np.zeros((2, 3, 4)), 8)
    for b in range(2):
        slope = (said(x[b], weights[b : b + 1])[0] - y[b]).T @ x[b] + RIDGE * weights[b]
        np.testing.assert_allclose(slope, 0.0, atol=1e-9)


def test_gain_is_the_fall_of_the_error_when_trained_from_nothing() -> None:
    """Three Newton steps from the old weights end where eight from zero do, so no label is judged by half a fit."""
    t = task(np.random.default_rng(5), 3, 5)
    given, with_one = np.eye(3), np.hstack([t.x, np.ones((len(t.x), 1))])
    x, y = with_one[t.labelled][None], given[t.labels][None]
    np.testing.assert_allclose(said(with_one, newton(x, y, np.zeros((1, 3, 6)), 12))[0], t.probs, atol=1e-8)
    short = newton(x, y, newton(x[:, :-1], y[:, :-1], np.zeros((1, 3, 6)), 12), 3)
    np.testing.assert_allclose(short, newton(x, y, np.zeros((1, 3, 6)), 12), atol=1e-6)
    assert t.gain.shape == (20,)
    assert set(t.tried.tolist()).isdisjoint(t.labelled.tolist())


def test_it_foresees_better_than_chance_on_tasks_it_has_not_seen() -> None:
    """Rank correlation with the true fall of the error on 1,800 labels of other tasks: .15 or so, and far from 0."""
    forest, worst = module.meta_model(180)
    seen, gain = module.examples(90, seed=17)
    foreseen = forest.predict(seen)
    found = spearmanr(foreseen, gain)
    assert found.statistic > 0.05
    assert found.pvalue < 1e-4
    assert (foreseen >= worst).all()
    best = foreseen.reshape(90, 20).argmax(1)
    assert gain.reshape(90, 20)[np.arange(90), best].mean() > gain.mean()


def test_scores_are_what_the_forest_says_of_the_rows() -> None:
    rng = np.random.default_rng(2)
    pool = Signals(np.arange(40), {"probs": rng.dirichlet(np.ones(3), 40), "embeddings": rng.normal(size=(40, 4))})
    labeled = Signals(np.arange(100, 106), {"embeddings": rng.normal(size=(6, 4))})
    y = np.array([0, 0, 0, 1, 1, 2])
    batch = select("lal", pool, 40, labeled=labeled, labels=y)
    forest, worst = module.meta_model(180)
    near, vectors = ops.Dense(labeled["embeddings"]), ops.Dense(pool["embeddings"])
    wanted = forest.predict(module.described(pool["probs"], vectors, near, y, pool.ids, 0)) - worst
    np.testing.assert_allclose(batch.utility, wanted[batch.ids.astype(int)])
    with pytest.raises(MissingSignal, match="lal needs the labels"):
        select("lal", pool, 2, labeled=labeled)


def test_what_is_described_by_hand() -> None:
    p = np.array([[0.7, 0.2, 0.1], [1.0, 0.0, 0.0], [0.1, 0.8, 0.1]])
    x, near = np.array([[0.0], [1.0], [3.0]]), np.array([[1.0]])
    seen = module.described(p, ops.Dense(x), ops.Dense(near), np.array([4, 4, 4, 9]), np.arange(3, dtype=np.uint64), 0)
    np.testing.assert_allclose(seen[:, 0], [0.3, 0.0, 0.2], atol=1e-6)
    np.testing.assert_allclose(seen[:, 1], [0.5, 0.0, 0.3], atol=1e-6)
    np.testing.assert_allclose(seen[0, 2], 0.80181855 / np.log(3), atol=1e-6)
    np.testing.assert_allclose(seen[:, 3], np.log([1 / 1.4, 1e-3, 2 / 1.4]), atol=1e-6)
    np.testing.assert_allclose(seen[0, 6:9], [np.log(4), 0.56233514 / np.log(3), 3.0], atol=1e-6)
    np.testing.assert_allclose(seen[:, 9], [2 / 3, 2 / 3, 1 / 3], atol=1e-6)
