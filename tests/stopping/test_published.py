"""The published criteria, each against values worked out by hand."""

from itertools import pairwise
from math import isnan

import numpy as np
import pytest

from askance import metrics
from askance import stopping as s
from askance.history import History, Round
from askance.metrics import kappa
from askance.stopping.change import f_change


def sure(*values: float) -> History:
    """Rounds with these mean top probabilities over the stop set."""
    return History(rounds=tuple(Round(i, 10 * i, 99, certainty={"mean_max_prob": v}) for i, v in enumerate(values)))


def batches(**each: list[float]) -> History:
    """Rounds with these figures of their batches."""
    n = len(next(iter(each.values())))
    return History(rounds=tuple(Round(i, 10 * i, 99, batch={k: v[i] for k, v in each.items()}) for i in range(n)))


def predicting(*sets: str) -> History:
    return History(rounds=tuple(Round(i, 10 * i, 99, stop_set=tuple(text)) for i, text in enumerate(sets)))


# -- change of the predictions -----------------------------------------------------------------------------------------


def test_classification_change_counts_the_last_round_alone() -> None:
    verdict = s.classification_change()(predicting("0000", "0011", "0111"))
    assert (verdict.stop, verdict.value) == (False, 0.25)
    assert verdict.why == "1 of 4 predictions on the stop set changed (0.2500), above 0"
    assert s.classification_change(at=0.25)(predicting("0011", "0111")).stop is True
    assert s.classification_change()(predicting("0000", "0111", "0111")).stop is True
    assert "2 rounds of predictions" in s.classification_change()(predicting("01")).why


def test_kappa_and_f_of_the_golden_pair() -> None:
    """[0,0,1,1] and [0,1,1,1]: kappa .5; class 1 has a = 2, b + c = 1, so 1 - 4/5; class 0 has a = 1, b + c = 1."""
    before, now = tuple("0011"), tuple("0111")
    assert kappa(before, now) == 0.5
    assert f_change(before, now, "1") == pytest.approx(0.2)
    assert f_change(before, now, "0") == pytest.approx(1 / 3)
    assert f_change(before, now) == pytest.approx((0.2 + 1 / 3) / 2)


def test_agreement_on_one_class_is_full_agreement() -> None:
    same = tuple("1111")
    assert kappa(same, same) == 1.0
    assert f_change(same, same) == f_change(same, same, "0") == 0.0
    assert s.stabilizing(k=1)(predicting("1111", "1111")).stop is True
    assert s.delta_f(k=1)(predicting("1111", "1111")).stop is True


def test_f_change_is_one_minus_sklearns_f() -> None:
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(0)
    a, b = (tuple(rng.choice(list("abc"), 200)) for _ in range(2))
    assert f_change(a, b) == pytest.approx(1 - f1_score(a, b, average="macro"))
    assert f_change(a, b, "b") == pytest.approx(1 - f1_score(a, b, labels=["b"], average=None)[0])


def test_delta_f_wants_every_one_of_the_last_k_rounds() -> None:
    history = predicting("0011", "0111", "0111", "0111")
    assert s.delta_f(k=2, positive="1")(history).stop is True
    verdict = s.delta_f(k=3, positive="1")(history)
    assert (verdict.stop, verdict.value) == (False, pytest.approx(0.2))
    assert "the F measure of '1' is estimated to have changed by 0.2000 at most in each of the last 3" in verdict.why
    assert "k=3 needs 4 rounds" in s.delta_f()(predicting("01", "01", "01")).why


# -- certainty ---------------------------------------------------------------------------------------------------------


def test_certainty_has_the_largest_entropy() -> None:
    found = metrics.certainty(np.array([[1.0, 0.0], [0.5, 0.5], [0.9, 0.1]]))
    assert found["max_entropy"] == pytest.approx(1.0)
    assert found["mean_entropy"] == pytest.approx((0 + 1 + 0.4689955935892812) / 3)
    assert metrics.relative_entropy(np.full((3, 7), 1 / 7)) == pytest.approx(1.0)


def test_entropy_mcs_and_expected_error() -> None:
    h = History(rounds=(Round(0, 9, 9, certainty={"max_entropy": 0.02, "mean_max_prob": 0.99}),))
    assert s.entropy_mcs()(h).stop is False
    assert s.entropy_mcs(at=0.02)(h).stop is True
    assert s.expected_error(at=0.011)(h).stop is True
    assert s.expected_error(at=0.009)(h).stop is False
    assert s.expected_error()(h).value == pytest.approx(0.01)


