"""ADWIN2: what it sees, when, and what it does not."""

from itertools import pairwise
from math import log, sqrt

import numpy as np
import pytest

from askance.policies.adwin import Adwin, Window, united

RNG = np.random.default_rng(0)


def watched(values: list[float], adwin: Adwin | None = None) -> tuple[Window, list[int]]:
    """(the last window, the places at which a change was seen)"""
    window: Window = ()
    seen = []
    for n, value in enumerate(values):
        window, changed = (adwin or Adwin())(window, value)
        if changed:
            seen.append(n)
    return window, seen


def differ_anywhere(values: list[float], delta: float = 0.002) -> bool:
    """The same bound at every cut of the plain window."""
    a, n = np.array(values), len(values)
    word = log(2 * n / delta)
    for n0 in range(1, n):
        m = 1 / (1 / n0 + 1 / (n - n0))
        if abs(a[:n0].mean() - a[n0:].mean()) > sqrt(2 / m * a.var() * word) + 2 / (3 * m) * word:
            return True
    return False


def test_an_abrupt_change_by_hand() -> None:
    """128 zeros, then t ones: |1 - 0| > sqrt(2 L / (128 + t)) + 2 L (128 + t) / (3 * 128 t), L = ln(1000 (128 + t)).

    t = 14: .4088 + .6267 > 1;  t = 15: .4075 + .5894 < 1.
    """
    values = [0.0] * 128 + [1.0] * 200
    assert not differ_anywhere(values[: 128 + 14])
    assert differ_anywhere(values[: 128 + 15])
    window, seen = watched(values)
    assert seen[0] == 128 + 15 - 1  # the first cut there is between two buckets is the true one
    n, total, _ = united(window)
    assert total == 200
    assert n - total <= 16  # of the 128 zeros hardly any is left
    assert seen[-1] < 128 + 60  # it shrinks in several steps, and then is done


def test_it_sees_no_change_before_one_could_be_seen_with_all_cuts() -> None:
    values = [*RNG.random(150) * 0.4, *(0.5 + RNG.random(80) * 0.4)]
    _, seen = watched(values)
    first = next(n for n in range(150, 230) if differ_anywhere(values[: n + 1]))
    assert first <= seen[0] <= first + 25


def test_nothing_changes_in_a_constant_stream() -> None:
    for value in (0.0, 0.3, 1.0):
        window, seen = watched([value] * 1500)
        assert seen == []
        assert united(window)[0] == 1500


def test_false_alarms_are_rarer_than_delta_a_step() -> None:
    """At most delta at any one step: at delta = .002 that would be 20 in 20 streams of 500 steps."""
    alarms = sum(
        len(watched((np.random.default_rng(s).random(500) < 0.3).astype(float).tolist())[1]) for s in range(20)
    )
    assert alarms <= 0.002 * 20 * 500 / 4


def test_the_buckets_are_powers_of_two_and_few_and_keep_the_sums() -> None:
    values = RNG.random(3000).tolist()
    window, seen = watched(values)
    assert seen == []
    sizes = [size for size, _, _ in window]
    assert all(a >= b and a & (a - 1) == 0 for a, b in pairwise([*sizes, 1]))
    assert max(sizes.count(s) for s in set(sizes)) <= 5
    n, total, squares = united(window)
    assert (n, total) == (3000, pytest.approx(sum(values)))
    assert squares / n == pytest.approx(np.var(values))
