"""The learners that need no network, under the contract."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from contract import CHECKS, Case, same_in_another_process
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline

from askance import ops
from askance.learners import SemiSupervised, make_learner
from askance.learners.sk import SklearnLearner
from askance.protocols import Learner
from askance.samples import Kind, Samples, objects
from askance.signals import Signals

RNG = np.random.default_rng(0)
N = 52
CLASS = np.arange(N) % 3
X = RNG.normal(size=(N, 4)) + 2 * RNG.normal(size=(3, 4))[CLASS]
P = RNG.dirichlet([1, 1, 1], N)
WORDS = np.array(
    [["red apple", "green pear", "ripe fruit"], ["fast car", "blue bus", "road"], ["cold sea", "wave", "salt"]]
)


def samples(kind: Kind, data: object) -> Samples:
    return Samples(ops.key_ids(0, N), kind, data, objects([f"row {n}" for n in range(N)]))


def table() -> pa.Table:
    weight = [None if n % 7 == 0 else float(v) * 1000 for n, v in enumerate(X[:, 0])]
    colour = [None if n % 11 == 0 else ("red", "green", "blue")[c] if n % 4 else "red" for n, c in enumerate(CLASS)]
    return pa.table(
        {"weight": weight, "colour": pa.array(colour).dictionary_encode(), "flag": X[:, 1] > 0, "x": X[:, 2]}
    )


def texts() -> np.ndarray:
    return objects([" ".join(RNG.choice(WORDS[c], 3)) + f" the {n}" for n, c in enumerate(CLASS)])


def case(make: object, all_samples: Samples, names: tuple[str, ...] = ("a", "b", "c"), **more: object) -> Case:
    labels = [names[c % len(names)] for c in CLASS[:40]]
    return Case(make, all_samples.take(np.arange(40)), labels, all_samples.take(np.arange(40, N)), **more)  # type: ignore[arg-type]


def by(text: str, all_samples: Samples, **more: object) -> Case:
    return case(lambda: make_learner(text, pool_kind=all_samples.kind), all_samples, **more)


def offered(text: str, all_samples: Samples) -> Learner:
    """One that may learn from all samples, also those that it has no label of."""
    made = make_learner(text, pool_kind=all_samples.kind)
    assert isinstance(made, SemiSupervised)
    made.offer(all_samples, 0)
    return made


ARRAY, TABLE, TEXT = samples("array", X), samples("table", table()), samples("text", texts())
EMBEDDED = samples("signals", Signals(ops.key_ids(0, N), {"embeddings": X.astype(np.float32)}))
GIVEN = samples("signals", Signals(ops.key_ids(0, N), {"probs": P, "embeddings": X}))
TEXTS = make_pipeline(TfidfVectorizer(), SGDClassifier(loss="log_loss"))

CASES = {
    "linear on arrays": by("linear?members=3", ARRAY),
    "linear on tables": by("linear", TABLE),
    "logistic regression": by("sklearn:LogisticRegression(C=0.5)", ARRAY),
    "forest": by("sklearn:RandomForestClassifier(n_estimators=12)?members=4", TABLE),
    "svc": by("sklearn:SVC(kernel='rbf', gamma='auto')", ARRAY),
    "two classes": by("sklearn:LinearSVC?members=3", ARRAY, names=("a", "b")),
    "isotonic": by("sklearn:GaussianNB?calibrate=isotonic&members=2", ARRAY),
    "sigmoid": by("sklearn:SVC?calibrate=sigmoid", TABLE),
    "temperature": by("sklearn:KNeighborsClassifier(n_neighbors=3)?calibrate=temperature", EMBEDDED),
    "steps": by("sklearn:StandardScaler | PCA(n_components=2) | MLPClassifier(max_iter=20)", ARRAY, rtol=1e-5),
    "object": case(lambda: SklearnLearner(RandomForestClassifier(5)), ARRAY),
    "text pipeline": case(lambda: SklearnLearner(TEXTS, members=2, text=True), TEXT),
    "tfidf": by("tfidf?members=2&dims=8", TEXT, rtol=1e-5),
    "pseudo-labels": case(lambda: offered("pseudo:linear?delta=0.3", ARRAY), ARRAY),
    "pseudo-labels of tables": case(lambda: offered("pseudo:linear?delta=0.3&members=2", TABLE), TABLE),
    "pseudo-labels of texts": case(lambda: offered("pseudo:tfidf?delta=0.6&dims=8", TEXT), TEXT, rtol=1e-5),
    "pseudo-labels of signals": case(lambda: offered("pseudo:precomputed?delta=0.3", EMBEDDED), EMBEDDED),
    "precomputed embeddings": by("precomputed?members=2", EMBEDDED),
    "precomputed probs": case(
        lambda: make_learner("precomputed", pool_kind="signals", classes=("a", "b", "c")), GIVEN, learns=False
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
@pytest.mark.parametrize("name", CASES)
def test_contract(name: str, check: object, tmp_path: Path) -> None:
    check(CASES[name], tmp_path)  # type: ignore[operator]


def test_another_process_learns_the_same(tmp_path: Path) -> None:
    same_in_another_process(__name__, __file__, CASES, tmp_path)
