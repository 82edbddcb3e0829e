"""Numbers that were computed independently of this code."""

import numpy as np
import pytest

from askance.signals import Signals
from askance.spec import parse
from askance.view import View

ONE = [0.5, 0.3, 0.2]
THREE = [[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]]
OPPOSED = [[1.0, 0.0], [0.0, 1.0]]
NEARLY = [[0.9, 0.1], [0.1, 0.9]]
ALIKE = [[0.6, 0.4], [0.6, 0.4]]


def of_probs(text: str, *rows: list[float]) -> np.ndarray:
    signals = Signals(np.arange(len(rows)), {"probs": np.array(rows)})
    return np.asarray(parse(text)(View(signals, 1)).get("utility"))


def of_members(text: str, *rows: list[list[float]]) -> np.ndarray:
    signals = Signals(np.arange(len(rows)), {"members": np.array(rows)})
    return np.asarray(parse(text)(View(signals, 1)).get("utility"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("least_confidence", 0.5),
        ("margin", 0.8),
        ("ratio", 0.6),
        ("entropy", 1.0296530140645737),
        ("entropy(normalised=True)", 0.9372305632161295),
        ("gini", 1 - 0.25 - 0.09 - 0.04),
    ],
)
def test_uncertainty_of_one_prediction(text: str, wanted: float) -> None:
    assert of_probs(text, ONE)[0] == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("bald", 0.3510559670891591),
        ("consensus_kl", 0.35105596708915915),
        ("consensus_entropy", 1.0986122886681096),
        ("mean_std", 0.2849723409403921),
        ("variation_ratios", 0.6666666666666667),
        ("vote_entropy", 1.0986123),
        ("max_kl", 0.8 * np.log(2.4) + 0.2 * np.log(0.3)),
    ],
)
def test_disagreement_of_three_members(text: str, wanted: float) -> None:
    assert of_members(text, THREE)[0] == pytest.approx(wanted, abs=1e-6 if text == "vote_entropy" else 1e-12)


@pytest.mark.parametrize(("members", "wanted"), [(OPPOSED, np.log(2)), (NEARLY, 0.3680642071684971), (ALIKE, 0.0)])
@pytest.mark.parametrize("text", ["bald", "consensus_kl"])
def test_bald_of_two_members(text: str, members: list[list[float]], wanted: float) -> None:
    assert of_members(text, members)[0] == pytest.approx(wanted, abs=1e-12)


def test_entropy_of_votes_two_one_none() -> None:
    votes = [[0.9, 0.1, 0.0], [0.6, 0.3, 0.1], [0.2, 0.8, 0.0]]
    assert of_members("vote_entropy", votes)[0] == pytest.approx(0.6365141682948128, abs=1e-6)
    assert of_members("variation_ratios", votes)[0] == pytest.approx(1 / 3)


def test_a_member_that_cannot_decide_splits_its_vote() -> None:
    """However the classes are ordered: one vote for each of two, and one split, is a draw."""
    votes = [[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]]
    assert of_members("variation_ratios", votes)[0] == pytest.approx(0.5)
    assert of_members("vote_entropy", votes)[0] == pytest.approx(np.log(2), abs=1e-6)


def test_kl_is_bald_is_the_jensen_shannon_divergence() -> None:
    members = np.random.default_rng(0).dirichlet(np.ones(5), (50, 4))
    mean = members.mean(1, keepdims=True)
    kl = (members * np.log(members / mean)).sum(2)
    signals = Signals(np.arange(50), {"members": members})

    def score(text: str) -> np.ndarray:
        return np.asarray(parse(text)(View(signals, 1)).get("utility"))

    np.testing.assert_allclose(score("consensus_kl"), kl.mean(1), atol=1e-12)
    np.testing.assert_allclose(score("bald"), kl.mean(1), atol=1e-12)
    np.testing.assert_allclose(score("max_kl"), kl.max(1), atol=1e-12)


@pytest.mark.parametrize("text", ["least_confidence", "margin", "ratio", "entropy", "gini"])
def test_two_classes_are_ranked_alike_by_all(text: str) -> None:
    p = np.linspace(0.01, 0.5, 40)
    assert (np.diff(of_probs(text, *np.stack([p, 1 - p], 1).tolist())) > 0).all()


@pytest.mark.parametrize("classes", [2, 10, 40, 1000])
def test_both_ways_to_the_two_likeliest_agree_with_sorting(classes: int) -> None:
    p = np.random.default_rng(classes).dirichlet(np.ones(classes), 200)
    ordered = np.sort(p, axis=1)
    np.testing.assert_allclose(of_probs("margin", *p.tolist()), 1 - (ordered[:, -1] - ordered[:, -2]))
    np.testing.assert_allclose(of_probs("ratio", *p.tolist()), ordered[:, -2] / ordered[:, -1])


def test_entropy_is_greatest_at_ln_c() -> None:
    assert of_probs("entropy", [0.25] * 4)[0] == pytest.approx(np.log(4))
    assert of_probs("entropy(normalised=True)", [0.25] * 4)[0] == pytest.approx(1.0)


def test_gradients_of_badge() -> None:
    """h = (1, 2), p = (.7, .2, .1): g = (p - e_y) x h, |g|^2 = .7, built and factored alike."""
    signals = Signals(
        np.arange(2), {"probs": [[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]], "embeddings": [[1.0, 2.0], [2.0, -1.0]]}
    )
    vectors = parse("gradients")(View(signals, 1)).get("vectors")
    built = vectors.array()
    np.testing.assert_allclose(built[0], [-0.3, -0.6, 0.2, 0.4, 0.1, 0.2], atol=1e-12)
    assert vectors.norms[0] == pytest.approx(0.7)
    np.testing.assert_allclose(vectors.to(vectors[np.array([0])]), ((built - built[0]) ** 2).sum(1), atol=1e-12)
