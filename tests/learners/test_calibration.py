"""Calibrators: the golden numbers, and less surprise on rows that they were not fitted on."""

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.naive_bayes import GaussianNB

from askance import ops
from askance.errors import BadLearner
from askance.learners.calibration import (
    METHODS,
    Temperature,
    fit_calibrator,
    fit_isotonic,
    fit_sigmoid,
    fit_temperature,
    fit_vector,
    normalised,
    one_against_rest,
)
from askance.learners.logistic import log_losses
from askance.learners.sk import SklearnLearner
from askance.metrics import calibration
from askance.samples import Samples


def overconfident(n: int = 600, classes: int = 3, t: float = 2.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are t times too large for the labels drawn from them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, classes)) * 2
    y = np.array([rng.choice(classes, p=p) for p in softmax(logits, axis=1)])
    return logits * t, y


def test_the_golden_number() -> None:
    np.testing.assert_allclose(Temperature(2.0)(np.array([[2.0, 0.0]]))[0, 0], 0.7310585786300049, rtol=1e-15)


def test_temperature_finds_what_was_put_in() -> None:
    logits, y = overconfident(4000)
    assert 2.3 < fit_temperature(logits, y).t < 2.7


@pytest.mark.parametrize("seed", range(5))
def test_temperature_properties(seed: int) -> None:
    logits, y = overconfident(200, t=[0.2, 0.7, 1, 3, 20][seed], seed=seed)
    best = fit_temperature(logits, y)
    assert best.t > 0
    np.testing.assert_array_equal(best(logits).argmax(1), logits.argmax(1))
    np.testing.assert_allclose(fit_temperature(logits * 10, y).t, 10 * best.t, rtol=1e-6)
    losses = [log_losses(logits / t, y).mean() for t in (best.t, 1.0, best.t * 1.02, best.t / 1.02)]
    assert losses[0] <= min(losses) + 1e-12


def test_temperature_of_a_model_that_is_always_right_is_one() -> None:
    logits = np.eye(3)[[0, 1, 2, 1]] * 0.1
    assert fit_temperature(logits, np.array([0, 1, 2, 1])).t == 1.0


def test_vector_finds_what_was_put_in() -> None:
    """Labels drawn from softmax(w * logits + b)."""
    w, b = np.array([0.4, 1.0, 0.7]), np.array([0.8, -0.5, -0.3])
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20_000, 3)) * 3
    y = (softmax(w * logits + b, axis=1).cumsum(1) < rng.random((20_000, 1))).sum(1)
    found = fit_vector(logits, y)
    np.testing.assert_allclose(found.w, w, atol=0.03)
    np.testing.assert_allclose(found.b - found.b.mean(), b - b.mean(), atol=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_vector_properties(seed: int) -> None:
    """Never worse than the temperature where it was fitted; of the same scale; and finite where classes part."""
    logits, y = overconfident(60, t=[0.3, 1, 3, 20][seed], seed=seed)
    found, t = fit_vector(logits, y), fit_temperature(logits, y).t
    assert log_losses(found.w * logits + found.b, y).mean() <= log_losses(logits / t, y).mean() + 1e-9
    np.testing.assert_allclose(fit_vector(10 * logits, y).w, found.w / 10, rtol=1e-3)
    apart = np.eye(3)[[0, 1, 2, 1]] * 5
    sure = fit_vector(apart, np.array([0, 1, 2, 1]))(apart)
    assert 0.9 < sure.max() < 1 - 1e-6


def test_sigmoid_is_platts() -> None:
    """Equal to scikit-learn's, which fits the same targets on the same held-out decisions."""
    from sklearn.calibration import _SigmoidCalibration

    logits, y = overconfident(300, classes=2)
    z = one_against_rest(logits)[:, 1]
    theirs = _SigmoidCalibration().fit(z, y)
    ours = fit_sigmoid(logits, y)
    np.testing.assert_allclose([ours.a[1], ours.b[1]], [-theirs.a_, -theirs.b_], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(ours(logits)[:, 1], expit(ours.a[1] * z + ours.b[1]), atol=1e-6)


def test_isotonic_rises_and_is_right_on_average() -> None:
    logits, y = overconfident(500, classes=2)
    p = fit_isotonic(logits, y)(logits)
    order = np.argsort(logits[:, 1] - logits[:, 0])
    assert (np.diff(p[order, 1]) >= -1e-12).all()
    np.testing.assert_allclose(p[:, 1].mean(), y.mean(), atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("classes", [2, 4])
def test_calibrated_rows_are_probabilities_and_less_wrong(method: str, classes: int) -> None:
    logits, y = overconfident(1500, classes)
    fresh, truth = overconfident(1500, classes, seed=1)
    names = [str(c) for c in range(classes)]
    p = fit_calibrator(method, logits, y)(fresh)
    assert ops.first_bad_probs(p) is None
    before = calibration(truth.astype(str), softmax(fresh, axis=1), names).ece
    assert calibration(truth.astype(str), p, names).ece < before / 2


def test_odd_rows() -> None:
    np.testing.assert_allclose(normalised(np.array([[0.0, 0.0], [1.0, 3.0]])), [[0.5, 0.5], [0.25, 0.75]])
    extreme = one_against_rest(np.array([[1000.0, 0.0], [0.0, 0.0]]))
    assert np.isfinite(extreme).all()
    np.testing.assert_allclose(extreme[1], 0)


def test_a_learner_is_calibrated_on_what_it_was_not_trained_on() -> None:
    x, y = make_classification(900, 20, n_informative=4, n_redundant=12, random_state=0)
    names = np.array(["no", "yes"])[y]
    pool = Samples(ops.key_ids(0, 900), "array", x, np.arange(900).astype(object))
    train, test = pool.take(np.arange(300)), pool.take(np.arange(300, 900))
    errors = {}
    for method in (None, *METHODS):
        learner = SklearnLearner(GaussianNB(), calibrate=method)
        report = learner.fit(train, list(names[:300]))
        p = learner.signals(test, frozenset({"probs"}))["probs"]
        errors[method] = calibration(names[300:], p, learner.classes).ece
        assert method is None or report.chosen["calibration"] == method
        held = report.chosen.get("held_out_ece")
        assert (held is None) == (method is None)
        assert held is None or held["after"] < held["before"]
    assert max(errors[m] for m in METHODS) < 0.8 * errors[None], errors
    theirs = CalibratedClassifierCV(GaussianNB(), method="sigmoid", cv=5, ensemble=False).fit(x[:300], names[:300])
    ece = calibration(names[300:], theirs.predict_proba(x[300:]), ("no", "yes")).ece
    assert errors["sigmoid"] < ece + 0.03


def test_too_few_labels_are_said() -> None:
    pool = Samples(ops.key_ids(0, 4), "array", np.arange(4.0)[:, None], np.arange(4).astype(object))
    learner = SklearnLearner(GaussianNB(), calibrate="isotonic")
    assert learner.fit(pool, ["a", "a", "b", "b"]).chosen["calibration"].startswith("none: fewer than two classes")
    with pytest.raises(BadLearner, match=r"calibrate='platt'.*isotonic, sigmoid, temperature"):
        SklearnLearner(GaussianNB(), calibrate="platt")
    with pytest.raises(BadLearner, match="did you mean 'isotonic'"):
        SklearnLearner(GaussianNB(), calibrate="isotnic")
