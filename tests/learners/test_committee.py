"""Committees: by bootstrap, by a forest's own trees, and never of one."""

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from askance import ops
from askance.errors import BadLearner
from askance.learners.committee import bootstrap
from askance.learners.linear import LinearLearner
from askance.learners.precomputed import PrecomputedLearner
from askance.learners.sk import SklearnLearner
from askance.learners.tfidf import TfidfLearner
from askance.samples import Samples

RNG = np.random.default_rng(0)
Y = np.arange(60) % 3
POOL = Samples(ops.key_ids(0, 60), "array", RNG.normal(size=(60, 3)) + Y[:, None], np.arange(60).astype(object))
LABELS = [("a", "b", "c")[c] for c in Y]


def said(learner: SklearnLearner, *names: str) -> list[np.ndarray]:
    learner.fit(POOL, LABELS, seed=1)
    signals = learner.signals(POOL, frozenset(names))
    return [signals[name] for name in names]


@pytest.mark.parametrize("forest", [RandomForestClassifier(12), ExtraTreesClassifier(12)])
def test_a_forest_is_its_own_committee(forest: object) -> None:
    learner = SklearnLearner(forest, members=4)
    said(learner)
    near = Samples(POOL.ids, "array", POOL.data + 0.5, POOL.names)
    signals = learner.signals(near, frozenset({"members", "probs"}))
    members, probs = signals["members"], signals["probs"]
    assert members.shape == (60, 4, 3)
    np.testing.assert_allclose(members.mean(1), probs, atol=1e-12)
    assert members.std(1).max() > 0.05


def test_every_tree_may_have_its_say() -> None:
    (members,) = said(SklearnLearner(RandomForestClassifier(5), members=5), "members")
    assert set(np.unique(members)) <= {0.0, 1.0}  # full-grown trees are certain
    with pytest.raises(BadLearner, match="more members than the 5 trees of RandomForestClassifier"):
        SklearnLearner(RandomForestClassifier(5), members=6)


def test_members_differ_and_their_mean_is_near_the_model() -> None:
    members, probs = said(SklearnLearner(GaussianNB(), members=20), "members", "probs")
    assert np.abs(members.mean(1) - probs).mean() < 0.05
    assert len({m.tobytes() for m in members.transpose(1, 0, 2)}) == 20


def test_without_probabilities_members_vote() -> None:
    learner = SklearnLearner(LinearSVC(), members=5)
    assert learner.provides == {"probs", "members", "decision", "embeddings"}
    members, probs = said(learner, "members", "probs")
    assert set(np.unique(members)) == {0.0, 1.0}
    np.testing.assert_allclose(probs, members.mean(1))


def test_disagreement_is_between_the_classes() -> None:
    """BALD of the bootstrap is largest where classes meet, and small in their midst."""
    x = np.concatenate([RNG.normal(-2, 1, 30), RNG.normal(2, 1, 30), [-6.0, 0.0, 6.0]])[:, None]
    pool = Samples(ops.key_ids(0, 63), "array", x, np.arange(63).astype(object))
    learner = LinearLearner(members=15)
    learner.fit(pool.take(np.arange(60)), ["left"] * 30 + ["right"] * 30)
    members = learner.signals(pool.take(np.arange(60, 63)), frozenset({"members"}))["members"]
    left, middle, right = ops.entropy_of(members.mean(1)) - ops.entropy_of(members).mean(1)
    assert middle > 5 * max(left, right)


def test_a_row_is_drawn_by_its_id_alone() -> None:
    ids = ops.key_ids(0, 60)
    order = RNG.permutation(60)
    counts = bootstrap(Y, ids, seed=2, members=3)
    np.testing.assert_array_equal(bootstrap(Y[order], ids[order], seed=2, members=3), counts[:, order])
    assert (bootstrap(Y, ids, seed=3, members=3) != counts).any()
    np.testing.assert_array_equal(bootstrap(Y, ids, seed=2, members=5)[:3], counts)  # more members: the same first


@pytest.mark.parametrize(
    "make",
    [
        lambda n: SklearnLearner(GaussianNB(), members=n),
        lambda n: LinearLearner(members=n),
        lambda n: TfidfLearner(members=n),
        lambda n: PrecomputedLearner(members=n),
    ],
)
def test_a_committee_of_one_is_refused(make: object) -> None:
    for n in (1, -3):
        with pytest.raises(BadLearner, match=f"members={n}; a committee needs at least 2"):
            make(n)  # type: ignore[operator]
