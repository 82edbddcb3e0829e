"""scikit-learn's estimators as learners: by text, on arrays and on tables."""

import re

import numpy as np
import pyarrow as pa
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC

from askance import ops
from askance.errors import BadLearner, MissingSignal
from askance.learners.estimators import _class, parse_estimator
from askance.learners.features import read_features
from askance.learners.linear import LinearLearner
from askance.learners.sk import SklearnLearner
from askance.samples import Kind, Samples, objects
from askance.signals import Signals

X, Y = load_iris(return_X_y=True)
NAMES = [("setosa", "versicolor", "virginica")[c] for c in Y]


def samples(kind: Kind, data: object, n: int = 150) -> Samples:
    return Samples(ops.key_ids(0, n), kind, data, objects([str(i) for i in range(n)]))


def test_texts_become_estimators() -> None:
    assert parse_estimator("LogisticRegression(C=0.5)").C == 0.5
    assert parse_estimator(" SVC(kernel='rbf', gamma='auto') ").gamma == "auto"
    assert parse_estimator("SVC(class_weight={'a': 2.0})").class_weight == {"a": 2.0}
    assert parse_estimator("MLPClassifier(hidden_layer_sizes=(8, 4))").hidden_layer_sizes == (8, 4)
    assert type(parse_estimator("LabelPropagation")).__name__ == "LabelPropagation"  # found by asking for all
    steps = parse_estimator("StandardScaler | PCA(n_components=2) | SVC(C=3)")
    assert isinstance(steps, Pipeline)
    assert [type(step).__name__ for _, step in steps.steps] == ["StandardScaler", "PCA", "SVC"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "LogisticRegresion()",
            "scikit-learn has no estimator 'LogisticRegresion'; did you mean 'LogisticRegression'?",
        ),
        ("SVC(c=1)", "SVC has no parameter 'c'; did you mean 'C'?"),
        ("SVC(depth=1)", "SVC has no parameter 'depth'; it has C, kernel, degree,"),
        ("SVC(C=-1)", "The 'C' parameter of SVC must be a float in the range (0.0, inf]"),
        ("SVC(1)", "SVC in 'SVC(1)' takes its parameters by name"),
        ("SVC(C=open('x'))", "C=open('x') in \"SVC(C=open('x'))\" must be a plain value"),
        ("SVC(**{'C': 1})", "** has no place"),
        ("SVC(", "cannot read the estimator 'SVC('"),
        ("svm.SVC()", "cannot read 'svm.SVC()'"),
        ("__import__('os')", "takes its parameters by name"),
        ("StandardScaler", "StandardScaler is no classifier"),
        ("SVC | LogisticRegression", "SVC in 'SVC | LogisticRegression' is no transformer"),
        ("VotingClassifier()", "VotingClassifier needs estimators, which no text can say"),
        ("LinearRegression()", "LinearRegression is no classifier"),
    ],
)
def test_wrong_texts_say_what_is_right(text: str, message: str) -> None:
    with pytest.raises(BadLearner, match=re.escape(message)):
        parse_estimator(text)


def test_it_is_the_estimator_itself() -> None:
    pool = samples("array", X)
    learner = SklearnLearner(SVC(C=2, gamma="auto"))
    assert learner.provides == {"decision", "embeddings"}
    learner.fit(pool, NAMES)
    decision = learner.signals(pool, frozenset({"decision"}))["decision"]
    order = np.argsort(pool.ids)
    np.testing.assert_allclose(decision, SVC(C=2, gamma="auto").fit(X[order], Y[order]).decision_function(X))
    with pytest.raises(MissingSignal, match="SVC does not give probs; it gives decision, embeddings"):
        learner.signals(pool, frozenset({"probs"}))
    two = Y < 2
    learner.fit(pool.take(two), [n for n, t in zip(NAMES, two, strict=True) if t])
    assert learner.signals(pool, frozenset({"decision"}))["decision"].shape == (150,)


def test_ridge_has_decisions_only_and_trees_have_probabilities_only() -> None:
    assert SklearnLearner(RidgeClassifier()).provides == {"decision", "embeddings"}
    assert SklearnLearner(RandomForestClassifier()).provides == {"probs", "embeddings"}
    assert SklearnLearner(SVC(), calibrate="sigmoid").provides == {"probs", "decision", "embeddings"}


