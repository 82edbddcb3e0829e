"""Episodes on real digits: rewards telescope, the budget ends them, the fast model is a logistic regression."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from askance.pal import Episodes, Fast, Pool
from askance.pal.fast import widened
from askance.pal.training import scaled, split


@pytest.fixture(scope="module")
def pool() -> Pool:
    x, y = load_digits(return_X_y=True)
    return split(x[:600], y[:600], 0.4, np.random.default_rng(0))


def episodes(pool: Pool, budget: float, arrivals: int = 200, streams: int = 3) -> Episodes:
    orders = np.array([np.random.default_rng(n).permutation(len(pool.y))[: 20 + arrivals] for n in range(streams)])
    return Episodes(pool, orders, 20, budget, np.arange(streams) % 2 == 0)


def test_the_rewards_of_an_episode_add_up_to_what_the_score_gained(pool: Pool) -> None:
    play, rng = episodes(pool, 0.15), np.random.default_rng(1)
    start, total = play.scores.copy(), np.zeros(3)
    while not play.over.all():
        before = play.asked.copy()
        rewards = play.act(rng.random(3) < 0.4)
        assert (rewards[play.asked == before] == 0).all()
        total += rewards
        assert (play.asked <= 0.15 * play.seen + 1).all()
    np.testing.assert_allclose(total, play.scores - start, atol=1e-12)
    assert (play.scores > start + 0.05).all()
    by_hand = [(m.probs(pool.held_x).argmax(1) == pool.held_y).mean() for m in play.models]
    np.testing.assert_allclose(play.scores, by_hand)


def test_it_is_over_when_the_budget_is_and_not_before(pool: Pool) -> None:
    play = episodes(pool, 0.2, arrivals=53)
    while not play.over.all():
        play.act(np.array([True, True, False]))
        assert (play.over == ((play.asked == play.all) | (play.seen == 53))).all()
    assert play.all == 11
    np.testing.assert_array_equal(play.asked, [11, 11, 0])
    assert play.seen == 53


def test_a_stream_whose_budget_is_spent_is_not_asked_again(pool: Pool) -> None:
    play = episodes(pool, 1.0, arrivals=30)
    while play.seen < 30:
        play.act(np.array([True, False, False]))
    np.testing.assert_array_equal(play.asked, [30, 0, 0])
    assert play.over.all()


def test_the_fast_model_is_a_logistic_regression(pool: Pool) -> None:
    model = Fast(64, 10, 120, penalty=0.1)
    for row in range(0, 120, 4):
        model.learn(pool.x[row : row + 4], pool.y[row : row + 4])
    told = model.probs(pool.held_x)
    theirs = LogisticRegression(C=10, fit_intercept=False, tol=1e-10, max_iter=5000)
    theirs.fit(widened(pool.x[:120]), pool.y[:120])
    settled = theirs.predict_proba(widened(pool.held_x))
    assert np.abs(told - settled).max() < 0.05
    assert (told.argmax(1) == settled.argmax(1)).mean() > 0.97
    model.settle(5000)
    np.testing.assert_allclose(model.probs(pool.held_x), settled, atol=1e-5)


def test_rows_are_scaled_to_about_unit_length() -> None:
    x = scaled(np.random.default_rng(0).normal(5, 300, (100, 7)))
    assert np.mean((x**2).sum(1)) == pytest.approx(1, abs=0.05)
