"""Confident learning against the paper's example, against a double loop, and on labels that were made wrong."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from askance import ops
from askance.audit import audit, joint_of
from askance.audit.joint import calibrated
from askance.errors import BadLabel, BadLearner, BadSignal
from askance.learners import make_learner
from askance.learners.out_of_fold import out_of_fold
from askance.samples import Samples, objects

CLASSES = ("ant", "bee", "cat")


def sample(n: int, noise: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ids, labels, the truth, and probabilities of a fair model: right as often as it says."""
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet([0.3] * 3, n)
    truth = (rng.random(n)[:, None] > np.cumsum(probs, 1)).sum(1)
    flip = rng.random(n) < noise
    given = np.where(flip, (truth + rng.integers(1, 3, n)) % 3, truth)
    return np.sort(ops.key_ids(0, n, seed)), given, truth, probs


def of(ids: np.ndarray, given: np.ndarray) -> dict[int, str]:
    return {int(i): CLASSES[c] for i, c in zip(ids, given, strict=True)}


def test_the_joint_of_the_paper() -> None:
    """Figure 1 of Northcutt et al.: foxes, dogs and cows, the counts and the joint they give."""
    counts = np.array([[100, 40, 20], [56, 60, 0], [32, 12, 80]])
    wanted = [[0.25, 0.1, 0.05], [0.14, 0.15, 0.0], [0.08, 0.03, 0.2]]
    np.testing.assert_allclose(calibrated(counts, counts.sum(1)), wanted, atol=1e-12)


def test_the_joint_by_a_double_loop() -> None:
    for seed in range(5):
        _, given, _, probs = sample(60, 0.2, seed)
        found = joint_of(given, probs)
        t = [np.mean([p[c] for p, g in zip(probs, given, strict=True) if g == c]) for c in range(3)]
        counts = np.zeros((3, 3), int)
        for p, g in zip(probs, given, strict=True):
            sure = [c for c in range(3) if p[c] >= t[c]]
            if sure:
                counts[g, max(sure, key=lambda c: p[c])] += 1
        np.testing.assert_allclose(found.thresholds, t)
        np.testing.assert_array_equal(found.counts, counts)
        rows = counts / counts.sum(1, keepdims=True) * np.bincount(given)[:, None]
        np.testing.assert_allclose(found.shares, rows / rows.sum())
        np.testing.assert_allclose(found.shares.sum(1), np.bincount(given) / len(given))


@pytest.mark.parametrize("noise", [0.1, 0.2, 0.3])
def test_how_many_labels_are_wrong(noise: float) -> None:
    """A model that is sure, and labels of which a known share is wrong: the joint says how many."""
    for seed in range(3):
        ids, given, truth, _ = sample(3000, noise, seed)
        rng = np.random.default_rng(seed)
        probs = 0.94 * np.eye(3)[truth] + 0.06 * rng.dirichlet(np.ones(3), 3000)
        found = audit(of(ids, given), probs, CLASSES, ids=ids)
        assert found.noise == pytest.approx((given != truth).mean(), abs=0.01)
        np.testing.assert_allclose(
            found.joint.shares, [[((given == g) & (truth == t)).mean() for t in range(3)] for g in range(3)], atol=0.01
        )


def test_methods_by_their_definitions() -> None:
    ids, given, _, probs = sample(200, 0.25, 1)
    shares = joint_of(given, probs).shares
    own = probs[np.arange(200), given]
    by_class, by_rate = set(), set()
    for c in range(3):
        rows = np.flatnonzero(given == c)
        by_class |= set(rows[np.argsort(own[rows])][: round(200 * (shares[c].sum() - shares[c, c]))].tolist())
        for other in {0, 1, 2} - {c}:
            gap = probs[rows, other] - own[rows]
            by_rate |= set(rows[np.argsort(-gap)][: round(200 * shares[c, other])].tolist())
    likelier = set(np.flatnonzero(probs.argmax(1) != given).tolist())
    row = {int(i): n for n, i in enumerate(ids)}
    for method, wanted in (("class", by_class), ("rate", by_rate), ("both", by_class & by_rate)):
        issues = audit(of(ids, given), probs, CLASSES, ids=ids, method=method).issues
        assert {row[i.id] for i in issues} == wanted & likelier
        assert issues
        margins = [i.margin for i in issues]
        assert margins == sorted(margins, reverse=True)
    sure = audit(of(ids, given), probs, CLASSES, ids=ids, method="sure")
    assert len(sure.issues) <= sure.joint.counts.sum() - np.trace(sure.joint.counts)


