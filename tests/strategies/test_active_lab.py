"""ActiveLab: label or relabel on one scale."""

import numpy as np
import pytest

from askance.errors import BadSignal
from askance.select import select
from askance.signals import Signals
from askance.spec import parse
from askance.view import View

# Three people; sample 0 has three answers, sample 1 two, sample 2 one, sample 3 none.
ANSWERS = np.array([[0, 0, 1], [1, 1, -1], [0, -1, -1], [-1, -1, -1]], float)
PROBS = np.array([[0.6, 0.4], [0.3, 0.7], [0.2, 0.8], [0.9, 0.1]])


def scores(answers: np.ndarray, probs: np.ndarray) -> np.ndarray:
    signals = Signals(np.arange(len(probs)), {"probs": probs, "answers": answers})
    return np.asarray(parse("active_lab")(View(signals, 1)).get("utility"))


def test_by_hand() -> None:
    """Every weight and every score from the formulas of the two papers, a sample at a time."""
    right = (2 / 3 + 1) / 2
    w = np.array([1 - (1 / 3) / 0.5, 1 - (1 / 3) / 0.5, 1e-6])
    m, mean = np.sqrt(6 / 3), w.mean()
    wanted = []
    for row, p in zip(ANSWERS, PROBS, strict=True):
        said = [(w[j], v) for j, v in enumerate(row) if v >= 0]
        total = m + sum(weight for weight, _ in said)
        mixed = [
            (m * p[c] + sum(weight * (right if v == c else 1 - right) for weight, v in said)) / total for c in (0, 1)
        ]
        wanted.append(1 - (total * max(mixed) + mean * 0.5) / (total + mean))
    np.testing.assert_allclose(scores(ANSWERS, PROBS), wanted, atol=1e-12)


def test_one_answer_each() -> None:
    """Nobody can be weighed: everybody counts 1, and the model alone speaks for the label that was given."""
    found = scores(np.array([[0, -1], [-1, 1], [-1, -1]], float), PROBS[:3])
    np.testing.assert_allclose(found, [1 - (0.6 * 2 + 0.5) / 3, 1 - (0.7 * 2 + 0.5) / 3, 1 - (0.8 + 0.5) / 2])


def test_more_agreement_is_less_worth_asking() -> None:
    """Same model, same label: none, one, two, three answers that agree are ever surer, one that disagrees is not."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 200)
    crowd = np.where(rng.random((200, 4)) < 0.85, truth[:, None], rng.integers(0, 3, (200, 4)))
    cases = np.array([[-1, -1, -1, -1], [0, -1, -1, -1], [0, 0, -1, -1], [0, 0, 0, -1], [0, 0, 1, -1]])
    probs = np.vstack([np.tile([0.6, 0.3, 0.1], (5, 1)), 0.5 * np.eye(3)[truth] + 0.5 / 3])
    u = scores(np.vstack([cases, crowd]).astype(float), probs)[:5]
    assert u[0] > u[1] > u[2] > u[3]
    assert u[4] > u[2]


def test_people_in_another_order() -> None:
    rng = np.random.default_rng(1)
    answers, probs = rng.integers(-1, 4, (50, 6)).astype(float), rng.dirichlet(np.ones(4), 50)
    np.testing.assert_allclose(scores(answers, probs), scores(answers[:, ::-1], probs), atol=1e-12)


def test_samples_with_labels_are_picked_again() -> None:
    signals = Signals(np.arange(4), {"probs": PROBS, "answers": ANSWERS})
    assert 2 in select("active_lab", signals, 2).ids  # its one answer is against the model


def test_it_asks_again_where_labels_are_wrong() -> None:
    """80 more answers about 200 samples with two each, of which a fifth are wrong: better spent than at random."""
    gains = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, 3, 200)
        told = np.where(rng.random((200, 5)) < 0.7, truth[:, None], rng.integers(0, 3, (200, 5)))
        answers = np.where(np.arange(5) < 2, told, -1)
        guess = np.where(rng.random(200) < 0.7, truth, rng.integers(0, 3, 200))
        probs = 0.6 * np.eye(3)[guess] + 0.4 / 3
        asked = np.argsort(-scores(answers.astype(float), probs))[:80]
        drawn = rng.permutation(200)[:80]
        gains.append(right(answers, told, asked, truth) - right(answers, told, drawn, truth))
    assert np.mean(gains) > 0.02


def right(answers: np.ndarray, told: np.ndarray, asked: np.ndarray, truth: np.ndarray) -> float:
    """The share of right majorities, after one more answer to each of those asked about; a tie counts half."""
    more = answers.copy()
    more[asked, 2] = told[asked, 2]
    votes = (more[:, :, None] == np.arange(3)).sum(1)
    best = votes == votes.max(1, keepdims=True)
    return float((best[np.arange(len(truth)), truth] / best.sum(1)).mean())


def test_what_is_no_answer_says_so() -> None:
    with pytest.raises(BadSignal, match=r"from 0 to 1, or -1 for none; row 1 has \[2.0, -1.0\]"):
        scores(np.array([[0, 1], [2, -1]], float), PROBS[:2])
    with pytest.raises(BadSignal, match="answers has NaN"):
        select("active_lab", Signals(np.arange(2), {"probs": PROBS[:2], "answers": np.array([[0], [np.nan]])}), 1)
    with pytest.raises(BadSignal, match=r"answers must be \(N, J\)"):
        scores(np.zeros(4), PROBS)
