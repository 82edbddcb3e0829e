"""LURE: unbiased by enumeration, and the draws are what they say."""

from itertools import permutations

import numpy as np
import pytest

from askance.errors import BadLabel, BadSignal
from askance.metrics.active_testing import Drawn, draw, expected_error, expected_log_loss, lure, lure_weights

LOSSES = np.array([0.0, 1.0, 0.2, 0.9, 0.1])  # mean .44
RATES = np.array([0.1, 0.4, 0.1, 0.3, 0.1])


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5])
def test_unbiased_by_enumeration(m: int) -> None:
    """golden.md: N = 5, E = .44 for M = 1 .. 4, whatever the order of the draws."""
    total = chance = 0.0
    for order in permutations(range(5), m):
        rows = list(order)
        left = 1 - np.cumsum(np.append(0.0, RATES[rows][:-1]))
        q = RATES[rows] / left
        p = float(np.prod(q))
        total, chance = total + p * lure(LOSSES[rows], q, 5).value, chance + p
    assert chance == pytest.approx(1)
    assert total == pytest.approx(0.44, abs=1e-12)


def test_uniform_draws_weigh_one_and_all_drawn_is_the_mean() -> None:
    for m in (1, 3, 5):
        q = 1 / (5 - np.arange(m))
        np.testing.assert_allclose(lure_weights(q, 5), 1.0)
    every = draw(np.arange(5, dtype=np.uint64), LOSSES, 5)
    found = lure(LOSSES[every.ids.astype(int)], every.q, 5)
    assert found.value == pytest.approx(0.44)
    assert found.high - found.low == pytest.approx(0, abs=1e-12)


def test_the_weights_by_hand() -> None:
    """N = 4, M = 2: v_1 = 1 + 2/3 (1 / (4 * .5) - 1), v_2 = 1 + 2/2 (1 / (3 * .5) - 1)."""
    np.testing.assert_allclose(lure_weights(np.array([0.5, 0.5]), 4), [1 - 1 / 3, 2 / 3])


def test_draws_are_in_proportion_and_q_is_their_probability() -> None:
    ids = np.arange(3, dtype=np.uint64)
    drawn = [draw(ids, np.array([1.0, 2.0, 5.0]), 3, seed, floor=0.0) for seed in range(4000)]
    first = np.bincount([int(d.ids[0]) for d in drawn], minlength=3) / 4000
    np.testing.assert_allclose(first, [1 / 8, 2 / 8, 5 / 8], atol=0.03)
    for d in drawn[:20]:
        w = np.array([1.0, 2.0, 5.0])[d.ids.astype(int)]
        np.testing.assert_allclose(d.q, w / [8, 8 - w[0], w[2]])
        assert sorted(d.ids.tolist()) == [0, 1, 2]


def test_draws_do_not_depend_on_the_order_of_the_pool() -> None:
    ids, expected = np.arange(50, dtype=np.uint64), np.linspace(0.1, 1, 50)
    turned = np.random.default_rng(0).permutation(50)
    one, two = draw(ids, expected, 10, 3), draw(ids[turned], expected[turned], 10, 3)
    np.testing.assert_array_equal(one.ids, two.ids)
    np.testing.assert_allclose(one.q, two.q)


def test_expected_losses() -> None:
    model, surrogate = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([[0.7, 0.3], [0.5, 0.5]])
    np.testing.assert_allclose(expected_error(model, surrogate), [0.3, 0.5])
    by_hand = [-(0.7 * np.log(0.9) + 0.3 * np.log(0.1)), -0.5 * (np.log(0.4) + np.log(0.6))]
    np.testing.assert_allclose(expected_log_loss(model, surrogate), by_hand)


def test_where_all_is_certain_the_draw_is_uniform() -> None:
    found = draw(np.arange(6, dtype=np.uint64), np.zeros(6), 4)
    np.testing.assert_allclose(found.q, [1 / 6, 1 / 5, 1 / 4, 1 / 3])


def test_better_than_random_where_the_surrogate_is_right() -> None:
    """A tenth is wrong, and the surrogate is calibrated: no bias, and by the root of its expectation less variance.

    In proportion to the expectation itself, the mean of w (loss / w) is what it is at random: nothing is gained.
    """
    rng = np.random.default_rng(0)
    expected = np.where(rng.random(800) < 0.15, 0.7, 0.005)
    losses = (rng.random(800) < expected).astype(float)
    ids = np.arange(800, dtype=np.uint64)

    def errors(w: np.ndarray) -> np.ndarray:
        drawn: list[Drawn] = [draw(ids, w, 60, seed) for seed in range(150)]
        return np.array([lure(losses[d.ids.astype(int)], d.q, 800).value for d in drawn]) - losses.mean()

    active, random = errors(np.sqrt(expected)), errors(np.ones(800))
    assert (active**2).mean() < 0.5 * (random**2).mean()
    assert abs(active.mean()) < 3 * active.std() / np.sqrt(150)


def test_wrong_input_is_said() -> None:
    ids = np.arange(3, dtype=np.uint64)
    with pytest.raises(BadLabel, match="draws 1 to 3 samples of so many, not 4"):
        draw(ids, np.ones(3), 4)
    with pytest.raises(BadSignal, match="must be 0 or more"):
        draw(ids, np.array([1.0, np.nan, 1.0]), 2)
    with pytest.raises(BadLabel, match=r"draw 1 has a probability outside \(0, 1\]"):
        lure_weights(np.array([0.5, 0.0]), 4)
    with pytest.raises(BadLabel, match="cannot have been drawn"):
        lure_weights(np.ones(4), 3)
    with pytest.raises(BadLabel, match="one finite loss a draw"):
        lure(np.ones(3), np.ones(2), 3)
    with pytest.raises(BadSignal, match="over the same classes"):
        expected_error(np.ones((2, 2)), np.ones((2, 3)))
