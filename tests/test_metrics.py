"""Metrics against scikit-learn and SciPy, and by hand on cases small enough to check on paper."""

from math import exp, isnan, log, nan

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from askance import metrics as m
from askance.errors import BadLabel, BadSignal
from askance.history import Metric

NAMES = np.array(["ant", "bee", "cat", "dog"])


@pytest.fixture
def answers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(truth, predicted, probs) of 400 samples, four unequal classes."""
    rng = np.random.default_rng(3)
    codes = rng.choice(4, 400, p=[0.6, 0.25, 0.1, 0.05])
    probs = rng.dirichlet([1.0] * 4, 400) + 1.2 * np.eye(4)[codes] * rng.random((400, 1))
    probs /= probs.sum(1, keepdims=True)
    return NAMES[codes], NAMES[probs.argmax(1)], probs


def test_values_are_those_of_scikit_learn(answers: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    truth, predicted, probs = answers
    assert m.accuracy(truth, predicted).value == pytest.approx(sk.accuracy_score(truth, predicted))
    assert m.balanced_accuracy(truth, predicted).value == pytest.approx(sk.balanced_accuracy_score(truth, predicted))
    assert m.macro_f1(truth, predicted).value == pytest.approx(sk.f1_score(truth, predicted, average="macro"))
    assert m.log_loss(truth, probs, NAMES).value == pytest.approx(sk.log_loss(truth, probs, labels=NAMES))
    assert m.kappa(truth, predicted) == pytest.approx(sk.cohen_kappa_score(truth, predicted))
    found = m.confusion(truth, predicted)
    assert found.classes == tuple(NAMES)
    np.testing.assert_array_equal(found.counts, sk.confusion_matrix(truth, predicted))


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (3, 10), (10, 10), (977, 1000), (1, 1)])
def test_wilson_is_scipys(hits: int, n: int) -> None:
    low, high = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    ours = m.wilson(hits, n)
    assert (ours.value, ours.n) == (hits / n, n)
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-12)
    assert 0 <= ours.low <= ours.value <= ours.high <= 1


def test_predicting_a_class_that_the_truth_lacks() -> None:
    truth, predicted = ["a", "a", "b", "b"], ["a", "c", "b", "b"]
    assert m.balanced_accuracy(truth, predicted).value == 0.75  # a: 1/2, b: 1; c has no truth to find
    assert m.macro_f1(truth, predicted).value == pytest.approx((2 / 3 + 1 + 0) / 3)


def test_bootstrap_covers_the_truth_and_repeats_by_seed() -> None:
    """40 draws from a classifier whose balanced accuracy is known: a 95 % interval should miss it about twice."""
    rng, missed, recall = np.random.default_rng(0), 0, np.array([0.9, 0.6])
    for _ in range(40):
        codes = rng.choice(2, 300, p=[0.7, 0.3])
        right = rng.random(300) < recall[codes]
        found = m.balanced_accuracy(NAMES[codes], NAMES[np.where(right, codes, 1 - codes)], resamples=200)
        missed += not found.low <= recall.mean() <= found.high
    assert missed <= 6
    truth = NAMES[codes]
    guess = np.roll(truth, 1)
    assert m.macro_f1(truth, guess, seed=1) == m.macro_f1(truth, guess, seed=1)
    assert m.macro_f1(truth, guess, seed=1) != m.macro_f1(truth, guess, seed=2)


def test_the_global_generator_is_left_alone(answers: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    before = str(np.random.get_state())  # noqa: NPY002
    m.measure(answers[0], answers[2], NAMES, "test")
    assert str(np.random.get_state()) == before  # noqa: NPY002


def test_log_loss_by_hand_and_of_the_impossible() -> None:
    probs = np.array([[0.5, 0.5], [0.25, 0.75]])
    assert m.log_loss(["a", "b"], probs, ["a", "b"]).value == pytest.approx((log(2) - log(0.75)) / 2)
    losses = [log(2), -log(0.75)]
    ends = stats.t.interval(0.95, 1, np.mean(losses), stats.sem(losses))
    found = m.log_loss(["a", "b"], probs, ["a", "b"])
    assert (found.low, found.high) == (0.0, pytest.approx(ends[1]))  # a loss is never below 0
    unknown = m.log_loss(["a", "z"], probs, ["a", "b"])
    assert unknown.value == pytest.approx((log(2) - log(np.finfo(float).eps)) / 2)
    assert np.isfinite(m.log_loss(["b"], np.array([[1.0, 0.0]], np.float32), ["a", "b"]).value)


def test_calibration_by_hand() -> None:
    """Two bins hold samples: .61 and .65 with one right of two, .95 with none right of one."""
    probs = np.array([[0.61, 0.39], [0.35, 0.65], [0.95, 0.05]])
    found = m.calibration(["a", "a", "b"], probs, ["a", "b"])
    assert found.bins == (m.Bin(pytest.approx(0.63), 0.5, 2), m.Bin(0.95, 0.0, 1))
    assert found.ece == pytest.approx(2 / 3 * 0.13 + 1 / 3 * 0.95)
    assert found.plain()["bins"][1] == [0.95, 0.0, 1]


def test_calibration_puts_edges_where_guo_does_and_a_sure_model_in_the_last_bin() -> None:
    found = m.calibration(["a", "a"], np.array([[0.5, 0.5], [1.0, 0.0]]), ["a", "b"], bins=2)
    assert [b.n for b in found.bins] == [1, 1]
    assert m.calibration(["a"] * 5, np.tile([1.0, 0.0], (5, 1)), ["a", "b"]).ece == 0.0


def test_temperature_golden() -> None:
    """golden.md: logits [2, 0] at T = 2 give .7311; right throughout, the ECE is what is missing to 1."""
    p = 1 / (1 + exp(-1))
    assert m.calibration(["a"], np.array([[p, 1 - p]]), ["a", "b"]).ece == pytest.approx(1 - 0.7310585786300049)


def test_kappa_golden() -> None:
    assert m.kappa([*"0011"], [*"0111"]) == 0.5
    assert m.kappa([*"0000"], [*"0000"]) == 1.0  # small-text and scikit-learn: 0/0
    assert m.kappa([*"0011"], [*"0011"]) == 1.0
    assert m.kappa([*"0000"], [*"1111"]) == 0.0
    assert m.kappa([*"01"], [*"10"]) == -1.0


def test_certainty_runs_from_knowing_nothing_to_being_sure() -> None:
    nothing = m.certainty(np.full((3, 4), 0.25))
    assert nothing == {"mean_entropy": pytest.approx(1.0), "max_entropy": pytest.approx(1.0), "mean_max_prob": 0.25}
    assert m.certainty(np.eye(4)) == {"mean_entropy": 0.0, "max_entropy": 0.0, "mean_max_prob": 1.0}
    assert m.certainty(np.ones((2, 1)))["mean_entropy"] == 0.0
    half = m.certainty(np.array([[0.5, 0.3, 0.2]]))["mean_entropy"]
    assert half == pytest.approx(0.9372305632161295)  # golden.md, H norm


def test_class_balance_names_the_empty_ones() -> None:
    assert m.class_balance(["b", "a", "b"], ["a", "b", "c"]) == {"a": 1, "b": 2, "c": 0}


def test_aubc_by_hand() -> None:
    assert m.aubc([10, 20, 40], [0.5, 0.7, 0.9]) == pytest.approx((10 * 0.6 + 20 * 0.8) / 30)
    assert m.aubc([10, 20, 40], [0.5, 0.7, 0.9], initial=False) == pytest.approx(0.8)
    assert m.aubc([10, 999], [0.5, 0.5]) == 0.5
    assert m.aubc([7], [0.25]) == 0.25
    assert m.aubc([20, 21, 22, 23], [0, 0.6, 0.8, 1.0], initial=False, over="queries") == pytest.approx(1.6 / 3)


@pytest.mark.data
def test_aubc_is_the_published_one(shared_data) -> None:  # type: ignore[no-untyped-def]
    """Margin sampling with an RBF-SVM on heart, seed 0, as Lu et al. 2023 published it to five decimals."""
    import csv

    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    folder = shared_data("aubc")
    table = np.loadtxt(folder / "heart.csv", delimiter=",", skiprows=1)
    x, y, n = table[:, :-1], table[:, -1], len(table)
    order = np.arange(n)
    np.random.default_rng(0).shuffle(order)
    train, test = order[: int(0.6 * n)], order[int(0.6 * n) :]
    np.random.default_rng(0).shuffle(train)
    scaler = StandardScaler().fit(x[train])
    a, b = scaler.transform(x[train]), scaler.transform(x[test])
    labeled, scores = np.arange(len(train)) < 20, []
    while True:
        model = SVC(gamma="auto").fit(a[labeled], y[train][labeled])
        scores.append(float(model.score(b, y[test])))
        free = np.flatnonzero(~labeled)
        if not len(free):
            break
        labeled[free[np.abs(model.decision_function(a[free])).argmin()]] = True
    with open(folder / "published.csv", newline="") as file:
        published = next(float(r["aubc"]) for r in csv.DictReader(file) if (r["dataset"], r["seed"]) == ("heart", "0"))
    ours = m.aubc(range(20, 20 + len(scores)), scores, initial=False, over="queries")
    assert round(ours, 5) == published


def test_labels_to_reach() -> None:
    labels, values = [10, 20, 30, 40], [0.5, 0.86, 0.8, 0.9]
    assert m.labels_to_reach(labels, values, reference=0.9) == 20
    assert m.labels_to_reach(labels, values, reference=0.9, fraction=1.0) == 40
    assert m.labels_to_reach(labels, values, reference=0.99) is None


def test_comparison_is_scipys() -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(0.8, 0.02, 12)
    b = a - rng.normal(0.01, 0.01, 12)
    found = m.compare(list(a), list(b))
    assert found.t_p == pytest.approx(stats.ttest_rel(a, b).pvalue)
    assert found.wilcoxon_p == pytest.approx(stats.wilcoxon(a, b).pvalue)
    ends = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))
    assert (found.wins + found.losses, found.n, found.holm_p) == (12, 12, found.t_p)


def test_comparison_of_the_same_and_of_one_seed() -> None:
    same = m.compare([0.5, 0.6, 0.7], [0.5, 0.6, 0.7])
    assert (same.difference, same.t_p, same.wilcoxon_p, same.wins) == (0.0, 1.0, 1.0, 0)
    steady = m.compare([0.18, 0.28, 0.38], [0.1, 0.2, 0.3])  # the same difference but for rounding
    assert steady.t_p < 1e-12
    tied = m.compare([0.5, 0.6, 0.7, 0.9], [0.5, 0.6, 0.5, 0.7])
    assert 0 < tied.wilcoxon_p <= 1
    one = m.compare([0.5], [0.25])
    assert one.difference == 0.25
    assert all(isnan(v) for v in (one.low, one.high, one.t_p, one.wilcoxon_p))


def test_holm_by_hand() -> None:
    assert m.holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert m.holm([0.5, 0.9]) == (1.0, 1.0)
    corrected = m.holm([0.02, nan, 0.5])
    assert corrected[0] == pytest.approx(0.04)
    assert isnan(corrected[1])


def test_many_are_compared_with_one_and_corrected_together() -> None:
    base = [0.7, 0.72, 0.71, 0.69]
    found = m.compare_all(
        {"random": base, "up": [v + 0.1 + i / 100 for i, v in enumerate(base)], "even": base}, "random"
    )
    assert set(found) == {"up", "even"}
    assert found["up"].holm_p == pytest.approx(2 * found["up"].t_p)
    with pytest.raises(BadLabel, match="did you mean 'random'"):
        m.compare_all({"random": base}, "randon")


def test_win_matrix() -> None:
    found = m.win_matrix({"a": [1, 2, 3, 4], "b": [0, 2, 4, 3]})
    assert found.shares[0, 1] == 0.625
    assert found.shares[1, 0] == 0.375
    assert np.isnan(np.diag(found.shares)).all()


def test_measure_names_all_by_their_share(answers: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    truth, predicted, probs = answers
    found = m.measure(truth, probs, NAMES, "validation")
    assert list(found) == [f"{name}@validation" for name in m.NAMES]
    assert found["accuracy@validation"] == m.accuracy(truth, predicted)
    assert all(isinstance(v, Metric) and v.low <= v.value <= v.high and v.n == 400 for v in found.values())


def test_what_bad_input_gets() -> None:
    with pytest.raises(BadLabel, match="3 true labels and 2 predictions"):
        m.accuracy(["a", "b", "a"], ["a", "b"])
    with pytest.raises(BadLabel, match="0 samples"):
        m.accuracy([], [])
    with pytest.raises(BadSignal, match=r"must be \(2, 2\)"):
        m.log_loss(["a", "b"], np.ones((2, 3)) / 3, ["a", "b"])
    with pytest.raises(BadLabel, match="point 2 has 15 after 20"):
        m.aubc([10, 20, 15], [0.1, 0.2, 0.3])
    with pytest.raises(BadLabel, match="point 1"):
        m.labels_to_reach([1, 2], [0.5, nan], 1.0)
    with pytest.raises(BadLabel, match="same seeds"):
        m.compare([0.5, 0.6], [0.5])
