"""PSHEA: who goes, when, and who never comes back."""

import numpy as np
import pytest

from askance.meta import Kept, Past
from askance.meta.pshea import curve, halved, pshea

ARMS = ("good", "fair", "bad")
EVEN = (1 / 3,) * 3
HEIGHT = {"good": 0.95, "fair": 0.9, "bad": 0.6}


def point(arm: str, t: int) -> tuple[int, float, float]:
    n = 20 + 10 * t
    return n, HEIGHT[arm] - 0.3 * float(np.exp(-n / 60)), 0.02


def past(n: int, odds=EVEN, left: int = 70, before: int = 85) -> Past:
    """With n points, the last of them of this round; 3 strategies are halved after 1/3 and 2/3 of 120 picks."""
    rounds = [Kept(odds, left=before, curves={a: point(a, t) for a in ARMS}) for t in range(n - 1)]
    return Past(ARMS, tuple(rounds), horizon=120, left=left, curves={a: point(a, n - 1) for a in ARMS})


def test_the_worse_half_goes_where_it_is_unlikely_to_end_highest() -> None:
    assert pshea(past(12)) == pytest.approx([0.5, 0.5, 0.0])
    assert pshea(past(12), chance=0.0) == pytest.approx(EVEN), "nobody is as unlikely as that"


def test_nobody_goes_before_there_are_points_to_forecast_from_nor_between_the_times_for_it() -> None:
    assert pshea(past(1)) == pytest.approx(EVEN)
    assert pshea(past(5), chance=1) == pytest.approx(EVEN), "6 points are needed"
    assert pshea(past(9, left=110, before=120)) == pytest.approx(EVEN), "too early"
    assert pshea(past(9, left=70, before=75)) == pytest.approx(EVEN), "a third is long over"
    assert pshea(past(12, left=40, before=45)) == pytest.approx([0.5, 0.5, 0.0]), "two thirds"


def test_who_is_out_stays_out_and_the_last_one_stays() -> None:
    assert pshea(past(7, (0.5, 0.5, 0.0), left=75)) == pytest.approx([0.5, 0.5, 0.0])
    assert pshea(past(9, (1.0, 0.0, 0.0), left=40, before=45)) == pytest.approx([1.0, 0.0, 0.0])


def test_equal_curves_are_told_apart_only_on_demand() -> None:
    same = {name: [point("fair", t) for t in range(9)] for name in ("a", "b")}
    assert halved(same, 100, 0.05) == ["a", "b"]
    assert len(halved(same, 100, 1.0)) == 1


def test_a_curve_rises_in_labels_and_the_last_word_counts() -> None:
    told = tuple(Kept((1.0,), curves={"a": p}) for p in [(20, 0.5, 0.1), (20, 0.6, 0.1), (25, 0.7, 0.1)])
    assert curve(Past(("a",), told, curves={"a": (30, 0.8, 0.1)}), "a") == [
        (20, 0.6, 0.1),
        (25, 0.7, 0.1),
        (30, 0.8, 0.1),
    ]
