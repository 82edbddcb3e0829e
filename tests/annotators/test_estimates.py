"""Dawid & Skene, GLAD and CROWDLAB against published figures and crowds whose skill is known."""

from collections.abc import Callable

import numpy as np
import pytest
from crowds import CLASSES, accuracy, anaesthesia, confusion, crowd

from askance.annotators import (
    Answers,
    Consensus,
    against_truth,
    among_others,
    crowdlab,
    dawid_skene,
    gather,
    glad,
    majority,
)
from askance.errors import BadLabel, BadSignal

SKILLS = (0.95, 0.8, 0.5, 0.45, 0.4)
MIXED = [confusion(s) for s in SKILLS]
ALIKE = [confusion(0.7)] * 5
SEEDS = range(5)


def model(truth: np.ndarray, right: float, seed: int) -> np.ndarray:
    """(N, 4) probabilities whose largest is the truth with that probability."""
    rng = np.random.default_rng(seed + 100)
    guess = np.where(rng.random(len(truth)) < right, truth, rng.integers(0, 4, len(truth)))
    return 0.9 * np.eye(4)[guess] + 0.1 * rng.dirichlet(np.ones(4), len(truth))


METHODS: dict[str, Callable[[Answers], Consensus]] = {
    "majority": majority,
    "dawid_skene": lambda a: dawid_skene(a).consensus,
    "glad": lambda a: glad(a).consensus,
    "crowdlab": lambda a: crowdlab(a, model((a.ids % np.uint64(4)).astype(int), 0.5, 0)).consensus,
}


def test_the_anaesthetists() -> None:
    """Dawid & Skene 1979, tables 2 and 3: how common the grades are, and how the first observer errs."""
    found = dawid_skene(anaesthesia(), smoothing=0.0)
    assert found.converged
    np.testing.assert_allclose(found.prior, [0.40, 0.42, 0.11, 0.07], atol=5e-3)
    first = found.confusion[anaesthesia().people.index("one")]
    wanted = [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]]
    np.testing.assert_allclose(first, wanted, atol=5e-3)


def test_the_likelihood_by_enumeration() -> None:
    """All truths of three samples, one by one, give the log-likelihood that is reported."""
    answers, _ = crowd([confusion(0.6, 3)] * 3, 3, seed=4)
    found = dawid_skene(answers, smoothing=0.0, rounds=3)
    table, total = answers.table(), 0.0
    for row in table:
        total += np.log(
            sum(found.prior[c] * np.prod([found.confusion[j, c, v] for j, v in enumerate(row)]) for c in range(3))
        )
    assert found.objective[-1] == pytest.approx(total, abs=1e-10)


@pytest.mark.parametrize("smoothing", [0.0, 0.01, 1.0])
def test_the_objective_never_falls(smoothing: float) -> None:
    for seed in SEEDS:
        answers, _ = crowd(MIXED, 80, seed, share=0.6)
        for found in (dawid_skene(answers, smoothing=smoothing), glad(answers)):
            assert found.converged
            assert np.diff(found.objective).min() >= -1e-8


def test_a_crowd_of_known_skill_is_recovered() -> None:
    """Each cell of each confusion matrix within five standard errors of the truth, which here is the sampling error."""
    for seed in SEEDS:
        answers, truth = crowd(MIXED, 1500, seed)
        found = dawid_skene(answers)
        each = np.bincount(truth)
        for j, matrix in enumerate(MIXED):
            error = np.sqrt(matrix * (1 - matrix) / each[:, None])
            assert (np.abs(found.confusion[j] - matrix) < 5 * error + 0.02).all()
        np.testing.assert_allclose([found.consensus.quality[f"person {j}"] for j in range(5)], SKILLS, atol=0.05)


def test_skill_is_worth_knowing() -> None:
    """Where skills differ all beat the majority, the first two in every draw; where they do not, nobody loses."""
    gains = {"dawid_skene": [], "glad": [], "crowdlab": []}
    level = {"dawid_skene": [], "glad": []}
    for seed in SEEDS:
        answers, truth = crowd(MIXED, 400, seed)
        plain = accuracy(majority(answers).chosen, truth)
        gains["dawid_skene"].append(accuracy(dawid_skene(answers).consensus.chosen, truth) - plain)
        gains["glad"].append(accuracy(glad(answers).consensus.chosen, truth) - plain)
        gains["crowdlab"].append(accuracy(crowdlab(answers, model(truth, 0.85, seed)).consensus.chosen, truth) - plain)
        answers, truth = crowd(ALIKE, 400, seed)
        plain = accuracy(majority(answers).chosen, truth)
        level["dawid_skene"].append(accuracy(dawid_skene(answers).consensus.chosen, truth) - plain)
        level["glad"].append(accuracy(glad(answers).consensus.chosen, truth) - plain)
    for name in ("dawid_skene", "glad"):
        assert min(gains[name]) > 0, name
        assert np.mean(gains[name]) > 0.04, name
    assert np.mean(gains["crowdlab"]) > 0.015  # it knows people by how often they agree, which is less
    for name, gain in level.items():
        assert np.mean(gain) > -0.01, name


