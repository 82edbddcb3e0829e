"""RMSE and its kin, and how honest their intervals are."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from askance import metrics
from askance.errors import BadLabel, BadSignal

RNG = np.random.default_rng(0)
T = RNG.normal(size=50)
P = T + 0.5 * RNG.normal(size=50)


def test_values_are_those_of_scikit_learn() -> None:
    found = metrics.measure_numbers([repr(float(t)) for t in T], P, (), "test")
    wanted = {
        "rmse@test": root_mean_squared_error(T, P),
        "log_rmse@test": np.log(root_mean_squared_error(T, P)),
        "mae@test": mean_absolute_error(T, P),
        "r2@test": r2_score(T, P),
    }
    assert {name: m.value for name, m in found.items()} == pytest.approx(wanted)
    assert all(m.low < m.value < m.high and m.n == 50 for m in found.values())


@pytest.mark.parametrize("name", ["rmse", "log_rmse", "mae", "r2"])
def test_about_95_of_100_intervals_hold_the_truth(name) -> None:
    """Normal truth with normal errors of deviation 1/2, 200 samples a time, 400 times."""
    truth = {"rmse": 0.5, "log_rmse": np.log(0.5), "mae": 0.5 * np.sqrt(2 / np.pi), "r2": 0.75}[name]
    rng, held = np.random.default_rng(1), 0
    for _ in range(400):
        t = rng.normal(size=200)
        m = getattr(metrics, name)(t, t + 0.5 * rng.normal(size=200))
        held += m.low <= truth <= m.high
    assert 0.92 <= held / 400 <= 0.98


def test_the_unit_of_the_numbers_is_that_of_the_error() -> None:
    small, large = metrics.rmse(T, P), metrics.rmse(1000 * T, 1000 * P)
    assert (large.value, large.low, large.high) == pytest.approx(
        (1000 * small.value, 1000 * small.low, 1000 * small.high)
    )


def test_ends() -> None:
    assert metrics.rmse(T, T) == metrics.Metric(0.0, 0.0, 0.0, 50)
    assert np.isfinite(metrics.log_rmse(T, T).value)
    one = metrics.rmse(np.array([1.0]), np.array([3.0]))
    assert (one.value, one.low, one.high, one.n) == (pytest.approx(2.0), 0.0, np.inf, 1)
    assert np.isnan(metrics.r2(np.ones(4), np.arange(4.0)).value)
    with pytest.raises(BadLabel, match="nothing to measure on"):
        metrics.mae(np.zeros(0), np.zeros(0))
    with pytest.raises(BadSignal, match="do not pair up"):
        metrics.mae(np.zeros(3), np.zeros(2))
    with pytest.raises(BadLabel, match="'cat' is none"):
        metrics.measure_numbers(["cat"], np.zeros(1), (), "test")


def test_labels_to_an_error_that_falls() -> None:
    assert metrics.labels_to_reach([10, 20, 30], [9.0, 5.2, 4.9], 5.0, falling=True) == 20
    assert metrics.labels_to_reach([10, 20, 30], [9.0, 8.0, 7.0], 5.0, falling=True) is None
    assert metrics.enough(5.0, falling=True) == pytest.approx(5.25)
    assert metrics.enough(0.8) == pytest.approx(0.76)
