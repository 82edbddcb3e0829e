"""Fast refits: closed forms against models that are really fitted anew, and their losses."""

from collections.abc import Callable

import numpy as np
import pytest

from askance.errors import BadLearner, BadStrategy
from askance.ops import softmax
from askance.ops.refit import Closed, Refit, expected, reduction, shares
from askance.ops.refit_loss import Kept, Log, Loss, Risk, ZeroOne
from askance.ops.refit_newton import curvature, lost, newton, regressed
from askance.ops.refit_parzen import parzen
from askance.ops.refit_ridge import ridge, widened
from askance.ops.refit_whole import Whole

L, E, S, C, D = 15, 20, 7, 4, 3
RNG = np.random.default_rng(0)
X, AT, SOME = RNG.normal(size=(L, D)), RNG.normal(size=(E, D)), RNG.normal(size=(S, D))
Y = np.append(np.arange(C), RNG.integers(0, C, L - C))
TABLE = RNG.random((C, C)) * (1 - np.eye(C))
LOSSES: list[Loss] = [ZeroOne(), Log(), Risk(TABLE)]
Make = Callable[[np.ndarray, np.ndarray], Refit]


def of_ridge(x: np.ndarray, y: np.ndarray) -> Closed:
    return ridge(x, y, C, AT, 0.5)


def of_parzen(x: np.ndarray, y: np.ndarray) -> Closed:
    return parzen(x, y, C, AT, 1.3, 0.7)


def brute(make: Make, loss: Loss) -> np.ndarray:
    """Every row with every label, each time a model of all the labels.  -> (S, C)."""
    fits = [[make(np.vstack([X, x]), np.append(Y, c)) for c in range(C)] for x in SOME]
    return np.array([[loss.of(m.now()).mean() for m in row] for row in fits])