def test_someone_who_always_says_the_opposite_is_understood() -> None:
    """Two classes, two who are right and three who lie: the confusion matrices of the liars are turned round."""
    right, liar = confusion(0.9, 2), confusion(0.2, 2)
    answers, truth = crowd([right, right, right, liar, liar], 600, seed=2)
    found = dawid_skene(answers)
    assert accuracy(found.consensus.chosen, truth) > accuracy(majority(answers).chosen, truth) + 0.02
    assert glad(answers).ability[3:].max() < 0 < glad(answers).ability[:3].min()


def test_hard_samples_are_found() -> None:
    """Half of the samples are answered at random by all but the best: their ease is lower."""
    easy, _ = crowd([confusion(0.95)] * 6, 100, seed=0)
    hard, _ = crowd([confusion(0.25)] * 6, 100, seed=1)
    rows = [
        (int(a.ids[i]), a.people[p], a.classes[v])
        for a in (easy, hard)
        for i, p, v in zip(a.item, a.person, a.value, strict=True)
    ]
    both = gather(rows)
    ease = dict(zip(both.ids.tolist(), glad(both).ease, strict=True))
    assert np.median([ease[i] for i in easy.ids.tolist()]) > np.median([ease[i] for i in hard.ids.tolist()]) + 0.5


def test_crowdlab_by_hand() -> None:
    """Three samples, three people: every weight and every probability from the formulas of the paper."""
    rows = [(1, "a", "x"), (1, "b", "x"), (1, "c", "y"), (2, "a", "y"), (2, "b", "y"), (3, "a", "x"), (4, "c", "x")]
    probs = np.array([[0.6, 0.4], [0.3, 0.7], [0.2, 0.8], [0.9, 0.1]])
    found = crowdlab(gather(rows), probs)
    right = (2 / 3 + 1) / 2  # mean agreement with the majority, over samples 1 and 2
    # agreement with others: a 2 of 3 pairs, b 2 of 3, c 0 of 2; the commonest class is the majority's in 1 of 2
    w = {"a": 1 - (1 / 3) / 0.5, "b": 1 - (1 / 3) / 0.5, "c": 1e-6}
    m = 1.0 * np.sqrt(7 / 4)  # the model is right about both majorities
    assert found.right == pytest.approx(right)
    assert found.model == pytest.approx(m)
    assert found.consensus.quality == pytest.approx(w)
    x = {1: m * 0.6 + (w["a"] + w["b"]) * right + w["c"] * (1 - right), 2: m * 0.3 + 2 * w["a"] * (1 - right)}
    x |= {3: m * 0.2 + w["a"] * right, 4: m * 0.9 + w["c"] * right}
    total = np.array([m + w["a"] + w["b"] + w["c"], m + 2 * w["a"], m + w["a"], m + w["c"]])
    np.testing.assert_allclose(found.consensus.probs[:, 0], np.array(list(x.values())) / total, atol=1e-12)
    assert found.consensus.labels == {1: "x", 2: "y", 3: "y", 4: "x"}


def test_crowdlab_trusts_a_model_as_far_as_it_has_earned() -> None:
    answers, truth = crowd(MIXED, 300, seed=0, share=0.5)
    good, bad = (crowdlab(answers, model(truth, right, 0)) for right in (0.9, 0.3))
    assert good.model > 2 * bad.model
    assert accuracy(good.consensus.chosen, truth) > accuracy(bad.consensus.chosen, truth)


@pytest.mark.parametrize("name", METHODS)
def test_names_and_order_are_nothing(name: str) -> None:
    """Other names for people and classes, and rows in another order, change nothing but the names."""
    answers, truth = crowd(MIXED, 60, seed=3, share=0.9)
    rows = [
        (int(answers.ids[i]), answers.people[p], answers.classes[v])
        for i, p, v in zip(answers.item, answers.person, answers.value, strict=True)
    ]
    turned = {"ant": "zebra", "bee": "yak", "cat": "xerus", "dog": "wolf"}
    other = gather([(i, who[::-1], turned[label]) for i, who, label in rows[::-1]], classes=tuple(turned.values()))
    if name == "crowdlab":
        p = model(truth, 0.8, 0)
        a, b = crowdlab(answers, p).consensus, crowdlab(other, p[:, ::-1]).consensus
    else:
        a, b = METHODS[name](answers), METHODS[name](other)
    np.testing.assert_allclose(a.probs, b.probs[:, ::-1], atol=1e-6)
    clear = np.sort(a.probs, 1)[:, -1] - np.sort(a.probs, 1)[:, -2] > 1e-5
    assert clear.mean() > 0.7
    assert [turned[a.classes[c]] for c in a.chosen[clear]] == [b.classes[c] for c in b.chosen[clear]]
    for who, quality in a.quality.items():
        assert b.quality[who[::-1]] == pytest.approx(quality, abs=1e-5)


