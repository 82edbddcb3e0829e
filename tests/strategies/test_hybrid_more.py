"""BAIT, FALCUN, ALFA-Mix, Cluster-Margin, ranked batches, graph density and near-duplicates, against definitions."""

import numpy as np
import pytest

from askance import ops
from askance.errors import BadStrategy
from askance.ops.design import Design
from askance.ops.knn import nearest_rows, neighbours
from askance.select import select
from askance.signals import Signals
from askance.spec import parse
from askance.strategies.hybrid import alfa_mix, bait
from askance.view import View


def pool(**columns: object) -> Signals:
    arrays = {name: np.asarray(a) for name, a in columns.items()}
    return Signals(ops.key_ids(0, len(next(iter(arrays.values())))), arrays)


def rows(signals: Signals, text: str, k: int, **context: object) -> list[int]:
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **context).ids.tolist()]  # type: ignore[arg-type]


def spread(n: int, dim: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dim))


def chances(n: int, classes: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(classes), n)


def trace(x: np.ndarray, start: np.ndarray, pool_: np.ndarray, taken: list[int]) -> float:
    return float(np.trace(np.linalg.solve(start + x[taken].T @ x[taken], pool_)))


# BAIT


def test_rank_one_changes_are_those_of_the_direct_inverse() -> None:
    """papers.md: Woodbury's update equals the direct inverse, on six dimensions."""
    x = spread(40, 6)
    whole, start = x.T @ x / 40, np.eye(6)
    design, taken = Design(x, start, whole), list[int]()
    for row in (3, 17, 29, 8):
        now = trace(x, start, whole, taken)
        wanted = [now - trace(x, start, whole, [*taken, i]) for i in range(40)]
        np.testing.assert_allclose(design.gains(), wanted, rtol=1e-9)
        design.take(row)
        taken.append(row)
    np.testing.assert_allclose(design.inverse, np.linalg.inv(start + x[taken].T @ x[taken]), atol=1e-12)
    left = [trace(x, start, whole, [j for j in taken if j != i]) - trace(x, start, whole, taken) for i in taken]
    np.testing.assert_allclose(design.losses(np.array(taken)), left, rtol=1e-9)
    design.give_back(17)
    np.testing.assert_allclose(
        design.gains()[5], trace(x, start, whole, [3, 29, 8]) - trace(x, start, whole, [3, 29, 8, 5])
    )


def test_steps_back_drop_the_least_useful() -> None:
    x = spread(30, 4)
    whole, start = x.T @ x / 30, np.eye(4)
    ahead = bait.forth_and_back(Design(x, start, whole), 6, 1, np.arange(30.0))
    back = bait.forth_and_back(Design(x, start, whole), 3, 2, np.arange(30.0))
    assert set(back) < set(ahead)
    taken = list(ahead)
    while len(taken) > 3:
        taken.remove(min(taken, key=lambda i: trace(x, start, whole, [j for j in taken if j != i])))
    assert back == taken


