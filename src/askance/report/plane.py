"""A small pool in the plane and what a learner says of it, for pictures of what strategies pick.  Floor 6.

Three groups that the learner knows, one that it has seen no label of, and a few samples that are like nothing.
"""

from dataclasses import dataclass

import numpy as np

from askance import ops
from askance.learners.estimators import parse_estimator
from askance.learners.gp import GP
from askance.learners.sk import SklearnLearner
from askance.samples import Samples, objects
from askance.signals import Signals

# class, samples, labelled, centre, width
GROUPS = (
    ("a", 150, 5, (-2.3, 0.5), (0.85, 0.75)),
    ("b", 95, 4, (1.3, 1.6), (0.75, 0.55)),
    ("c", 55, 2, (0.7, -1.3), (0.5, 0.45)),
    ("b", 30, 0, (3.7, -1.7), (0.28, 0.3)),
)
OUTLIERS = ((-4.4, 3.1), (-4.3, -2.9), (-1.4, -3.0), (4.5, 3.0), (4.4, 0.6), (-0.9, 3.1), (2.2, -3.2))
REACH = (5.0, 3.6)  # the picture shows -5 to 5 and -3.6 to 3.6
MEMBERS, ROUNDS = 8, 6
MODEL = "Nystroem(gamma=0.12, n_components=40, random_state=0) | LogisticRegression(C=30)"


@dataclass(frozen=True)
class Plane:
    """pool (N,) and labelled (L,) Signals with every signal there is, labels (L,); learner: what said so."""

    pool: Signals
    labeled: Signals
    labels: np.ndarray
    learner: SklearnLearner

    def doubt(self, x: np.ndarray) -> np.ndarray:
        """Entropy of the prediction at places (n, 2), as a share of the most there can be.  -> (n,) in [0, 1]."""
        probs = self.learner.signals(samples(x), frozenset({"probs"}))["probs"]
        return ops.entropy_of(probs) / np.log(probs.shape[1])


def plane() -> Plane:
    """The same one each time."""
    x, y, known = points()
    learner = fitted(x[known], y[known])
    every = said(learner, x, x[known], y[known])
    return Plane(every.take(np.flatnonzero(~known)), every.take(np.flatnonzero(known)), y[known], learner)


def points() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places (N, 2), classes (N,), and which are labelled (N,)."""
    rng = np.random.default_rng(5)
    places = [centre + width * rng.normal(size=(n, 2)) for _, n, _, centre, width in GROUPS]
    classes = [np.full(n, name) for name, n, *_ in GROUPS]
    known = [np.arange(n) < labelled for _, n, labelled, *_ in GROUPS]
    lonely = len(OUTLIERS)
    x = np.concatenate([*places, np.array(OUTLIERS)])
    return x, np.concatenate([*classes, np.full(lonely, "a")]), np.concatenate([*known, np.zeros(lonely, bool)])


def samples(x: np.ndarray) -> Samples:
    return Samples(ops.key_ids(0, len(x)), "array", x, objects([str(row) for row in range(len(x))]))


def fitted(x: np.ndarray, y: np.ndarray) -> SklearnLearner:
    learner = SklearnLearner(parse_estimator(MODEL), MEMBERS)
    learner.fit(samples(x), [str(c) for c in y], seed=0)
    return learner


def said(learner: SklearnLearner, x: np.ndarray, known: np.ndarray, labels: np.ndarray) -> Signals:
    """Every signal that a strategy of ours reads.

    outputs   the members' predicted grade, were the classes grades 0, 1, 2; `prediction` is their mean, `hidden` what
              each adds to it
    variance  of the grade, by a Gaussian process
    target    what the model is for: the region of the group that it has seen no label of
    """
    here = learner.signals(samples(x), frozenset({"probs", "members", "decision"}))
    outputs = here["members"] @ np.arange(len(learner.classes))
    columns = {
        **here.columns,
        "embeddings": x,
        "frequencies": nearby(x, known, labels),
        "history": history(x, known, labels),
        "hidden": outputs / MEMBERS,
        "outputs": outputs,
        "prediction": outputs.mean(1),
        "target": np.exp(-((x - GROUPS[3][3]) ** 2).sum(1)),
        "variance": grade_variance(x, known, grades(labels)),
    }
    return Signals(here.ids, columns)


def grades(labels: np.ndarray) -> np.ndarray:
    """The classes as grades 0, 1, 2."""
    return np.searchsorted(np.unique(labels), labels).astype(float)


def grade_variance(x: np.ndarray, known: np.ndarray, y: np.ndarray) -> np.ndarray:
    gp = GP()
    gp.fit(known, y, ops.key_ids(0, len(y)), seed=0)
    return gp.say(x, frozenset({"variance"}))["variance"]


def nearby(x: np.ndarray, known: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How many labels of each class lie near, through a Gaussian window.  -> (N, C)."""
    window = np.exp(-((x[:, None] - known) ** 2).sum(2))
    return window @ (labels[:, None] == np.unique(labels)).astype(float)


def history(x: np.ndarray, known: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The class predicted after each of some rounds, in which ever more of the labels were known.  -> (N, R)."""
    order = np.argsort(np.arange(len(labels)) - np.searchsorted(labels, labels), kind="stable")  # classes in turn
    counts = np.linspace(4, len(labels), ROUNDS).astype(int)
    names = np.unique(labels)
    rounds = [fitted(known[order[:n]], labels[order[:n]]).predict(samples(x)) for n in counts]
    return np.stack([np.searchsorted(names, said.astype(str)) for said in rounds], 1).astype(float)
