"""Reading several people's answers, and the majority of them."""

import numpy as np
import pytest

from askance import ops
from askance.annotators import gather, majority
from askance.errors import BadLabel

ROWS = [(3, "eve", "cat"), (1, "ann", "dog"), (1, "eve", "cat"), (3, "bob", "cat"), (1, "bob", "dog")]


def test_the_order_of_rows_cannot_show() -> None:
    a, b = gather(ROWS, ids=[7]), gather(ROWS[::-1], ids=[7, 1])
    for name in ("ids", "item", "person", "value"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert (a.people, a.classes) == (("ann", "bob", "eve"), ("cat", "dog"))
    assert a.table().tolist() == [[1, 1, 0], [-1, 0, 0], [-1, -1, -1]]
    assert a.votes().tolist() == [[1, 2], [2, 0], [0, 0]]


def test_one_persons_answers() -> None:
    alone = gather(ROWS).of("eve")
    assert alone.people == ("eve",)
    assert alone.table().tolist() == [[0], [0]]
    with pytest.raises(BadLabel, match="nobody is called 'bib' among 'ann', 'bob', 'eve'; did you mean 'bob'"):
        gather(ROWS).of("bib")


def test_what_cannot_be_read_says_so() -> None:
    with pytest.raises(BadLabel, match="there are no answers"):
        gather([])
    with pytest.raises(BadLabel, match="'cta' is not one of the classes 'cat', 'dog'; did you mean 'cat'"):
        gather([(1, "ann", "cta")], classes=("dog", "cat"))
    with pytest.raises(BadLabel, match="ann answered sample 0000000000000001 more than once"):
        gather([(1, "ann", "cat"), (2, "ann", "cat"), (1, "ann", "dog")]).table()


def test_majority() -> None:
    found = majority(gather(ROWS, ids=[7]))
    assert found.labels == {1: "dog", 3: "cat"}
    np.testing.assert_allclose(found.probs, [[1 / 3, 2 / 3], [1, 0], [0.5, 0.5]])
    np.testing.assert_allclose(found.confidence, [2 / 3, 1, 0])
    assert found.chosen.tolist() == [1, 0, -1]


def test_weighted_majority() -> None:
    found = majority(gather(ROWS), weights={"eve": 5.0, "bob": 0.0})
    assert found.labels == {1: "cat", 3: "cat"}
    np.testing.assert_allclose(found.probs[0], [5 / 6, 1 / 6])
    with pytest.raises(BadLabel, match="a weight is for 'bub', who has answered nothing; did you mean 'bob'"):
        majority(gather(ROWS), weights={"bub": 1.0})
    with pytest.raises(BadLabel, match="the weight of eve must be 0 or more, not -1"):
        majority(gather(ROWS), weights={"eve": -1.0})


def test_ties_are_fair_and_are_those_of_the_sample() -> None:
    ids = ops.key_ids(0, 3000).tolist()
    rows = [(i, who, label) for i in ids for who, label in (("a", "x"), ("b", "y"), ("c", "z"))]
    found = majority(gather(rows))
    counts = np.bincount(found.chosen, minlength=3)
    assert (np.abs(counts - 1000) < 4 * np.sqrt(3000 * 2 / 9)).all()  # four standard deviations of a fair draw
    some = majority(gather(rows[:300]))
    assert some.labels == {i: found.labels[i] for i in ids[:100]}
    assert majority(gather(rows), seed=1).labels != found.labels


def test_nobodys_vote_is_a_tie_of_those_who_count_nothing() -> None:
    found = majority(gather([(1, "ann", "cat"), (1, "bob", "dog")]), weights={"ann": 0, "bob": 0})
    np.testing.assert_allclose(found.probs, [[0.5, 0.5]])
