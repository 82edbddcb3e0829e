"""The learners of numbers, under the contract of all learners and what is asked of them besides."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from contract import CHECKS, Case, fitted, ready, same_in_another_process

from askance import ops
from askance.errors import BadLabel, BadLearner
from askance.learners import make_learner
from askance.samples import Kind, Samples, objects
from askance.signals import Signals

RNG = np.random.default_rng(0)
N = 52
X = RNG.normal(size=(N, 4)) * [1, 10, 0.1, 1] + 3
Y = 20 + 5 * X[:, 0] - X[:, 1] + 0.5 * RNG.normal(size=N)
FOREST = "regressor:RandomForestRegressor(n_estimators=12)"
TEXTS = {
    "ridge": "ridge",
    "gp": "gp",
    "mlp": "mlp?width=8&depth=1&decay=2&members=2",
    "forest": FOREST,
    "boosting": "regressor:GradientBoostingRegressor(n_estimators=12)?members=2",
    "piped": "regressor:PCA(n_components=3) | BayesianRidge",
}
ABOUT_CLASSES = ("classes_are_sorted", "fit_reports", "one_class_alone", "labels_may_be_any_text")


def samples(kind: Kind, data: object) -> Samples:
    return Samples(ops.key_ids(0, N), kind, data, objects([f"row {n}" for n in range(N)]))


def case(text: str, every: Samples, **more: object) -> Case:
    labels = [repr(float(v)) for v in Y[:40]]
    unseen = every.take(np.arange(40, N))
    return Case(lambda: make_learner(text, pool_kind=every.kind), every.take(np.arange(40)), labels, unseen, **more)  # type: ignore[arg-type]


def table() -> pa.Table:
    return pa.table({"a": X[:, 0], "b": [None if n % 9 == 0 else float(v) for n, v in enumerate(X[:, 1])]})


CASES = {
    **{name: case(text, samples("array", X)) for name, text in TEXTS.items()},
    "ridge_table": case("ridge", samples("table", table())),
    "ridge_signals": case("ridge", samples("signals", Signals(ops.key_ids(0, N), {"embeddings": X}))),
}


@pytest.mark.parametrize(
    "check", [c for c in CHECKS if not c.__name__.endswith(ABOUT_CLASSES)], ids=lambda c: c.__name__
)
@pytest.mark.parametrize("name", CASES)
def test_contract(name, check, tmp_path: Path) -> None:
    check(CASES[name], tmp_path)


def test_another_process(tmp_path: Path) -> None:
    same_in_another_process(__name__, __file__, CASES, tmp_path)


@pytest.mark.parametrize("name", CASES)
def test_it_learns_and_its_report_says_how_well(name) -> None:
    case = CASES[name]
    report = ready(case).fit(case.samples, case.labels, validation=(case.unseen, [repr(float(v)) for v in Y[40:]]))
    assert report.validation["n"] == N - 40
    assert report.validation["rmse"] < 0.8 * Y[40:].std()


@pytest.mark.parametrize("name", ["ridge", "gp", "mlp", "piped"])  # trees break ties between splits by rounding
def test_the_unit_of_the_labels_is_that_of_what_is_said(name) -> None:
    """A thousand times the labels, and something added: the prediction follows, and the variance by the square."""
    case = CASES[name]
    learner, plain = ready(case), fitted(case, seed=0)
    learner.fit(case.samples, [repr(1000 * float(v) + 7) for v in case.labels], seed=0)
    ours, theirs = (m.signals(case.unseen, m.provides) for m in (learner, plain))
    np.testing.assert_allclose(ours["prediction"], 1000 * theirs["prediction"] + 7, rtol=1e-4)
    if "outputs" in ours.names:
        np.testing.assert_allclose(ours["outputs"], 1000 * theirs["outputs"] + 7, rtol=1e-4)
    if "variance" in ours.names:
        np.testing.assert_allclose(ours["variance"], 1e6 * theirs["variance"], rtol=1e-2)


@pytest.mark.parametrize("name", CASES)
def test_one_number_alone_teaches_nothing(name) -> None:
    case = CASES[name]
    with pytest.raises(BadLearner, match="all 40 labels are 3, and two different numbers"):
        ready(case).fit(case.samples, ["3.0"] * 40)


def test_labels_that_are_no_numbers_are_named() -> None:
    case = CASES["ridge"]
    with pytest.raises(BadLabel, match="'12,5' is none; write decimals with a point"):
        ready(case).fit(case.samples, ["12,5", *case.labels[1:]])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("regressor:SVC", "SVC is no regressor"),
        ("sklearn:SVR", "SVR is no classifier"),
        ("regressor:RandomForestRegresor", "did you mean 'RandomForestRegressor'"),
        ("gp?members=4", "'gp' has no option 'members'"),
        ("ridge?members=1", "at least 2"),
        ("mlp?decay=much", "decay=much in 'mlp.decay=much' must be a number"),
        ("mlp?depth=0", "depth of 1 or more"),
        (FOREST + "?members=13", "more members than the 12 trees"),
    ],
)
def test_bad_texts(text, what) -> None:
    with pytest.raises(BadLearner, match=what):
        make_learner(text, pool_kind="array")
