"""The forecast of learning curves: curves whose end is known, and what is refused."""

import numpy as np
import pytest

from askance.errors import BadLabel
from askance.history import History, Metric, Round
from askance.metrics import forecast, outlook

LABELS = np.arange(20, 220, 20)


def power(n: np.ndarray, a: float = 0.95, b: float = 0.5, c: float = 0.7) -> np.ndarray:
    return a - b * (n / 20.0) ** -c


def told(labels: np.ndarray, values: np.ndarray, left: int = 2000, n: int = 500) -> History:
    half = 1.96 * np.sqrt(values * (1 - values) / n)
    return History(
        rounds=tuple(
            Round(i, int(k), left - int(k), metrics={"accuracy@test": Metric(v, v - h, v + h, n)})
            for i, (k, v, h) in enumerate(zip(labels, values, half, strict=True))
        )
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_power_law_is_continued(seed: int) -> None:
    noise = 0.004 * np.random.default_rng(seed).standard_normal(len(LABELS))
    f = forecast(LABELS, power(LABELS) + noise, [0.012] * len(LABELS), until=800)
    span = f.at(600)
    assert span.low < span.middle < span.high < 1
    assert abs(span.middle - power(np.array([600.0]))[0]) < 0.02
    assert f.at(240).high - f.at(240).low < span.high - span.low


def test_labels_to_a_target_lie_around_the_true_number() -> None:
    true = 20 * (0.5 / 0.05) ** (1 / 0.7) - 200  # .95 - .5 (n / 20)^-.7 = .9
    found = forecast(LABELS, power(LABELS), [0.012] * 10, until=1000).labels_to(0.9)
    assert found.low is not None
    assert found.high is not None
    assert found.middle is not None
    assert found.low <= true <= found.high
    assert found.chance > 0.9
    assert found.sentence == (
        f"about {found.middle:,} more labels to reach 0.9 (80 % interval: {found.low:,} to {found.high:,})"
    )


def test_eighty_percent_of_made_up_curves_end_inside() -> None:
    """Curves from the families that the forecast knows, with noise and drift as real ones have."""
    rng = np.random.default_rng(0)
    later = np.arange(220, 620, 20)
    inside = []
    for _ in range(60):
        a, b, c = rng.uniform(0.7, 0.97), rng.uniform(0.2, 0.5), rng.uniform(0.4, 1.2)
        every = np.concatenate([LABELS, later])
        drift = 0.015 * np.cumsum(rng.standard_normal(len(every)) * np.sqrt(np.diff(np.log(every), prepend=np.log(19))))
        y = np.clip(power(every, a, b, c) + drift + 0.005 * rng.standard_normal(len(every)), 0, 1)
        low, _, high = forecast(LABELS, y[:10], [0.012] * 10, until=600, draws=300).band
        inside.append(np.mean((low <= y[10:]) & (y[10:] <= high)))
    assert 0.7 < np.mean(inside) < 0.95


def test_the_same_curve_gives_the_same_forecast() -> None:
    one, two = (forecast(LABELS, power(LABELS), until=500).paths for _ in range(2))
    assert np.array_equal(one, two)


def test_a_flat_curve_reaches_nothing_and_says_where_it_ends() -> None:
    left = forecast(LABELS, np.full(10, 0.8) + 0.003 * np.sin(LABELS), [0.012] * 10, until=1000).labels_to(0.95)
    assert (left.middle, left.high) == (None, None)
    assert left.chance < 0.5
    assert left.sentence.startswith("0.95 is not likely to be reached: the forecast with 1,000 labels is 0.8")


def test_far_ahead_there_are_few_points_and_the_last_is_the_one_asked_for() -> None:
    f = forecast(LABELS, power(LABELS), until=1_000_000)
    assert len(f.labels) <= 201
    assert f.labels[-1] == 1_000_000
    assert (np.diff(f.labels) > 0).all()


@pytest.mark.parametrize(
    ("labels", "values", "until", "said"),
    [
        (LABELS[:5], power(LABELS[:5]), 900, "needs 6 measured points, and there are 5: fewer would be guessing"),
        (LABELS, power(LABELS), 200, "a forecast looks ahead: 200 labels"),
        (LABELS, power(LABELS) * 2, 900, "shares from 0 to 1; point 1"),
        (LABELS[::-1], power(LABELS), 900, "must rise"),
        (LABELS, power(LABELS)[1:], 900, "as many values"),
    ],
)
def test_what_cannot_be_forecast_is_said(labels: np.ndarray, values: np.ndarray, until: int, said: str) -> None:
    with pytest.raises(BadLabel, match=said.replace("(", r"\(")):
        forecast(labels, values, until=until)


def test_at_asks_for_what_was_looked_at() -> None:
    with pytest.raises(BadLabel, match="is for 220 to 300 labels, not 900"):
        forecast(LABELS, power(LABELS), until=300).at(900)


# -- outlook -----------------------------------------------------------------------------------------------------------


def test_outlook_of_a_campaign() -> None:
    found = outlook(told(LABELS, power(LABELS)), "accuracy@test", 0.9)
    assert "more labels to reach 0.9 (80 % interval" in found.sentence
    assert found.forecast is not None
    assert found.forecast.labels[-1] == 1000  # five times what there is, not the 2,000 of the pool
    assert outlook(told(LABELS, power(LABELS), left=300), "accuracy@test", 0.9).forecast.labels[-1] == 300  # type: ignore[union-attr]


def test_outlook_says_why_there_is_none() -> None:
    few = outlook(told(LABELS[:3], power(LABELS[:3])), "accuracy@test", 0.9)
    assert few.forecast is None
    assert few.sentence == "6 measured rounds are needed for a forecast, and there are 3: fewer would be guessing"
    there = outlook(told(LABELS, power(LABELS)), "accuracy@test", 0.6)
    assert (there.sentence, there.reached) == ("0.6 was measured with 40 labels", 40)
    assert there.forecast is not None  # the curve goes on
    assert outlook(History(), "accuracy@test", 0.6).sentence.endswith("there are 0: fewer would be guessing")
    spent = outlook(told(LABELS, power(LABELS), left=200), "accuracy@test", 0.99)
    assert spent.sentence == "no sample is left to label, so there is nothing to forecast"
    for metric, target, said in (("ece@test", 0.5, "not of ece@test"), ("accuracy@test", 95, "such as 0.95, not 95")):
        with pytest.raises(BadLabel, match=said):
            outlook(told(LABELS, power(LABELS)), metric, target)