def test_the_seed_reaches_estimators_that_have_none() -> None:
    pool, probs = samples("array", X), frozenset({"probs"})

    def fitted(estimator: object, seed: int) -> np.ndarray:
        learner = SklearnLearner(estimator)
        learner.fit(pool, NAMES, seed=seed)
        return learner.signals(pool, probs)["probs"]

    free = RandomForestClassifier(5)
    fixed = make_pipeline(RandomForestClassifier(5, random_state=7))
    assert (fitted(free, 0) != fitted(free, 1)).any()
    np.testing.assert_array_equal(fitted(free, 2**40), fitted(free, 2**40))
    np.testing.assert_array_equal(fitted(fixed, 0), fitted(fixed, 1))
    assert free.random_state is None  # the caller's own object is left alone


def test_warnings_are_told_and_complaints_are_ours() -> None:
    pool = samples("array", X * [1, 1000, 1, 1])
    report = SklearnLearner(LogisticRegression(max_iter=2)).fit(pool, NAMES)
    assert "converge" in report.chosen["warnings"][0]
    learner = SklearnLearner(parse_estimator("KNeighborsClassifier(n_neighbors=20)"))
    learner.fit(pool.take(np.arange(45, 55)), NAMES[45:55])
    with pytest.raises(BadLearner, match="KNeighborsClassifier: Expected n_neighbors <= n_samples"):
        learner.signals(pool, frozenset({"probs"}))


def test_images_and_texts_are_sent_elsewhere() -> None:
    for learner in (SklearnLearner(SVC()), LinearLearner()):
        with pytest.raises(BadLearner, match=r"these are image; for photos name a network, as in onnx:model.onnx"):
            learner.fit(samples("image", objects(["a.png"] * 150)), NAMES)
        with pytest.raises(BadLearner, match="for texts use tfidf"):
            learner.prepare(samples("text", objects(["a"] * 150)))


def test_a_pipeline_may_read_texts() -> None:
    words = objects([f"the petal of a {name} is long" for name in NAMES])
    learner = SklearnLearner(make_pipeline(TfidfVectorizer(), MultinomialNB()), text=True)
    assert learner.provides == {"probs"}
    report = learner.fit(samples("text", words), NAMES, validation=(samples("text", words), NAMES))
    assert report.validation == {"accuracy": 1.0, "n": 150}


def mixed() -> pa.Table:
    return pa.table(
        {
            "age": pa.array([20, None, 40, 60], pa.int64()),
            "city": ["Bern", "Rome", None, "Bern"],
            "member": [True, False, None, True],
            "since": pa.array([0, 86400, 172800, None], pa.timestamp("s")),
            "empty": pa.array([None] * 4, pa.float64()),
            "same": [1, 1, 1, 1],
        }
    )


def test_tables_become_numbers() -> None:
    pool = samples("table", mixed(), 4)
    x = read_features(pool).inputs(pool)
    age = np.array([20, 40, 40, 60.0])  # the gap is at the median
    np.testing.assert_allclose(x[:, 0], (age - 40) / age.std())
    np.testing.assert_array_equal(x[:, 1:4], [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]])  # gap, Bern, Rome
    assert x.shape == (4, 6)  # `empty` and `same` tell nothing apart
    np.testing.assert_allclose(x[:, [4, 5]].mean(0), 0, atol=1e-12)


def test_words_not_seen_before_and_columns_that_are_gone() -> None:
    features = read_features(samples("table", mixed(), 4))
    new = mixed().slice(0, 1).set_column(1, "city", pa.array(["Oslo"]))
    np.testing.assert_array_equal(features.inputs(samples("table", new, 1))[0, 1:4], 0)
    with pytest.raises(BadLearner, match="the table has no column 'city'; it has age, member"):
        features.inputs(samples("table", mixed().drop(["city"]), 4))


def test_rare_words_are_unknown() -> None:
    names = [f"w{n % 80:02d}" for n in range(160)] + ["w79"]
    pool = samples("table", pa.table({"word": names}), 161)
    x = read_features(pool).inputs(pool)
    assert x.shape == (161, 50)
    assert x[-1].sum() == 1
    assert x[78].sum() == 0


