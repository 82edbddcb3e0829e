"""The lazy k-center kernel gives the picks of the plain definition."""

import numpy as np
import pytest

from askance import ops


def plain(x: np.ndarray, reference: np.ndarray | None, k: int, ids: np.ndarray, seed: int) -> list[int]:
    """Farthest-first, straight from the definition, in float64."""
    x, picks = x.astype(np.float64), []
    near = np.full(len(x), np.inf)
    if reference is not None and len(reference):
        near = ((x[:, None] - reference[None].astype(np.float64)) ** 2).sum(2).min(1)
    tie = ops.noise(seed, ids)
    for _ in range(min(k, len(x))):
        free = [i for i in range(len(x)) if i not in picks]
        best = min(free, key=lambda i: (-near[i], tie[i]))
        picks.append(best)
        near = np.minimum(near, ((x - x[best]) ** 2).sum(1))
    return picks


@pytest.mark.parametrize("labelled", [0, 1, 30, 200])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("window", [8, 64, 4096])
def test_picks_of_the_definition(labelled: int, dtype: type, window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askance.ops.farthest._WINDOW", window)
    rng = np.random.default_rng(labelled)
    x = (rng.normal(size=(400, 6)) + 3 * rng.normal(size=(8, 6))[rng.integers(0, 8, 400)]).astype(dtype)
    reference = rng.normal(size=(labelled, 6)).astype(dtype)
    ids = ops.key_ids(0, 400)
    rows, scores = ops.farthest_first(ops.Dense(x), ops.Dense(reference) if labelled else None, 60, ids, 3)
    assert rows.tolist() == plain(x, reference, 60, ids, 3)
    assert (np.diff(scores) <= 1e-5 * scores[1]).all()  # the radius never grows


def test_gradients_stay_factored() -> None:
    rng = np.random.default_rng(0)
    outer = ops.Outer(ops.Dense(rng.normal(size=(200, 3))), ops.Dense(rng.normal(size=(200, 4))))
    known = outer[np.arange(70)]
    ids = ops.key_ids(0, 200)
    rows, _ = ops.farthest_first(outer, known, 40, ids, 1)
    assert rows.tolist() == plain(outer.array(), known.array(), 40, ids, 1)


def test_a_pool_of_twins_is_taken_whole_and_in_the_order_of_the_ties() -> None:
    x, ids = np.ones((50, 3)), ops.key_ids(0, 50)
    rows, scores = ops.farthest_first(ops.Dense(x), None, 99, ids, 0)
    assert sorted(rows.tolist()) == list(range(50))
    assert rows.tolist() == np.argsort(ops.noise(0, ids)).tolist()
    assert (scores[1:] == 0).all()


def test_golden_line() -> None:
    """papers.md 1.3: points 0, .1, .2, 1, 1.1, 5: greedy from {0} takes 5 and then 1.1, and the radius is then .2."""
    x = np.array([0, 0.1, 0.2, 1, 1.1, 5])[:, None]
    rows, _ = ops.farthest_first(ops.Dense(x), ops.Dense(x[:1]), 2, ops.key_ids(0, 6), 0)
    assert rows.tolist() == [5, 4]
    assert ops.Dense(x).nearest(ops.Dense(x[[0, 5, 4]])).max() ** 0.5 == pytest.approx(0.2)


def test_nothing_asked_nothing_given() -> None:
    rows, scores = ops.farthest_first(ops.Dense(np.zeros((0, 2))), None, 3, ops.key_ids(0, 0), 0)
    assert len(rows) == len(scores) == 0