def test_max_confidence_is_strict() -> None:
    h = batches(max_entropy=[0.9, 0.001])
    assert s.max_confidence()(h).stop is False
    assert s.max_confidence(at=0.002)(h).stop is True


def test_oracle_accuracy_pools_answers() -> None:
    h = batches(answers=[10.0, 10.0, 2.0], foreseen=[0.5, 0.9, 1.0])
    assert s.oracle_accuracy(at=1)(h).stop is True
    two = s.oracle_accuracy(at=0.9, k=2)(h)
    assert (two.stop, two.value) == (True, pytest.approx(11 / 12))
    assert "11 of the 12 answers of the last 2 batches are what the model predicted (0.917)" in two.why
    assert s.oracle_accuracy(k=3)(h).value == pytest.approx(16 / 22)
    assert isnan(s.oracle_accuracy(k=4)(h).value)


# -- falling and levelling off -----------------------------------------------------------------------------------------


def test_batch_variance_falls_twice_in_a_row() -> None:
    assert s.batch_variance(by=0.0)(batches(variance=[0.3, 0.2, 0.1])).stop is True
    assert s.batch_variance(by=0.0)(batches(variance=[0.3, 0.2, 0.25, 0.2])).stop is False
    assert s.batch_variance(by=0.1)(batches(variance=[0.3, 0.25, 0.2])).stop is False
    assert "in 1 round in a row, to 0.2000; it stops at 2" in s.batch_variance(by=0.0)(batches(variance=[0.3, 0.2])).why


def test_contradictory_information() -> None:
    assert s.contradictory()(sure(0.9, 0.8, 0.7, 0.6)).stop is True
    assert s.contradictory()(sure(0.9, 0.8, 0.8, 0.6)).stop is False
    assert s.contradictory(k=1)(sure(0.8, 0.9)).stop is False
    assert isnan(s.contradictory()(sure(0.8)).value)


def test_performance_convergence_wants_a_new_best_and_a_small_rise() -> None:
    rule = s.performance_convergence(window=2, gain=0.01)
    assert rule(sure(0.5, 0.7, 0.9)).stop is False  # still rises
    found = rule(sure(0.9, 0.902, 0.904))
    assert (found.stop, found.value) == (True, pytest.approx(0.002))
    assert rule(sure(0.9, 0.904, 0.903)).stop is False  # not a new best
    assert rule(sure(0.9, 0.9, 0.9)).stop is False
    assert "3 rounds that measured it are needed, and there are 2" in rule(sure(0.9, 0.9)).why


def test_uncertainty_convergence_takes_the_median_of_the_hardest() -> None:
    rule = s.uncertainty_convergence(window=3, gain=0.01)
    h = batches(max_entropy=[0.5, 0.9, 0.498, 0.496])
    assert rule(h).value == pytest.approx(0.502 - 0.5)
    assert rule(h).stop is True
    assert rule(batches(max_entropy=[0.5, 0.9, 0.498, 0.6])).stop is False


# -- what the rounds record --------------------------------------------------------------------------------------------


def test_rounds_record_what_the_rules_read() -> None:
    """Real digits: what was foreseen of a batch is compared with its answers in the round after."""
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    from askance.learners.sk import SklearnLearner
    from askance.pools.held import HeldPool
    from askance.samples import Samples, objects
    from askance.simulate import simulate

    x, y = load_digits(n_class=3, return_X_y=True)
    ids = np.arange(len(x), dtype=np.uint64)
    names = objects([str(i) for i in ids])
    pool = HeldPool(Samples(ids, "array", x / 16, names), objects([str(v) for v in y]))
    found = simulate(
        pool,
        lambda: SklearnLearner(LogisticRegression(max_iter=200)),
        "margin",
        pool.answers(),
        batch=6,
        warmup=6,
        budget=24,
        stop_set=40,
        validation=0.1,
    )
    truth = pool.answers()
    first, *rest = found.rounds
    assert (first.foreseen, first.batch) == ((), {})
    for before, r in pairwise(rest):
        asked = before.picks[: len(before.foreseen)]
        assert all(p.why != "drawn at random to measure on" for p in asked)
        right = [truth[p.id] == g for p, g in zip(asked, before.foreseen, strict=True)]
        assert (r.batch["answers"], r.batch["foreseen"]) == (len(right), sum(right) / len(right))
        assert 0 <= before.batch["mean_entropy"] <= before.batch["max_entropy"] <= 1
    assert rest[-1].certainty["max_entropy"] >= rest[-1].certainty["mean_entropy"]