@pytest.mark.parametrize("name", METHODS)
def test_a_sample_that_nobody_answered_has_no_label(name: str) -> None:
    answers, _ = crowd(MIXED, 30, seed=1, share=0.5)
    gap = gather(
        [
            (int(answers.ids[i]), answers.people[p], answers.classes[v])
            for i, p, v in zip(answers.item, answers.person, answers.value, strict=True)
        ],
        ids=[5],
        classes=CLASSES,
    )
    found = METHODS[name](gap)
    assert 5 not in found.labels
    assert found.confidence[found.ids == 5] == 0
    np.testing.assert_allclose(found.probs.sum(1), 1)
    if name != "crowdlab":  # nor does it change what the others are
        np.testing.assert_allclose(
            found.probs[np.isin(found.ids, answers.ids[(answers.table() >= 0).any(1)])],
            METHODS[name](answers).probs[(answers.table() >= 0).any(1)],
            atol=1e-4,
        )


def test_one_person_alone_is_believed() -> None:
    alone = gather([(n, "ann", CLASSES[n % 3]) for n in range(12)])
    said = {n: CLASSES[n % 3] for n in range(12)}
    assert majority(alone).labels == said
    assert dawid_skene(alone).consensus.labels == said
    assert glad(alone).consensus.labels == said
    with pytest.raises(BadLabel, match="no sample has answers of two people"):
        crowdlab(alone, np.full((12, 3), 1 / 3))
    assert among_others(alone) == {}


def test_a_single_class() -> None:
    same = gather([(n, who, "x") for n in range(3) for who in ("ann", "bob")])
    assert dawid_skene(same).consensus.labels == {0: "x", 1: "x", 2: "x"}
    assert crowdlab(same, np.ones((3, 1))).consensus.labels == {0: "x", 1: "x", 2: "x"}
    with pytest.raises(BadLabel, match="all answers are 'x'"):
        glad(same)


def test_wrong_numbers_are_refused() -> None:
    answers, _ = crowd(MIXED, 5, seed=0)
    with pytest.raises(BadSignal, match=r"probs must be \(5, 4\).*not \(5, 3\)"):
        crowdlab(answers, np.full((5, 3), 1 / 3))
    p = np.full((5, 4), 0.25)
    for bad in (np.nan, 0.5):
        p[2, 1] = bad
        with pytest.raises(BadSignal, match=f"row 2 .sample {int(answers.ids[2]):016x}."):
            crowdlab(answers, p)
    with pytest.raises(BadLabel, match="smoothing must be 0 or more"):
        dawid_skene(answers, smoothing=-1)


def test_skill_by_gold_questions() -> None:
    answers, truth = crowd(MIXED, 400, seed=0)
    gold = {int(i): CLASSES[c] for i, c in zip(answers.ids[:200], truth[:200], strict=True)}
    found = against_truth(answers, gold)
    for j, skill in enumerate(SKILLS):
        m = found[f"person {j}"]
        assert m.n == 200
        assert m.value == (answers.table()[:200, j] == truth[:200]).mean()
        assert m.low < skill < m.high
    with pytest.raises(BadLabel, match=r"true label 'doge' .* is no class; did you mean 'dog'"):
        against_truth(answers, {int(answers.ids[0]): "doge"})


def test_intervals_hold_what_they_promise() -> None:
    """Of 200 people of known skill, about 95 in a hundred intervals cover it."""
    covered = []
    for seed in range(40):
        answers, truth = crowd(MIXED, 60, seed)
        gold = {int(i): CLASSES[c] for i, c in zip(answers.ids, truth, strict=True)}
        found = against_truth(answers, gold)
        covered += [found[f"person {j}"].low <= s <= found[f"person {j}"].high for j, s in enumerate(SKILLS)]
    assert 0.9 <= np.mean(covered) <= 0.99


def test_skill_by_the_others() -> None:
    rows = [(1, "a", "x"), (1, "b", "x"), (1, "c", "y"), (2, "a", "x"), (2, "b", "y"), (2, "c", "y"), (3, "a", "x")]
    found = among_others(gather(rows))
    # a: with sample 1 the others are split, half right; sample 2 the others say y. Sample 3 nobody else answered.
    assert {who: (m.value, m.n) for who, m in found.items()} == {"a": (0.0, 2), "b": (0.5, 2), "c": (0.0, 2)}
