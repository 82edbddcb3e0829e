"""The user's own matrix: what is there is given as it is, and what is not can be learned from embeddings."""

import numpy as np
import pytest

from askance import ops
from askance.errors import BadLearner, MissingSignal
from askance.learners.precomputed import PrecomputedLearner
from askance.protocols import FitReport
from askance.samples import Samples, objects
from askance.signals import Signals

RNG = np.random.default_rng(0)
PROBS = RNG.dirichlet([1, 1, 1], 30)
VECTORS = RNG.normal(size=(30, 5)).astype(np.float32) + 3 * np.eye(5, dtype=np.float32)[np.arange(30) % 3]
LABELS = [("a", "b", "c")[n % 3] for n in range(30)]


def matrix(inner: Signals | None = None, offsets: np.ndarray | None = None, **columns: np.ndarray) -> Samples:
    ids = ops.key_ids(0, 30)
    return Samples(ids, "signals", Signals(ids, columns, inner, offsets), objects([str(n) for n in range(30)]))


def ready(samples: Samples, **options: object) -> PrecomputedLearner:
    learner = PrecomputedLearner(**options)  # type: ignore[arg-type]
    learner.prepare(samples)
    return learner


def test_probabilities_are_given_as_they_are_and_nothing_is_learned() -> None:
    pool = matrix(probs=PROBS, loss=PROBS[:, 0])
    learner = ready(pool)
    assert learner.provides == learner.cold == {"probs", "loss"}
    assert learner.classes == ("0", "1", "2")
    assert learner.fit(pool.take(np.arange(3)), ["x", "x", "x"]).chosen == {}
    rows = np.array([7, 2])
    signals = learner.signals(pool.take(rows), frozenset({"probs", "loss"}))
    np.testing.assert_array_equal(signals["probs"], PROBS[rows])
    np.testing.assert_array_equal(signals.ids, pool.ids[rows])


def test_a_fit_on_probabilities_says_nothing_but_measures_when_asked() -> None:
    pool = matrix(probs=PROBS)
    learner = ready(pool, classes=("a", "b", "c"))
    report = learner.fit(pool, LABELS)
    assert report == FitReport(seconds=report.seconds)
    right = np.mean(np.array(["a", "b", "c"])[PROBS.argmax(1)] == LABELS)
    assert learner.fit(pool, LABELS, validation=(pool, LABELS)).validation == {"accuracy": right, "n": 30}


def test_members_and_logits_stand_for_probabilities() -> None:
    for columns in ({"members": np.stack([PROBS, PROBS[::-1]], 1)}, {"logits": np.log(PROBS)}):
        pool = matrix(**columns)
        learner = ready(pool, classes=["a", "b", "c"])
        assert learner.cold == {"probs", *columns}
        assert learner.signals(pool, frozenset({"probs"}))["probs"].shape == (30, 3)
        assert learner.fit(pool, LABELS).chosen == {}


def test_embeddings_alone_get_a_head() -> None:
    pool = matrix(embeddings=VECTORS)
    learner = ready(pool, members=3)
    assert (learner.cold, learner.classes) == ({"embeddings"}, ())
    assert learner.provides == {"embeddings", "probs", "members"}
    with pytest.raises(MissingSignal, match="does not give probs before its first fit; it gives embeddings"):
        learner.signals(pool, frozenset({"probs"}))
    report = learner.fit(pool, LABELS, validation=(pool, LABELS))
    assert "C" in report.chosen
    assert report.validation["accuracy"] > 0.9
    assert learner.signals(pool, learner.provides)["members"].shape == (30, 3, 3)


def test_both_are_given_and_neither_is_changed() -> None:
    learner = ready(matrix(probs=PROBS, embeddings=VECTORS))
    signals = learner.signals(matrix(probs=PROBS, embeddings=VECTORS), frozenset({"embeddings"}))
    assert signals.names == {"embeddings"}
    np.testing.assert_array_equal(signals["embeddings"], VECTORS)


def test_what_is_inside_a_sample_comes_along() -> None:
    boxes = Signals(ops.key_ids(5, 60), {"probs": np.repeat(PROBS, 2, axis=0)})
    pool = matrix(boxes, np.arange(0, 61, 2), probs=PROBS)
    signals = ready(pool).signals(pool.take(np.array([4, 0])), frozenset({"inner"}))
    assert signals.inner is not None
    np.testing.assert_array_equal(signals.inner["probs"], PROBS[[4, 4, 0, 0]])


def test_many_columns_are_numbered_in_sorted_order() -> None:
    learner = ready(matrix(probs=np.full((30, 12), 1 / 12)))
    assert learner.classes[:2] == ("00", "01")
    assert list(learner.classes) == sorted(learner.classes)


def test_classes_must_fit_the_columns() -> None:
    with pytest.raises(BadLearner, match="3 columns, and there are 2 classes: a, b"):
        ready(matrix(probs=PROBS), classes=("a", "b"))
    with pytest.raises(BadLearner, match=r"in sorted order: \['a', 'b'\]"):
        PrecomputedLearner(classes=("b", "a"))


def test_what_is_missing_is_named() -> None:
    with pytest.raises(BadLearner, match=r"precomputed has not seen the pool yet; call prepare"):
        PrecomputedLearner().signals(matrix(probs=PROBS), frozenset({"probs"}))
    with pytest.raises(MissingSignal, match="precomputed does not give embeddings; it gives probs"):
        ready(matrix(probs=PROBS)).signals(matrix(probs=PROBS), frozenset({"embeddings"}))
