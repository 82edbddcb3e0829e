"""Agreement of answers that are grades, numbers or more than a word; and of all pairs of people at once."""

from itertools import combinations

import numpy as np
import pytest

from askance.annotators import cohen_kappa, distance_alpha, gather, interval_alpha, krippendorff_alpha, pairwise
from askance.errors import BadLabel

# Krippendorff 2011, "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
ROWS = [(u, f"o{j}", v) for j, line in enumerate(OBSERVERS) for u, v in enumerate(line.split()) if v != "."]


def test_grades_as_krippendorff_computes_them() -> None:
    told = gather(ROWS)
    found = [round(krippendorff_alpha(told, level), 3) for level in ("nominal", "ordinal", "interval")]
    assert found == [0.743, 0.815, 0.849]


def test_grades_are_in_the_order_of_numbers_not_of_text() -> None:
    rows = [(u, who, str(int(v) + 7)) for u, who, v in ROWS]  # 8, 9, 10, 11, 12: "10" < "8" as text
    assert krippendorff_alpha(gather(rows), "ordinal") == pytest.approx(krippendorff_alpha(gather(ROWS), "ordinal"))


def units() -> list[list[str]]:
    found: dict[int, list[str]] = {}
    for u, _, v in ROWS:
        found.setdefault(u, []).append(v)
    return list(found.values())


def test_by_any_distance_it_is_what_the_levels_have() -> None:
    told = gather(ROWS)
    assert distance_alpha(units(), lambda a, b: float(a != b)) == pytest.approx(krippendorff_alpha(told))
    square = krippendorff_alpha(told, "interval")
    assert distance_alpha(units(), lambda a, b: (float(a) - float(b)) ** 2) == pytest.approx(square)
    assert interval_alpha([[float(v) for v in u] for u in units()]) == pytest.approx(square)


def test_drawn_pairs_come_close_to_all_of_them() -> None:
    draw = np.random.default_rng(0)
    many = [[repr(float(x + e)) for e in draw.normal(size=2)] for x in draw.normal(0, 3, 300)]

    def apart(a: str, b: str) -> float:
        return abs(float(a) - float(b))

    every = distance_alpha(many, apart, pairs=10**6)
    drawn = distance_alpha(many, apart, pairs=5000)
    assert drawn == pytest.approx(every, abs=0.02)
    assert drawn != every
    assert drawn == distance_alpha(many, apart, pairs=5000), "the same again"


def test_all_pairs_at_once_are_cohens_one_by_one() -> None:
    draw = np.random.default_rng(0)
    people = [f"p{j}" for j in range(6)]
    truth = draw.integers(0, 3, 200)
    rows = [
        (i, who, "abc"[truth[i] if draw.random() < 0.7 else draw.integers(3)])
        for i in range(200)
        for who in draw.choice(people, 3, replace=False)
    ]
    told = gather(rows)
    found = {(p.one, p.other): p for p in pairwise(told)}
    assert set(found) == set(combinations(people, 2))
    for (one, other), p in found.items():
        assert p.kappa == pytest.approx(cohen_kappa(told, one, other))
        table = told.of(one, other).table()
        both = table[(table >= 0).all(1)]
        assert (p.n, p.alike) == (len(both), pytest.approx((both[:, 0] == both[:, 1]).mean()))


def test_pairs_with_nothing_to_compare() -> None:
    assert pairwise(gather([(1, "ann", "a"), (2, "bob", "a")])) == ()
    assert pairwise(gather([(1, "ann", "a"), (1, "bob", "a"), (2, "ann", "b")]))[0].kappa is None
    with pytest.raises(BadLabel, match="no sample has two answers"):
        distance_alpha([["a"], ["b"]], lambda a, b: 1.0)
    with pytest.raises(BadLabel, match="chance explains everything"):
        interval_alpha([[1.0, 1.0]])