def test_wrong_labels_of_the_digits_are_found() -> None:
    """A tenth of 500 labels made wrong: most are found, and most that are named are wrong, for every seed."""
    x, y = load_digits(return_X_y=True)
    ids = ops.key_ids(0, 500)
    samples = Samples(ids, "array", x[:500], objects([str(n) for n in range(500)]))
    for seed in range(2):
        rng = np.random.default_rng(seed)
        wrong = rng.random(500) < 0.1
        given = np.where(wrong, (y[:500] + rng.integers(1, 10, 500)) % 10, y[:500])
        labels = [str(c) for c in given]
        learner = make_learner("sklearn:LogisticRegression(C=0.01,max_iter=300)", pool_kind="array")
        judged = out_of_fold(learner, samples, labels, seed=seed)
        found = audit(dict(zip(ids.tolist(), labels, strict=True)), judged.probs, judged.classes, ids=judged.ids)
        named = np.isin(ids, [i.id for i in found.issues])
        assert (named & wrong).sum() / wrong.sum() > 0.8
        assert (named & wrong).sum() / named.sum() > 0.7
        assert found.noise == pytest.approx(wrong.mean(), abs=0.05)
        worst = found.issues[0]
        assert worst.why.startswith(f"a model that has not seen this label says {worst.suggested} ")


def test_names_and_order_are_nothing() -> None:
    ids, given, _, probs = sample(120, 0.25, 2)
    found = audit(of(ids, given), probs, CLASSES, ids=ids)
    other = {"ant": "zebra", "bee": "yak", "cat": "wasp"}
    turned = {i: other[c] for i, c in of(ids, given).items()}
    order = np.random.default_rng(0).permutation(120)
    again = audit(turned, probs[order][:, ::-1], ("wasp", "yak", "zebra"), ids=ids[order])
    assert {(i.id, other[i.given], other[i.suggested]) for i in found.issues} == {
        (i.id, i.given, i.suggested) for i in again.issues
    }
    assert again.noise == pytest.approx(found.noise)


def test_out_of_fold_has_not_seen_the_label() -> None:
    """A learner that knows by heart what it was told says otherwise of what it was not."""
    ids = ops.key_ids(0, 40)
    rng = np.random.default_rng(0)
    samples = Samples(ids, "array", rng.normal(size=(40, 3)), objects([str(n) for n in range(40)]))
    labels = [str(c) for c in rng.integers(0, 2, 40)]
    tree = make_learner("sklearn:DecisionTreeClassifier", pool_kind="array")
    judged = out_of_fold(tree, samples, labels)
    truth = np.array(
        [judged.classes.index(dict(zip(ids.tolist(), labels, strict=True))[i]) for i in judged.ids.tolist()]
    )
    assert 0.2 < (judged.probs.argmax(1) == truth).mean() < 0.8  # there is nothing to learn
    order = rng.permutation(40)
    again = out_of_fold(tree, samples.take(order), [labels[n] for n in order])
    np.testing.assert_array_equal(judged.ids, again.ids)
    np.testing.assert_array_equal(judged.probs, again.probs)


def test_the_only_one_of_its_class_is_left() -> None:
    ids = ops.key_ids(0, 9)
    samples = Samples(ids, "array", np.arange(9.0)[:, None], objects([str(n) for n in range(9)]))
    judged = out_of_fold(make_learner("sklearn:GaussianNB", pool_kind="array"), samples, list("aaaabbbbc"))
    assert judged.left == {int(ids[8]): "it is the only one of its class"}
    assert judged.classes == ("a", "b", "c")
    assert len(judged.ids) == 8
    with pytest.raises(BadLearner, match="no class has two labels"):
        out_of_fold(make_learner("sklearn:GaussianNB", pool_kind="array"), samples.take(np.arange(3)), list("abc"))
    with pytest.raises(BadLearner, match="gives no probabilities"):
        out_of_fold(make_learner("sklearn:LinearSVC", pool_kind="array"), samples, list("aaaabbbbc"))


def test_what_cannot_be_audited_says_so() -> None:
    ids, given, _, probs = sample(20, 0.2, 0)
    labels = of(ids, given)
    with pytest.raises(BadLabel, match=r"method must be one of .* not 'bith'; did you mean 'both'"):
        audit(labels, probs, CLASSES, ids=ids, method="bith")
    with pytest.raises(BadLabel, match="no labels to audit"):
        audit({}, probs[:0], CLASSES, ids=ids[:0])
    with pytest.raises(BadSignal, match=r"probs must be \(20, 3\)"):
        audit(labels, probs[:, :2], CLASSES, ids=ids)
    with pytest.raises(BadLabel, match="has probabilities and no label"):
        audit({}, probs, CLASSES, ids=ids)
    with pytest.raises(BadLabel, match="is no class"):
        audit(dict.fromkeys(labels, "dog"), probs, CLASSES, ids=ids)
    for bad in (np.nan, 5.0):
        broken = probs.copy()
        broken[3, 0] = bad
        with pytest.raises(BadSignal, match=f"row 3 .sample {ops.hex_id(ids[3])}"):
            audit(labels, broken, CLASSES, ids=ids)


def test_one_class_has_no_errors() -> None:
    found = audit({1: "a", 2: "a"}, np.ones((2, 1)), ("a",), ids=np.array([1, 2], np.uint64))
    assert found.issues == ()
    assert found.noise == 0
