"""ALBL: the numbers of the reference, and an accuracy that is right on average."""

import numpy as np
import pytest

from askance.meta import Draw, Kept, Past, draw, iw_accuracy
from askance.meta.albl import albl, gain, least_odds, odds_of
from askance.meta.draw import advised

POOL = np.arange(4, dtype=np.uint64)


def test_the_golden_step_of_exp4p() -> None:
    """Three arms: one advises item 0, one item 1, one each of the four items alike."""
    least = least_odds(3, 100)
    assert least == pytest.approx(0.06051479953058617)
    odds = odds_of(np.zeros(3), least)
    assert odds == pytest.approx([1 / 3] * 3)
    advice = [advised(i, [0, 1, None], odds, 4) for i in range(4)]
    assert [float(odds @ a) for a in advice] == pytest.approx([0.4166666667, 0.4166666667, 0.0833333333, 0.0833333333])
    drawn = Draw(0, 0, float(odds @ advice[0]), tuple(advice[0]))
    assert np.exp(gain(drawn, 0.5, odds, least, 0.1, 100)) == pytest.approx([1.047047208, 1.0097119983, 1.0189191004])


def test_albl_is_that_step_folded_over_the_rounds() -> None:
    third = (1 / 3,) * 3
    first = Draw(0, 0, 1.25 / 3, (1.0, 0.0, 0.25))
    past = Past(("a", "b", "random"), (Kept(third, (first,), 4),), {0: "x"}, horizon=100, accuracy=0.5)
    w = np.array([1.047047208, 1.0097119983, 1.0189191004])
    least = least_odds(3, 100)
    assert albl(past) == pytest.approx((1 - 3 * least) * w / w.sum() + least)
    assert albl(Past(("a", "b", "random"), past.rounds, {}, horizon=100)) == pytest.approx(third), "not answered yet"


def test_the_weighted_accuracy_is_right_on_average_over_all_sequences() -> None:
    """Every sequence of two draws, with its probability: the second arm skips what the first draw has taken."""
    orders, odds = ([2, 0, 1, 3], [0, 1, 2, 3], None), np.array([0.5, 0.3, 0.2])
    knows = np.array([True, False, True, True])

    def chances(taken: list[int]) -> np.ndarray:
        nexts = [None if o is None else next(i for i in o if i not in taken) for o in orders]
        return np.array([odds @ advised(i, nexts, odds, 4) for i in range(4)])

    total = mean = 0.0
    for i, p in enumerate(chances([])):
        for j, q in enumerate(after := chances([i])):
            total += p * q
            mean += p * q * iw_accuracy([knows[i], knows[j]], [p, after[j]], 4)
    assert total == pytest.approx(1.0)
    assert mean == pytest.approx(knows.mean())


def test_the_draws_come_as_often_as_they_say() -> None:
    offers, odds = (np.array([2, 0], np.uint64), np.array([0, 1], np.uint64), None), np.array([0.5, 0.3, 0.2])
    knows = np.array([True, False, False, True])
    found = []
    for seed in range(600):
        drawn = draw(odds, offers, POOL, POOL, 2, seed)
        found.append(iw_accuracy([knows[d.id] for d in drawn[:2]], [d.chance for d in drawn[:2]], 4))
    assert np.mean(found) == pytest.approx(0.5, abs=4 * np.std(found) / 600**0.5)


def test_a_batch_is_of_free_samples_and_what_has_a_label_costs_nothing() -> None:
    free = POOL[:3]
    offers, odds = (free, None), np.array([0.3, 0.7])
    batches = [draw(odds, offers, POOL, free, 3, seed) for seed in range(40)]
    for drawn in batches:
        assert {d.id for d in drawn} >= {0, 1, 2}, "k of them, each once, are free"
        assert all(d.chance == pytest.approx(odds @ np.array(d.advice)) for d in drawn)
    again = [d for drawn in batches for d in drawn if d.id == 3]
    assert again
    assert {d.advice for d in again} == {(0.0, 0.25)}
    assert draw(odds, offers, POOL, free, 3, 5) == batches[5]
    assert draw(odds, offers, POOL, free[:0], 3, 5) == ()
