"""First batches: stratified, zero-shot centroids, TCM's switch, and the recipes; none needs a label."""

import numpy as np
import pytest

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.strategy import RECIPES


def pool(**columns: object) -> Signals:
    arrays = {name: np.asarray(a) for name, a in columns.items()}
    return Signals(ops.key_ids(0, len(next(iter(arrays.values())))), arrays)


def rows(signals: Signals, text: str, k: int, **context: object) -> list[int]:
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **context).ids.tolist()]  # type: ignore[arg-type]


def spread(n: int, dim: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dim))


def classed(*sizes: int) -> np.ndarray:
    said = np.repeat(np.arange(len(sizes)), sizes)
    return 0.1 / len(sizes) + 0.9 * np.eye(len(sizes))[said]


def test_every_cold_start_runs_on_embeddings_and_predictions_alone() -> None:
    """Two of small-text's three initialisers need the labels that they are there to ask for."""
    signals = pool(embeddings=spread(60, 4), probs=classed(30, 20, 10))
    names = [name for name in RECIPES.names() if RECIPES[name].meta.family == "cold start"]
    assert {"typiclust", "tcm", "stratified", "zero_shot_centroids", "start_kmeans", "start_cover"} <= set(names)
    for name in names:
        assert len(set(rows(signals, name, 9))) == 9


def test_stratified_takes_turns_and_the_rarest_first() -> None:
    which = np.repeat([0, 1, 2], (30, 6, 2))
    picks = which[rows(pool(probs=classed(30, 6, 2)), "stratified", 8)]
    assert picks.tolist() == [2, 1, 0, 2, 1, 0, 1, 0]


def test_stratified_draws_within_a_class_at_random() -> None:
    signals = pool(probs=classed(20, 20))
    counts = np.bincount(np.concatenate([rows(signals, "stratified", 10, seed=s) for s in range(200)]), minlength=40)
    assert counts.min() > 25
    assert counts.max() < 80


def test_zero_shot_takes_the_nearest_to_each_mean() -> None:
    x = np.concatenate([spread(9, 2), 10 + spread(5, 2, 1)])
    p = classed(9, 5)
    wanted = []
    for rows_ in (np.arange(9), np.arange(9, 14)):
        mean = x[rows_].mean(0)
        wanted.append(int(rows_[((x[rows_] - mean) ** 2).sum(1).argmin()]))
    assert rows(pool(embeddings=x, probs=p), "zero_shot_centroids", 2) == wanted


def test_zero_shot_weighs_by_the_probability() -> None:
    x = np.array([[0.0], [1.0], [10.0]])
    p = np.array([[0.51, 0.49], [0.51, 0.49], [0.99, 0.01]])  # the mean of 0, 1 and 10 moves up to 5.2
    assert rows(pool(embeddings=x, probs=p), "zero_shot_centroids", 1) == [1]
    firm = np.array([[0.6, 0.4], [0.6, 0.4], [1.0, 0.0]])
    weight = firm.max(1)
    nearest = int(np.abs(x[:, 0] - weight @ x[:, 0] / weight.sum()).argmin())
    assert rows(pool(embeddings=x, probs=firm), "zero_shot_centroids", 1) == [nearest]


def test_zero_shot_with_more_picks_than_classes_stays_balanced() -> None:
    signals = pool(embeddings=spread(60, 3), probs=classed(40, 20))
    picks = rows(signals, "zero_shot_centroids", 10)
    assert sum(i < 40 for i in picks) == 5


@pytest.mark.parametrize(("after", "text"), [(0, "margin"), (10**6, "typiclust")])
def test_tcm_is_typiclust_and_then_margin(after: int, text: str) -> None:
    """papers.md: s = 0 is margin, s = infinity TypiClust."""
    probs = np.random.default_rng(0).dirichlet(np.ones(3), 60)
    signals = pool(embeddings=spread(60, 3), probs=probs)
    labeled = Signals(ops.key_ids(999, 4), {"embeddings": spread(4, 3, 1), "probs": probs[:4]})
    for known in (None, labeled):
        assert rows(signals, f"tcm(after={after})", 7, labeled=known) == rows(signals, text, 7, labeled=known)


def test_tcm_switches_at_so_many_a_class() -> None:
    probs = np.random.default_rng(0).dirichlet(np.ones(3), 60)
    signals = pool(embeddings=spread(60, 3), probs=probs)
    labeled = Signals(ops.key_ids(999, 6), {"embeddings": spread(6, 3, 1), "probs": probs[:6]})
    assert rows(signals, "tcm(after=2)", 7, labeled=labeled) == rows(signals, "margin", 7)
    fewer = labeled.take(np.arange(5))
    assert rows(signals, "tcm(after=2)", 7, labeled=fewer) == rows(signals, "typiclust", 7, labeled=fewer)
