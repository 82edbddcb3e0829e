"""From a key to the next question on the screen, with 10,000 samples; benchmarks/page_speed.py prints the figures."""

from collections.abc import Callable
from statistics import quantiles

import pytest
from visits import Visit, timed

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_next_question_is_there_at_once(visit: Callable[..., Visit]) -> None:
    """A bound for a machine that does much else: what it holds is that no key waits for the network or a spinner."""
    v = visit("tenthousand", viewport={"width": 1280, "height": 860})
    times = timed(v, 100, 50)
    assert len(times) > 60  # a key that comes before the next question is there is nobody's answer
    assert quantiles([painted for _, painted in times], n=20)[-1] < 500  # ms