def test_bait_looks_where_the_model_is_in_doubt_and_nothing_is_known() -> None:
    e = np.repeat(np.eye(3), 10, 0) + 0.01 * spread(30, 3)
    p = np.where(np.arange(30)[:, None] < 20, [0.5, 0.5], [1.0, 0.0])  # the third direction is certain
    signals = pool(embeddings=e, probs=p)
    assert {i // 10 for i in rows(signals, "bait", 2)} == {0, 1}
    labeled = Signals(ops.key_ids(99, 5), {"embeddings": np.tile(np.eye(3)[0], (5, 1)), "probs": np.full((5, 2), 0.5)})
    assert rows(signals, "bait", 1, labeled=labeled)[0] // 10 == 1


def test_fisher_vectors_hold_the_information_of_a_binary_question() -> None:
    p, e = chances(9, 2), spread(9, 3)
    vectors = parse("fisher")(View(pool(probs=p, embeddings=e), 1)).get("vectors").array()
    wanted = (p[:, 0] * p[:, 1])[:, None, None] * np.einsum("nd,ne->nde", e, e)
    np.testing.assert_allclose(np.einsum("nd,ne->nde", vectors, vectors), wanted)


# FALCUN


def test_first_pick_of_falcun_is_drawn_by_doubt() -> None:
    p = np.array([[0.5, 0.5], [0.7, 0.3], [0.9, 0.1], [1.0, 0.0]])  # doubt 1, .6, .2, 0: stretched the same
    firsts = [rows(pool(probs=p), "falcun(gamma=1.0)", 1, seed=s)[0] for s in range(1500)]
    assert np.bincount(firsts, minlength=4) / 1500 == pytest.approx(np.array([1, 0.6, 0.2, 0]) / 1.8, abs=0.04)


def test_falcun_looks_for_another_doubt_next() -> None:
    """Of equal doubts between classes 0 and 1, and between 1 and 2, one of each, whatever the seed."""
    p = np.repeat([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]], 10, 0)
    for seed in range(20):
        assert {i // 10 for i in rows(pool(probs=p), "falcun(gamma=50.0)", 2, seed=seed)} == {0, 1}


# ALFA-Mix


def test_the_last_layer_is_found_again() -> None:
    """From embeddings and softmax(W h + b) alone: W up to what softmax does not see."""
    rng = np.random.default_rng(0)
    w, b, z = rng.normal(size=(4, 6)), rng.normal(size=4), rng.normal(size=(200, 6))
    p = ops.softmax(z @ w.T + b)
    np.testing.assert_allclose(alfa_mix.last_layer(z, p), w - w.mean(0), atol=1e-6)


def test_boundary_is_where_the_class_flips() -> None:
    rng = np.random.default_rng(1)
    w, z = rng.normal(size=(3, 5)), rng.normal(size=(50, 5))
    p = ops.softmax(z @ w.T)
    far = alfa_mix.boundary(p, alfa_mix.gradients(p, alfa_mix.last_layer(z, p)))
    residual = p - np.eye(3)[p.argmax(1)]
    g = residual @ w
    g /= np.linalg.norm(g, axis=1, keepdims=True)
    for share, flipped in ((0.999, False), (1.001, True)):
        moved = (z + share * far[:, None] * g) @ w.T
        assert ((moved.argmax(1) != p.argmax(1)) == flipped)[np.isfinite(far)].all()
    assert np.isfinite(far).sum() > 40


def test_mixture_of_the_paper_moves_along_the_gradient() -> None:
    """alpha = eps |z* - z| g / (|g| (z* - z)), element by element, and then z + alpha (z* - z)."""
    z, anchor, g = spread(3, 4)
    alpha = 0.1 * np.linalg.norm(anchor - z) * g / (np.linalg.norm(g) * (anchor - z))
    np.testing.assert_allclose(
        (1 - alpha) * z + alpha * anchor, z + 0.1 * np.linalg.norm(anchor - z) * g / np.linalg.norm(g)
    )


def test_alfa_mix_picks_near_the_boundary() -> None:
    x = np.linspace(-3, 3, 61)[:, None]
    p = ops.softmax(np.concatenate([x, -x], 1) * 2)
    picks = rows(pool(embeddings=x, probs=p), "alfa_mix", 5)
    assert np.abs(x[picks]).max() < 1.0
    signals = pool(embeddings=x, probs=p)
    ends = Signals(ops.key_ids(99, 2), {"embeddings": [[-1.0], [1.0]], "probs": [[0.0, 1.0], [1.0, 0.0]]})
    assert len(set(rows(signals, "alfa_mix", 5, labeled=ends, labels=np.array(["a", "b"])))) == 5


# Cluster-Margin


def test_every_cluster_gives_one_before_any_gives_two() -> None:
    """cure-lab takes the rank by margin for the number of a cluster, and one sample's embedding for all."""
    sizes = (3, 5, 12)
    x = np.concatenate([100.0 * c + 0.1 * spread(n, 2, c) for c, n in enumerate(sizes)])
    which = np.repeat(np.arange(3), sizes)
    signals = pool(embeddings=x, probs=np.full((20, 2), 0.5))
    for seed in range(5):
        picks = which[rows(signals, "cluster_margin(size=7)", 10, seed=seed)]
        assert picks.tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2, 1]


def test_cluster_margin_keeps_to_the_least_sure() -> None:
    p = np.linspace(0.5, 1.0, 100)
    signals = pool(embeddings=spread(100, 3), probs=np.stack([p, 1 - p], 1))
    assert max(rows(signals, "cluster_margin(x=2)", 10)) < 20
    assert set(rows(signals, "cluster_margin(x=1)", 10)) == set(range(10))


# Ranked batch mode


