"""Draws by weights that fall: the law is the exact one, and the lazy kernel gives the generator's picks."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from askance import ops
from askance.ops.vectors import V
from askance.select import select
from askance.shards import select_lockstep
from askance.signals import Signals


def points(n: int, d: int = 6, dtype: type = np.float32, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, d)) + 4 * rng.normal(size=(9, d))[rng.integers(0, 9, n)]).astype(dtype)


def gradients(n: int, seed: int = 0) -> ops.Outer:
    rng = np.random.default_rng(seed)
    return ops.Outer(ops.Residual(rng.dirichlet(np.ones(4), n).astype(np.float32)), ops.Dense(points(n, seed=seed)))


def in_order(vectors: V, k: int, ids: np.ndarray, seed: int) -> list[int]:
    """The definition, row by row: who rings first, with all weights known."""
    tie = ops.noise(seed, ids)
    picks = [int(np.lexsort((tie, -vectors.norms))[0])]
    near = vectors.to(vectors[np.array(picks)])
    stairs, rows = ops.Stairs(seed, ids, near), np.arange(len(ids))
    for _ in range(k - 1):
        time = stairs.time.copy()
        time[picks] = np.nan
        best = np.flatnonzero(time == np.nanmin(time))
        picks.append(int(best[tie[best].argmin()]))
        near = np.minimum(near, vectors.to(vectors[np.array(picks[-1:])]))
        stairs.lower(rows, near)
    return picks


@pytest.mark.parametrize("window", [4, 512])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(3))
def test_the_lazy_race_is_the_race(window: int, dtype: type, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askance.ops.race._WINDOW", window)
    vectors, ids = ops.Dense(points(500, dtype=dtype, seed=seed)), ops.key_ids(0, 500)
    rows, scores = ops.squared_draws(vectors, 120, ids, seed)
    assert rows.tolist() == in_order(vectors, 120, ids, seed)
    assert (np.diff(scores[1:]) <= 0).all()  # time only goes on


@pytest.mark.parametrize("window", [16, 512])
def test_gradients_that_are_never_built(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askance.ops.race._WINDOW", window)
    g, ids = gradients(400), ops.key_ids(0, 400)
    rows, _ = ops.squared_draws(g, 150, ids, 5)
    assert rows.tolist() == in_order(g, 150, ids, 5)
    assert np.allclose(g.norms, (g.array().astype(float) ** 2).sum(1), rtol=1e-5)


def test_twins_are_drawn_once_and_then_by_their_ties() -> None:
    x, ids = np.repeat(points(7), 5, 0), ops.key_ids(0, 35)
    rows, scores = ops.squared_draws(ops.Dense(x), 99, ids, 2)
    assert sorted(rows.tolist()) == list(range(35))
    assert len({r // 5 for r in rows[:7]}) == 7  # one of each first
    assert rows[7:].tolist() == sorted(rows[7:].tolist(), key=lambda r: ops.noise(2, ids)[r])
    assert (scores[7:] == 0).all()
    assert (scores[:7] > 0).all()


def law(x: np.ndarray, k: int) -> dict[tuple[int, ...], float]:
    """Every sequence of k picks and its probability: the longest first, then by squared distance."""
    start, chances = int((x**2).sum(1).argmax()), {}
    for tail in permutations([i for i in range(len(x)) if i != start], k - 1):
        chance, picks = 1.0, [start]
        for i in tail:
            near = ((x[:, None] - x[picks]) ** 2).sum(2).min(1)
            chance *= near[i] / near.sum()
            picks.append(i)
        chances[tail] = chance
    return chances


def test_the_law_is_d_squared() -> None:
    """All sequences of three out of five, counted over 1,500 seeds, against their probabilities by enumeration."""
    x = np.random.default_rng(3).normal(size=(5, 2))
    wanted = law(x, 3)
    got = Counter(tuple(ops.squared_draws(ops.Dense(x), 3, ops.key_ids(0, 5), s)[0][1:].tolist()) for s in range(1500))
    keys = sorted(wanted, key=wanted.__getitem__)
    observed, expected = np.array([got[t] for t in keys]), np.array([1500 * wanted[t] for t in keys])
    few = np.cumsum(expected) < 20  # the rarest are counted together
    observed = np.r_[observed[few].sum(), observed[~few]]
    expected = np.r_[expected[few].sum(), expected[~few]]
    assert expected.sum() == pytest.approx(1500)
    assert chisquare(observed, expected).pvalue > 1e-3


def test_a_row_rings_after_an_exponential_time_of_its_weight() -> None:
    """Also once the weight has fallen: the first step that is low enough is at a rate of the new weight."""
    ids = ops.key_ids(0, 4000)
    stairs = ops.Stairs(0, ids, np.full(4000, 5.0))
    assert kstest(stairs.time * 5.0, "expon").pvalue > 1e-3
    before = stairs.time.copy()
    stairs.lower(np.arange(4000), np.full(4000, 0.25))
    assert kstest(stairs.time * 0.25, "expon").pvalue > 1e-3
    assert (stairs.time >= before).all()
    assert (stairs.level <= 0.25).all()
    stairs.lower(np.arange(10), np.zeros(10))
    assert np.isinf(stairs.time[:10]).all()


@pytest.mark.parametrize("strategy", ["kcenter", "badge", "coreset"])
def test_twenty_thousand_rows_in_shards(strategy: str) -> None:
    """The kernel on one machine, and its generator in lockstep on 1, 2 and 8 shards: one sequence, in float32."""
    n, rng = 20_000, np.random.default_rng(0)
    probs = rng.dirichlet(np.full(10, 0.3), n).astype(np.float32)
    ids = ops.key_ids(0, n)
    pool = Signals(ids, {"probs": probs, "embeddings": points(n, 32)})
    labeled = Signals(ops.key_ids(0, 300, 1), {"probs": probs[:300], "embeddings": points(300, 32, seed=8)})
    whole = select(strategy, pool, 150, seed=1, labeled=labeled).ids.tolist()
    for count in (1, 2, 8):
        shards = [lambda i=i, count=count: pool.take(np.arange(i, n, count)) for i in range(count)]
        assert select_lockstep(strategy, shards, 150, seed=1, labeled=labeled).ids.tolist() == whole
