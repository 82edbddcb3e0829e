"""EXP3 and Thompson sampling: by hand, and what each reward pays for."""

import numpy as np
import pytest

from askance.errors import BadStrategy
from askance.meta import Draw, Kept, Past
from askance.meta.exp3 import exp3
from askance.meta.rewards import rewarded
from askance.meta.thompson import best, thompson

ARMS = ("margin", "random")


def drawn(i: int, arm: int) -> Draw:
    return Draw(i, arm, 0.5, (1.0, 0.0) if arm == 0 else (0.0, 1.0))


def told(**changes) -> Past:
    """Warm-up 100 and 101; then margin drew 0 and 1, random 2, and then margin 2 again, and 3, which has no answer."""
    rounds = (
        Kept((0.5, 0.5), (drawn(0, 0), drawn(1, 0), drawn(2, 1)), 9),
        Kept((0.6, 0.4), (drawn(2, 0), drawn(3, 0)), 9, accuracy=0.7),
    )
    labels = {100: "x", 101: "y", 0: "x", 1: "y", 2: "x"}
    return Past(ARMS, rounds, labels, {0: "y", 1: "y", 2: "y", 3: "y"}, accuracy=0.9, **changes)


def paid(how: str) -> list[tuple[int, int, float]]:
    return [(r, d.id, round(worth, 3)) for r, d, worth in rewarded(told(), how)]


def test_what_each_reward_pays_for() -> None:
    assert paid("surprise") == [(0, 0, 1.0), (0, 1, 0.0), (0, 2, 1.0)], "the first draw of a sample counts"
    assert paid("accuracy") == [(0, 0, 0.7), (0, 1, 0.7), (0, 2, 0.7), (1, 2, 0.9)], "by the next round's model"
    assert paid("balance") == [(0, 0, 1.0), (0, 1, 1.0), (0, 2, 1.0)], "both classes had one label before the round"


def test_balance_pays_for_the_rarer_class() -> None:
    past = Past(ARMS, (Kept((0.5, 0.5), (drawn(0, 0), drawn(1, 1)), 9),), {7: "x", 8: "x", 9: "x", 0: "x", 1: "y"})
    assert [worth for _, _, worth in rewarded(past, "balance")] == pytest.approx([0.25, 1.0])


def test_accuracy_needs_an_arm_that_draws_from_the_whole_pool() -> None:
    with pytest.raises(BadStrategy, match="every sample needs a chance: name `random` among the strategies"):
        exp3(Past(("margin", "kcenter")), reward="accuracy")


def test_exp3_by_hand() -> None:
    gamma = 0.2
    weights = np.exp([gamma * 1.0 / (2 * 0.5), gamma * 1.0 / (2 * 0.5)])
    assert exp3(told(), gamma=gamma) == pytest.approx([0.5, 0.5])  # one surprise each, at the same odds
    one = Past(ARMS, told().rounds[:1], {0: "x"}, {0: "y"})
    weights = np.array([np.exp(gamma / (2 * 0.5)), 1.0])
    assert exp3(one, gamma=gamma) == pytest.approx((1 - gamma) * weights / weights.sum() + gamma / 2)
    assert exp3(one, gamma=1.0) == pytest.approx([0.5, 0.5])


def test_thompson_asks_as_often_as_an_arm_is_likely_to_be_best() -> None:
    assert best(np.array([2.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx([2 / 3, 1 / 3], abs=1e-4)
    assert best(np.ones(4), np.ones(4)) == pytest.approx([0.25] * 4)
    rng = np.random.default_rng(0)
    a, b = np.array([3.0, 8.0, 2.5]), np.array([4.0, 9.0, 2.0])
    won = np.bincount(rng.beta(a, b, (200_000, 3)).argmax(1), minlength=3) / 200_000
    assert best(a, b) == pytest.approx(won, abs=0.005)
    assert thompson(told(), keep=0.5) == pytest.approx(best(np.array([1.5, 1.5]), np.array([1.5, 1.0])))


def test_thompson_holds_on_where_the_evidence_is_overwhelming() -> None:
    odds = best(np.array([9000.0, 10.0]), np.array([10.0, 9000.0]))
    assert np.isfinite(odds).all()
    assert odds == pytest.approx([1.0, 0.0])