@pytest.mark.parametrize("loss", LOSSES, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("make", [of_ridge, of_parzen])
def test_closed_forms_are_the_refits(make: Callable[..., Closed], loss: Loss) -> None:
    np.testing.assert_allclose(make(X, Y).after(SOME, loss), brute(make, loss), atol=1e-13)


@pytest.mark.parametrize("make", [of_ridge, of_parzen])
def test_what_a_change_of_mind_is_worth(make: Callable[..., Closed]) -> None:
    now = make(X, Y).now().argmax(1)
    got = make(X, Y).after(SOME, Kept(now))
    np.testing.assert_allclose(got, brute(make, Kept(now)), atol=1e-13)
    assert got.min() >= 0
    assert got.max() > 0


@pytest.mark.parametrize("make", [of_ridge, of_parzen])
def test_blocks_do_not_show(make: Callable[..., Closed], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make(X, Y).after(SOME, Log())
    monkeypatch.setattr("askance.ops.refit._CELLS", 3 * E * C)
    np.testing.assert_allclose(make(X, Y).after(SOME, Log()), whole, rtol=1e-12)


def test_ridge_is_scikit_learns() -> None:
    from sklearn.linear_model import Ridge

    theirs = Ridge(alpha=0.5).fit(X, np.eye(C)[Y]).predict(AT)
    ours = of_ridge(X, Y)
    np.testing.assert_allclose(ours.scores.T, theirs, atol=1e-12)
    np.testing.assert_allclose(ours.scores.sum(0), 1.0)
    positive = np.maximum(theirs, 0)
    np.testing.assert_allclose(ours.now(), positive / positive.sum(1, keepdims=True), atol=1e-12)


def test_parzen_counts_labels() -> None:
    """A label at the row itself counts 1; far away it counts nothing, and the prior is all there is."""
    model = parzen(np.zeros((2, 1)), np.array([0, 1]), 2, np.array([[0.0], [99.0]]), 1.0, 0.5)
    np.testing.assert_allclose(model.scores, [[1.25, 0.25], [1.25, 0.25]])
    after = model.after(np.zeros((1, 1)), ZeroOne())  # 2.25 of 3.5 at the first row, and no more known of the second
    np.testing.assert_allclose(after, [[(1 - 2.25 / 3.5 + 0.5) / 2] * 2])


def test_scores_that_are_all_negative_say_nothing() -> None:
    np.testing.assert_allclose(shares(np.array([[-1.0, -2.0], [3.0, -1.0]])), [[0.5, 0.5], [1.0, 0.0]])


def test_toy_of_the_golden_values() -> None:
    """papers.md 2.7: .3 * .2 + .7 * .1 = .13."""

    class Toy:
        def now(self) -> np.ndarray:
            return np.array([[0.5, 0.5]])

        def beliefs(self, x: np.ndarray) -> np.ndarray:
            return np.array([[0.3, 0.7]])

        def after(self, x: np.ndarray, loss: Loss) -> np.ndarray:
            return loss.of(np.array([[[0.8, 0.2], [0.1, 0.9]]]))

    assert expected(Toy(), np.zeros((1, 1)), ZeroOne()) == pytest.approx([0.13])
    assert reduction(Toy(), np.zeros((1, 1)), ZeroOne()) == pytest.approx([0.37])


# ------------------------------------------------------------------------------------------------------ Newton


def test_regression_is_at_its_least() -> None:
    w = regressed(widened(X), np.eye(C)[Y], 0.3)
    slope = widened(X).T @ (softmax(widened(X) @ w) - np.eye(C)[Y]) + 0.3 * w
    assert np.abs(slope).max() < 1e-5
    assert lost(widened(X), np.eye(C)[Y], w, 0.3) < lost(widened(X), np.eye(C)[Y], w * 1.01, 0.3)


def test_curvature_is_the_slope_of_the_slope() -> None:
    x, w, h = widened(X), RNG.normal(size=(D + 1, C)), 1e-5

    def slope(flat: np.ndarray) -> np.ndarray:
        v = flat.reshape(C, D + 1).T
        return np.asarray((x.T @ (softmax(x @ v) - np.eye(C)[Y]) + 0.3 * v).T.ravel())

    flat = w.T.ravel()
    steps = np.eye(len(flat)) * h
    wanted = np.array([(slope(flat + s) - slope(flat - s)) / (2 * h) for s in steps])
    np.testing.assert_allclose(curvature(x, softmax(x @ w), 0.3), wanted, atol=1e-7)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda v: type(v).__name__)
def test_newton_is_one_step_with_the_curvature_of_all_rows(loss: Loss) -> None:
    model = newton(X, Y, C, AT, 1.0)
    got = model.after(SOME, loss)
    for i, x in enumerate(SOME):
        rows = widened(np.vstack([X, x]))
        p = softmax(rows @ model.weights)
        for c in range(C):
            slope = rows.T @ (p - np.eye(C)[np.append(Y, c)]) + model.weights
            step = np.linalg.solve(curvature(rows, p, 1.0), slope.T.ravel()).reshape(C, D + 1).T
            wanted = loss.of(softmax(widened(AT) @ (model.weights - step))).mean()
            assert got[i, c] == pytest.approx(wanted, abs=1e-6)


def test_newton_is_close_to_refits() -> None:
    def make(x: np.ndarray, y: np.ndarray) -> Refit:
        return newton(x, y, C, AT, 1.0)

    got, wanted = make(X, Y).after(SOME, Log()), brute(make, Log())
    assert np.corrcoef(got.ravel(), wanted.ravel())[0, 1] > 0.99


def test_newton_says_when_it_would_be_too_wide() -> None:
    with pytest.raises(BadStrategy, match=r"50 classes and 60 dimensions.*3,050 wide.*refit='ridge'"):
        newton(np.zeros((50, 60)), np.arange(50), 50, np.zeros((1, 60)), 1.0)


# ---------------------------------------------------------------------------------------------- trained anew


def as_fit(x: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    number = np.searchsorted(np.array(list("abcd")), labels.astype(str))
    return lambda at: ridge(x, number, C, at, 0.5).now()


def test_a_model_trained_anew_is_the_closed_form() -> None:
    names = np.array(list("abcd"), dtype=object)
    whole = Whole(as_fit, X, names[Y], names, AT)
    np.testing.assert_allclose(whole.after(SOME, Log()), of_ridge(X, Y).after(SOME, Log()), atol=1e-13)
    np.testing.assert_allclose(whole.beliefs(SOME), of_ridge(X, Y).beliefs(SOME), atol=1e-13)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (lambda at: np.full((len(at), 3), 1 / 3), r"\(20, 4\).*not \(20, 3\)"),
        (lambda at: np.ones((len(at), 4)), "row 0"),
    ],
)
def test_a_model_that_says_something_else_is_refused(said: Callable[..., np.ndarray], wrong: str) -> None:
    whole = Whole(lambda x, labels: said, X, Y, np.arange(C), AT)
    with pytest.raises(BadLearner, match=wrong):
        whole.now()