def test_ranked_batch_is_the_sum_of_its_paper() -> None:
    x, p = spread(40, 3), chances(40, 3)
    signals = pool(embeddings=x, probs=p)
    known = spread(10, 3, 5)
    labeled = Signals(ops.key_ids(999, 10), {"embeddings": known, "probs": chances(10, 3, 1)})
    unit = np.median(np.sqrt(((x[:, None] - x[None]) ** 2).sum(2)[np.triu_indices(40, 1)]))
    wanted: list[int] = []
    for t in range(12):
        a = (40 - t) / 50
        s = np.concatenate([known, x[wanted]])
        near = np.sqrt(((x[:, None] - s[None]) ** 2).sum(2)).min(1)
        score = a * (1 - 1 / (1 + near / unit)) + (1 - a) * (1 - p.max(1))
        score[wanted] = -1
        wanted.append(int(score.argmax()))
    assert rows(signals, "ranked_batch", 12, labeled=labeled) == wanted


# Graph density


def plain_graph(x: np.ndarray, links: int) -> tuple[np.ndarray, np.ndarray]:
    gap = ((x[:, None] - x[None]) ** 2).sum(2)
    np.fill_diagonal(gap, np.inf)
    near = np.argsort(gap, 1)[:, :links]
    joined = np.zeros(gap.shape, bool)
    joined[np.arange(len(x))[:, None], near] = True
    width = np.median(np.take_along_axis(gap, near, 1))
    joined |= joined.T
    weight = np.where(joined, np.exp(-np.where(joined, gap, 0) / (2 * width)), 0)
    return joined, weight.sum(1) / joined.sum(1)


def test_graph_density_of_the_definition() -> None:
    x = np.concatenate([spread(30, 2), 8 + 0.5 * spread(20, 2, 1)])
    joined, density = plain_graph(x, 5)
    wanted: list[int] = []
    for _ in range(12):
        wanted.append(int(np.where(np.isin(np.arange(50), wanted), -np.inf, density).argmax()))
        density = density - joined[wanted[-1]] * max(density[wanted[-1]], 0)
    assert rows(pool(embeddings=x), "graph_density(links=5)", 12) == wanted


def test_an_outlier_is_not_where_graph_density_starts() -> None:
    x = np.concatenate([spread(40, 2), [[50.0, 50.0]]])
    for seed in range(5):
        assert 40 not in rows(pool(embeddings=x), "graph_density", 4, seed=seed)


@pytest.mark.parametrize("cells", [7, 1_000_000])
def test_neighbours_are_the_nearest_others(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askance.ops.knn._CELLS", cells)
    x, y = spread(40, 3), spread(25, 3, 1)
    near, squared = nearest_rows(ops.Dense(x), ops.Dense(y), 4)
    gap = ((x[:, None] - y[None]) ** 2).sum(2)
    assert (near == np.argsort(gap, 1)[:, :4]).all()
    np.testing.assert_allclose(squared, np.sort(gap, 1)[:, :4], atol=1e-12)
    near, _ = neighbours(ops.Dense(np.repeat(x[:4], 10, 0)), 5)
    assert near.shape == (40, 5)
    assert (near != np.arange(40)[:, None]).all()
    assert (near // 10 == np.arange(40)[:, None] // 10).all()


# Near-duplicates


def test_near_duplicates_are_asked_about_once() -> None:
    x = np.array([[0.0], [0.01], [1.0], [1.005], [2.0]])
    p = np.array([0.5, 0.51, 0.6, 0.59, 0.9])
    signals = pool(embeddings=x, probs=np.stack([p, 1 - p], 1))
    assert rows(signals, "margin", 3) == [0, 1, 3]
    assert rows(signals, "margin | distinct(radius=0.1)", 3) == [0, 3, 4]
    assert rows(signals, "margin | distinct(radius=0.1)", 5) == [0, 3, 4, 1, 2]  # what is left fills up
    known = Signals(ops.key_ids(99, 1), {"embeddings": [[0.05]]})
    assert rows(signals, "margin | distinct(radius=0.1)", 2, labeled=known) == [3, 4]


def test_without_a_radius_exact_copies_alone_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askance.strategies.parts.distinct.BLOCK", 7)
    x = np.repeat(spread(20, 3), 3, 0)
    signals = pool(embeddings=x, probs=np.repeat(chances(20, 3), 3, 0))
    picks = rows(signals, "margin | distinct", 20)
    assert sorted(i // 3 for i in picks) == list(range(20))
    assert [i // 3 for i in picks] == list(dict.fromkeys(i // 3 for i in rows(signals, "margin", 60)))


def test_distinct_serves_before_a_selector() -> None:
    x = np.repeat(spread(20, 3), 3, 0)
    signals = pool(embeddings=x, probs=np.repeat(chances(20, 3), 3, 0))
    assert len({i // 3 for i in rows(signals, "margin | distinct(x=4) | kmeans", 5)}) == 5
    with pytest.raises(BadStrategy, match="radius"):
        parse("distinct(radius=-1.0)")