def test_columns_that_are_no_features_are_named() -> None:
    with pytest.raises(BadLearner, match="the column 'tags' holds list"):
        read_features(samples("table", pa.table({"tags": [[1], [2]]}), 2))
    with pytest.raises(
        BadLearner, match=f"the column 'x' is infinite for the sample {ops.hex_id(ops.key_ids(0, 2)[1])}"
    ):
        read_features(samples("table", pa.table({"x": [1.0, np.inf]}), 2))
    with pytest.raises(BadLearner, match="no column of the table tells rows apart: same"):
        read_features(samples("table", pa.table({"same": [1, 1]}), 2))


def test_arrays_with_nan_name_the_sample() -> None:
    x = X.copy()
    x[3, 2] = np.nan
    with pytest.raises(BadLearner, match=f"first in feature 2 of sample {ops.hex_id(ops.key_ids(0, 150)[3])}"):
        LinearLearner().fit(samples("array", x), NAMES)
    with pytest.raises(BadLearner, match="features must be numbers"):
        LinearLearner().fit(samples("array", x.astype(object)), NAMES)


def test_embeddings_of_arrays_have_one_unit_unless_columns_are_incomparable() -> None:
    pool = samples("array", X)
    near = read_features(pool).embeddings(pool)
    np.testing.assert_allclose((near**2).sum(1).mean(), 1, atol=1e-5)
    ratio = near.std(0) / X.std(0)
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-4)
    far = samples("array", X * [1, 1, 1, 1e4])
    np.testing.assert_allclose(read_features(far).embeddings(far).std(0), 0.5, rtol=1e-4)


def test_pictures_as_arrays_are_flattened() -> None:
    pool = samples("array", X.reshape(150, 2, 2))
    learner = LinearLearner()
    learner.prepare(pool)
    assert learner.signals(pool, frozenset({"embeddings"}))["embeddings"].shape == (150, 4)
    assert learner.fit(pool, NAMES, validation=(pool, NAMES)).validation["accuracy"] > 0.95


def test_embeddings_made_elsewhere_are_features() -> None:
    pool = samples("signals", Signals(ops.key_ids(0, 150), {"embeddings": X.astype(np.float32)}))
    learner = SklearnLearner(LogisticRegression())
    learner.prepare(pool)
    np.testing.assert_array_equal(learner.signals(pool, frozenset({"embeddings"}))["embeddings"], X.astype(np.float32))
    assert learner.fit(pool, NAMES, validation=(pool, NAMES)).validation["accuracy"] > 0.95


def test_embeddings_wait_for_the_pool() -> None:
    with pytest.raises(BadLearner, match=r"SVC has not seen the pool yet; call prepare\(samples\)"):
        SklearnLearner(SVC()).signals(samples("array", X), frozenset({"embeddings"}))


def test_a_model_of_another_estimator_is_not_loaded(tmp_path) -> None:
    SklearnLearner(SVC(C=2)).save(tmp_path)
    with pytest.raises(BadLearner, match=r"fitted with estimator SVC\(C=2\), and this learner has SVC\(C=3\)"):
        SklearnLearner(SVC(C=3)).load(tmp_path)
    with pytest.raises(BadLearner, match="holds the learner 'sklearn', not 'linear'"):
        LinearLearner().load(tmp_path)


@pytest.mark.data
def test_real_tables(shared_data) -> None:
    from pyarrow import csv

    table = csv.read_csv(shared_data("tabular") / "german_credit.csv.gz")
    labels = np.array(table.column("label").to_pylist()).astype(str)
    pool = samples("table", table.drop(["label", "split"]), len(labels))
    train = np.arange(len(labels)) % 3 > 0
    learner = LinearLearner()
    learner.prepare(pool)
    test = (pool.take(~train), labels[~train])
    report = learner.fit(pool.take(train), labels[train], validation=test)
    assert report.validation["accuracy"] > 0.73  # always naming the commonest class gives 0.70


@pytest.mark.slow
def test_every_classifier_and_transformer_can_be_named() -> None:
    from sklearn.utils import all_estimators

    for name, kind in all_estimators(["classifier", "transformer"]):
        if not kind.__module__.startswith("sklearn.utils"):
            assert _class(name) is kind
