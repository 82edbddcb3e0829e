"""The models of numbers against the textbook, by brute force."""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from askance import ops
from askance.learners.estimators import parse_estimator
from askance.learners.gp import GP, surprise
from askance.learners.mlp import MLP
from askance.learners.regressor import Regressor
from askance.learners.ridge import STRENGTHS, Ridge

RNG = np.random.default_rng(1)
N, D = 30, 3
X = RNG.normal(size=(N, D))
Y = X @ [1.0, -2.0, 0.0] + 0.3 * RNG.normal(size=N) + 4
NEW = RNG.normal(size=(7, D))
IDS = ops.key_ids(0, N)


def plain_ridge(x: np.ndarray, y: np.ndarray, strength: float, new: np.ndarray) -> np.ndarray:
    d = x - x.mean(0)
    w = np.linalg.solve(d.T @ d + strength * np.eye(x.shape[1]), d.T @ (y - y.mean()))
    return y.mean() + (new - x.mean(0)) @ w


def test_ridge_is_ridge_and_its_strength_the_best_when_each_is_left_out() -> None:
    ridge = Ridge()
    chosen = ridge.fit(X, Y, IDS, 0)
    np.testing.assert_allclose(
        ridge.say(NEW, frozenset({"prediction"}))["prediction"], plain_ridge(X, Y, chosen["lambda"], NEW)
    )
    rest = [np.arange(N) != i for i in range(N)]
    one = [plain_ridge(X[r], Y[r], chosen["lambda"], X[~r])[0] for r in rest]
    # PRESS keeps the columns' centre while a row is left out with its intercept: equal to first order only
    assert chosen["left_out_rmse"] == pytest.approx(np.sqrt(np.mean((Y - one) ** 2)), rel=0.01)
    errors = {s * N: np.mean([(Y[~r] - plain_ridge(X[r], Y[r], s * N, X[~r])) ** 2 for r in rest]) for s in STRENGTHS}
    assert errors[chosen["lambda"]] < 1.01 * min(errors.values())


@pytest.mark.parametrize("width", [D, 60])
def test_the_variance_of_ridge_is_the_posterior(width) -> None:
    """With more columns than rows too, where most directions were never seen."""
    x, new = RNG.normal(size=(N, width)), RNG.normal(size=(5, width))
    ridge = Ridge()
    chosen = ridge.fit(x, Y, IDS, 0)
    d, e = x - x.mean(0), new - x.mean(0)
    inverse = np.linalg.inv(d.T @ d + chosen["lambda"] * np.eye(width))
    wanted = chosen["noise"] * (1 / N + np.einsum("nd,de,ne->n", e, inverse, e))
    np.testing.assert_allclose(ridge.say(new, frozenset({"variance"}))["variance"], wanted)


def test_a_member_of_ridge_is_fitted_on_the_rows_it_drew() -> None:
    from askance.learners.committee import bootstrap

    ridge = Ridge(3)
    chosen = ridge.fit(X, Y, IDS, 5)
    outputs = ridge.say(NEW, frozenset({"outputs"}))["outputs"]
    for s, times in enumerate(bootstrap(np.zeros(N, int), IDS, 5, 3)):
        rows = np.repeat(np.arange(N), times)
        np.testing.assert_allclose(outputs[:, s], plain_ridge(X[rows], Y[rows], chosen["lambda"], NEW))


def test_the_gaussian_process_is_that_of_scikit_learn() -> None:
    y = np.sin(2 * X[:, 0]) + 0.1 * RNG.normal(size=N)
    gp = GP()
    chosen = gp.fit(X, y, IDS, 0)
    kernel = ConstantKernel(chosen["signal"]) * RBF(chosen["length"])
    theirs = GaussianProcessRegressor(kernel, alpha=chosen["noise"], optimizer=None).fit(X, y - y.mean())
    mean, deviation = theirs.predict(NEW, return_std=True)
    said = gp.say(NEW, frozenset({"prediction", "variance"}))
    np.testing.assert_allclose(said["prediction"], mean + y.mean(), rtol=1e-6)
    np.testing.assert_allclose(said["variance"], deviation**2, rtol=1e-5)


def test_its_hyper_parameters_are_at_least_as_likely_as_those_of_scikit_learn() -> None:
    y = np.sin(2 * X[:, 0]) + 0.1 * RNG.normal(size=N)
    gp = GP()
    chosen = gp.fit(X, y, IDS, 0)
    kernel = ConstantKernel(1.0) * RBF(1.0) + WhiteKernel(0.1)
    theirs = GaussianProcessRegressor(kernel, n_restarts_optimizer=2, random_state=0).fit(X, y - y.mean())
    ours = ConstantKernel(chosen["signal"]) * RBF(chosen["length"]) + WhiteKernel(chosen["noise"])
    assert theirs.log_marginal_likelihood(ours.theta) > theirs.log_marginal_likelihood_value_ - 0.01


def test_the_slope_of_the_likelihood_is_right() -> None:
    squared = ((X[:, None] - X) ** 2).sum(2)
    at, step = np.array([0.3, -1.0]), 1e-5
    for i in range(2):
        to = np.eye(2)[i] * step
        by_hand = (surprise(at + to, squared, Y - 4)[0] - surprise(at - to, squared, Y - 4)[0]) / (2 * step)
        assert surprise(at, squared, Y - 4)[1][i] == pytest.approx(by_hand, rel=1e-5)


def test_the_layers_of_the_network_add_up_and_its_slopes_are_the_gradient() -> None:
    model = MLP(width=5, depth=2)
    model.fit(X, Y, IDS, 0)
    net = model.net
    assert net is not None
    hidden = model.say(NEW, frozenset({"hidden", "prediction"}))
    np.testing.assert_allclose(
        hidden["prediction"], net.at + net.size * (hidden["hidden"] @ net.weights[-1] + net.biases[-1])[:, 0]
    )
    into, step = net.layers(NEW), 1e-6
    slopes = net.slopes(into)
    for layer, row, column in ((0, 1, 2), (1, 3, 0), (2, 4, 0)):
        moved = [w.copy() for w in net.weights]
        moved[layer][row % len(moved[layer]), column] += step
        rise = (type(net)(tuple(moved), net.biases, net.at, net.size)(NEW) - net(NEW)) / (step * net.size)
        gradient = into[layer][:, row % len(moved[layer])] * slopes[layer][:, column]
        np.testing.assert_allclose(rise, gradient, atol=1e-4)


@pytest.mark.parametrize("text", ["RandomForestRegressor(n_estimators=6)", "GradientBoostingRegressor(n_estimators=6)"])
def test_trees_add_up_to_the_prediction(text) -> None:
    model = Regressor(parse_estimator(text, "regressor"))
    model.fit(X, Y, IDS, 0)
    said = model.say(NEW, frozenset({"hidden", "prediction"}))
    rest = said["prediction"] - said["hidden"].sum(1)
    np.testing.assert_allclose(rest, rest[0], atol=1e-5)  # what boosting starts from; 0 for a forest
