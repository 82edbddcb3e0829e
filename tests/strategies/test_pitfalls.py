"""Mistakes found in other libraries: the same input, and the answer that theirs gets wrong."""

import numpy as np
import pytest

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.view import View


def pool(**columns: object) -> Signals:
    arrays = {name: np.asarray(a) for name, a in columns.items()}
    return Signals(ops.key_ids(0, len(next(iter(arrays.values())))), arrays)


def rows(signals: Signals, text: str, k: int, **context: object) -> list[int]:
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **context).ids.tolist()]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["entropy", "dbal(beta=1)", "margin", "least_confidence", "gini", "ratio"])
def test_saturated_predictions_are_not_asked_about_first(text: str) -> None:
    """p log p at p = 0 is NaN, which argmax and a reversed argsort put first: the surest sample (libact, acl21)."""
    signals = pool(probs=[[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]], embeddings=np.eye(3))
    assert rows(signals, text, 1) == [1]


def test_sampling_by_power_goes_towards_doubt() -> None:
    """A wrapper that samples must not forget which way the score points (baal: 9.7 of 10 were the confident ones)."""
    p = np.linspace(0.5, 1.0, 200)
    signals = pool(probs=np.stack([p, 1 - p], 1))
    picked = np.concatenate([rows(signals, "margin | power(beta=4.0)", 10, seed=s) for s in range(10)])
    assert picked.mean() < 70


def test_members_are_averaged_after_softmax_and_entropy_taken_after_that() -> None:
    """Averaging logits, or entropies in place of predictions, loses the disagreement (baal, modAL)."""
    signals = pool(members=[[[1.0, 0.0], [0.0, 1.0]]])
    for text in ("entropy", "consensus_entropy"):
        assert select(text, signals, 1).utility[0] == pytest.approx(np.log(2))


def test_variation_ratios_count_votes() -> None:
    """It is not least confidence under another name (DeepAL+, ALaaS): three members agree, however unsure."""
    unsure = [[0.51, 0.49]] * 3
    split = [[0.99, 0.01], [0.99, 0.01], [0.01, 0.99]]
    signals = pool(members=[unsure, split])
    assert rows(signals, "variation_ratios", 1) == [1]
    assert rows(signals, "least_confidence", 1) == [0]


def test_a_bald_of_zero_comes_last_in_power_bald() -> None:
    """log 0 must not be NaN, nor come first (ALFM)."""
    same, split = [[0.7, 0.3]] * 2, [[0.9, 0.1], [0.1, 0.9]]
    signals = pool(members=[same, split, same, split])
    for seed in range(5):
        assert set(rows(signals, "power_bald", 2, seed=seed)) == {1, 3}


@pytest.mark.parametrize("classes", [2, 10])
def test_badge_takes_the_longest_gradient_first(classes: int) -> None:
    """For 2 classes too, with fewer rows than classes, and without normalising the length away (small-text, alps)."""
    rng = np.random.default_rng(0)
    p, h = rng.dirichlet(np.ones(classes), 5), rng.normal(size=(5, 3))
    residual = p - np.eye(classes)[p.argmax(1)]
    length = (residual**2).sum(1) * (h**2).sum(1)
    assert rows(pool(probs=p, embeddings=h), "badge", 1) == [int(length.argmax())]


def test_no_two_strategies_are_the_same_under_two_names() -> None:
    """BADGE as a copy of least confidence (ALaaS), MeanSTD under the name of BADGE (DeepAL+)."""
    rng = np.random.default_rng(0)
    members = rng.dirichlet(np.ones(4), (300, 5))
    signals = pool(members=members, embeddings=rng.normal(size=(300, 6)))
    uncertain = ["least_confidence", "margin", "ratio", "entropy", "gini", "dbal", "badge", "information_density"]
    committee = ["bald", "max_kl", "mean_std", "power_bald", "variation_ratios", "vote_entropy"]
    spread = ["random", "kcenter", "kmeans", "typiclust", "density"]
    names = [*uncertain, *committee, *spread]
    assert len({tuple(rows(signals, name, 60)) for name in names}) == len(names)


def test_outliers_are_not_dense() -> None:
    """Weighting by the mean distance in place of the similarity prefers the sample that is like nothing (ALiPy)."""
    rng = np.random.default_rng(0)
    blob = np.array([5.0, 5.0]) + rng.normal(size=(50, 2))
    signals = pool(embeddings=np.concatenate([blob, [[50.0, -50.0]]]), probs=np.full((51, 2), 0.5))
    assert rows(signals, "information_density", 51)[-1] == 50
    assert 50 not in rows(signals, "density", 10)


def test_farthest_first_starts_from_what_is_labelled() -> None:
    """Not from row 0 because a comparison with None never holds (google's active-learning)."""
    signals = pool(embeddings=[[0.0], [1.0], [10.0], [4.0]])
    assert rows(signals, "kcenter", 2, labeled=signals.take(np.array([0, 1]))) == [2, 3]


def test_numbers_of_clusters_are_not_numbers_of_samples() -> None:
    """The first k rows whatever the data (DeepAL+'s k-means on a GPU): here the samples lie at the end."""
    e = np.concatenate([np.zeros((50, 2)), 10.0 + np.arange(10).reshape(5, 2)])
    assert set(range(50, 55)) <= set(rows(pool(embeddings=e), "kmeans", 6))


@pytest.mark.parametrize("text", ["kcenter", "kmeans", "typiclust", "density"])
def test_half_precision_does_not_overflow(text: str) -> None:
    """Squared distances in float16 are infinite at a feature scale of 60 (DeepAL+)."""
    e = (60.0 * np.random.default_rng(0).normal(size=(100, 64))).astype(np.float16)
    assert rows(pool(embeddings=e), text, 10) == rows(pool(embeddings=e.astype(np.float32)), text, 10)


@pytest.mark.parametrize("text", ["kcenter", "kmeans", "typiclust", "density", "information_density", "badge"])
def test_bytes_do_not_wrap_around(text: str) -> None:
    """Embeddings may be bytes, as pixels are: 200 + 100 is 300."""
    rng = np.random.default_rng(0)
    e, p = rng.integers(0, 256, (100, 8)).astype(np.uint8), rng.dirichlet(np.ones(3), 100)
    assert rows(pool(embeddings=e, probs=p), text, 10) == rows(pool(embeddings=e.astype(float), probs=p), text, 10)


@pytest.mark.parametrize("text", ["typiclust", "kmeans", "dbal"])
def test_candidates_that_are_all_alike_are_picked_once_each(text: str) -> None:
    """TypiClust returned duplicates in 6 of 10 runs where the data had copies (scikit-activeml)."""
    e = np.repeat(np.random.default_rng(0).normal(size=(4, 2)), 25, 0)
    signals = pool(embeddings=e, probs=np.full((100, 2), 0.5))
    for seed in range(10):
        assert len(set(rows(signals, text, 30, seed=seed))) == 30


def test_embeddings_too_large_to_square_are_an_error_and_no_endless_loop() -> None:
    from askance.errors import BadSignal

    e = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32) * np.float32(1e25)
    with pytest.raises(BadSignal, match="so large"):
        rows(pool(embeddings=e), "kmeans", 5)


def test_a_scorer_sees_each_row_alone_in_blocks() -> None:
    """Scores of a large pool, made block by block, are those of the whole at once."""
    p = np.random.default_rng(0).dirichlet(np.ones(10), 30_000)
    signals = pool(probs=p)
    view = View(signals, 1)
    from askance.spec import parse

    np.testing.assert_array_equal(parse("entropy")(view).get("utility"), ops.entropy_of(p))
