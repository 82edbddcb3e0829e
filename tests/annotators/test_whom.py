"""Whom to ask: in turn, and by interval estimates."""

from collections import Counter

import numpy as np
import pytest
from crowds import confusion, crowd

from askance.annotators import gather, ie_thresh, rewards_of, round_robin, upper_bounds
from askance.errors import BadLabel


def test_round_robin_is_even_and_goes_on() -> None:
    people = ("ann", "bob", "eve")
    first = round_robin(people, 4, each=2)
    assert first == [("ann", "bob"), ("eve", "ann"), ("bob", "eve"), ("ann", "bob")]
    rest = round_robin(people, 5, each=2, start=8)
    counts = Counter(name for asked in [*first, *rest] for name in asked)
    assert max(counts.values()) - min(counts.values()) <= 1
    with pytest.raises(BadLabel, match="each sample can be given to 1 to 3 people, not 4"):
        round_robin(people, 1, each=4)


def test_upper_bounds() -> None:
    """Rewards 1 0 | 1 1: mean .75, deviation .5, n = 4, and t of 3 degrees of freedom at .975 is 3.18245."""
    assert upper_bounds({"ann": (1, 1)})["ann"] == pytest.approx(0.75 + 3.1824463 * 0.5 / 2, abs=1e-6)
    assert upper_bounds({"ann": ()})["ann"] == pytest.approx(0.5 + 12.7062047 * np.sqrt(0.5) / np.sqrt(2), abs=1e-6)


def test_everybody_is_asked_first_and_the_worse_drop_out() -> None:
    skills = (0.95, 0.9, 0.5, 0.3)
    nobody: dict[str, tuple[float, ...]] = {f"person {j}": () for j in range(4)}
    assert set(ie_thresh(nobody)) == set(nobody)
    for seed in range(5):
        answers, _ = crowd([confusion(s) for s in skills], 150, seed)
        assert ie_thresh(rewards_of(answers)) == ("person 0", "person 1") or set(ie_thresh(rewards_of(answers))) == {
            "person 0",
            "person 1",
        }
        assert ie_thresh(rewards_of(answers), epsilon=1.0)[0] in ("person 0", "person 1")
        assert len(ie_thresh(rewards_of(answers), epsilon=0.0)) == 4


def test_rewards() -> None:
    rows = [(1, "a", "x"), (1, "b", "x"), (1, "c", "y"), (2, "a", "y"), (3, "b", "x"), (3, "c", "x")]
    assert rewards_of(gather(rows)) == {"a": (1.0,), "b": (1.0, 1.0), "c": (0.0, 1.0)}


def test_wrong_wishes() -> None:
    with pytest.raises(BadLabel, match="there is nobody to ask"):
        ie_thresh({})
    with pytest.raises(BadLabel, match="epsilon must be from 0 to 1"):
        ie_thresh({"a": ()}, epsilon=2)
