"""Agreement against the figures of the literature."""

import numpy as np
import pytest
from crowds import anaesthesia, fleiss, krippendorff
from sklearn.metrics import cohen_kappa_score

from askance.annotators import cohen_kappa, fleiss_kappa, gather, krippendorff_alpha
from askance.annotators.answers import Answers
from askance.errors import BadLabel

# The table of Wikipedia's page on Fleiss' kappa: ten subjects, fourteen raters.
TEN = ["0 0 0 0 14", "0 2 6 4 2", "0 0 3 5 6", "0 3 9 2 0", "2 2 8 1 1", "7 7 0 0 0", "3 2 6 3 0", "2 5 3 2 2"]
TEN += ["6 5 2 1 0", "0 2 2 3 7"]


def of_counts(table: list[str]) -> Answers:
    rows = []
    for n, line in enumerate(table):
        said = [str(c) for c, times in enumerate(line.split()) for _ in range(int(times))]
        rows += [(n, f"rater {r}", c) for r, c in enumerate(said)]
    return gather(rows)


def test_fleiss() -> None:
    assert fleiss_kappa(fleiss()) == pytest.approx(0.4302445, abs=1e-7)  # his own example; he gives .430
    assert fleiss_kappa(of_counts(TEN)) == pytest.approx(0.210, abs=5e-4)


def test_krippendorff() -> None:
    assert krippendorff_alpha(krippendorff()) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(krippendorff(), level="interval") == pytest.approx(0.849, abs=5e-4)


def test_krippendorff_by_its_pairs() -> None:
    """Observed and expected disagreement summed over all pairs of answers, one by one."""
    a = krippendorff()
    lists = [a.value[a.item == i] for i in range(len(a.ids))]
    lists = [v for v in lists if len(v) > 1]
    every = np.concatenate(lists)
    seen = sum((v[:, None] != v[None]).sum() / (len(v) - 1) for v in lists) / len(every)
    chance = (every[:, None] != every[None]).sum() / (len(every) * (len(every) - 1))
    assert krippendorff_alpha(a) == pytest.approx(1 - seen / chance, abs=1e-12)


def test_cohen() -> None:
    said = ["yes yes"] * 20 + ["yes no"] * 5 + ["no yes"] * 10 + ["no no"] * 15
    rows = [(n, who, label) for n, pair in enumerate(said) for who, label in zip("ab", pair.split(), strict=True)]
    assert cohen_kappa(gather(rows), "a", "b") == pytest.approx(0.4, abs=1e-12)
    table = anaesthesia().of("two", "five").table()
    assert cohen_kappa(anaesthesia(), "five", "two") == pytest.approx(cohen_kappa_score(*table.T), abs=1e-12)


def test_two_people_who_guess_agree_by_chance() -> None:
    rng = np.random.default_rng(0)
    rows = [(n, who, str(rng.integers(3))) for n in range(4000) for who in ("a", "b", "c")]
    a = gather(rows)
    for kappa in (cohen_kappa(a, "a", "b"), fleiss_kappa(a), krippendorff_alpha(a)):
        assert abs(kappa) < 0.05
    same = gather([(n, who, str(n % 3)) for n in range(9) for who in ("a", "b")])
    for kappa in (cohen_kappa(same, "a", "b"), fleiss_kappa(same), krippendorff_alpha(same)):
        assert kappa == pytest.approx(1.0)


def test_where_there_is_nothing_to_measure() -> None:
    alone = gather([(1, "ann", "x"), (2, "ann", "y"), (3, "bob", "y")])
    with pytest.raises(BadLabel, match="ann and bob have no sample in common"):
        cohen_kappa(alone, "ann", "bob")
    with pytest.raises(BadLabel, match="no sample has two answers"):
        krippendorff_alpha(alone)
    with pytest.raises(BadLabel, match="0000000000000002 has 1 and 0000000000000001 has 2: use krippendorff_alpha"):
        fleiss_kappa(gather([(1, "ann", "x"), (1, "bob", "x"), (2, "ann", "y")]))
    same = gather([(1, "ann", "x"), (1, "bob", "x")])
    for measure in (krippendorff_alpha, fleiss_kappa, lambda a: cohen_kappa(a, "ann", "bob")):
        with pytest.raises(BadLabel, match="all answers that can be compared are 'x'"):
            measure(same)
    with pytest.raises(BadLabel, match="did you mean 'nominal'"):
        krippendorff_alpha(krippendorff(), level="nominel")
    with pytest.raises(BadLabel, match="classes must be numbers, not 'ant'"):
        krippendorff_alpha(gather([(1, "a", "ant"), (1, "b", "bee")]), level="interval")
