"""DCoM and hierarchical sampling, against their definitions."""

import numpy as np
import pytest

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.strategies.hybrid import dcom
from askance.strategies.hybrid import hierarchical as tree


def pool(**columns: object) -> Signals:
    arrays = {name: np.asarray(a) for name, a in columns.items()}
    return Signals(ops.key_ids(0, len(next(iter(arrays.values())))), arrays)


def rows(signals: Signals, text: str, k: int, **context: object) -> list[int]:
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **context).ids.tolist()]  # type: ignore[arg-type]


def spread(n: int, dim: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dim))


# DCoM


def test_with_nothing_labelled_dcom_is_prob_cover() -> None:
    signals = pool(embeddings=spread(60, 2), probs=np.full((60, 2), 0.5))
    assert rows(signals, "dcom(delta=0.6)", 10) == rows(signals, "prob_cover(delta=0.6)", 10)


def test_with_all_covered_dcom_is_the_margin() -> None:
    probs = np.random.default_rng(0).dirichlet(np.ones(2), 60)
    signals = pool(embeddings=spread(60, 2), probs=probs)
    known = Signals(ops.key_ids(999, 60), {"embeddings": spread(60, 2), "probs": probs})
    wanted = rows(signals, "margin", 10)
    assert rows(signals, "dcom(delta=0.001)", 10, labeled=known, labels=np.zeros(60)) == wanted


def test_competence_is_a_logistic_function_scaled_to_one() -> None:
    assert dcom.competence(1.0, 0.8, 30.0) == pytest.approx(1.0)
    assert dcom.competence(0.8, 0.8, 30.0) == pytest.approx((1 + np.exp(-6)) / 2)
    assert dcom.competence(0.0, 0.8, 30.0) < 1e-9


def test_radius_is_the_largest_that_is_pure_enough() -> None:
    gap, same = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), np.array([1, 1, 0, 1, 0, 0], bool)
    assert dcom.ball_radius(gap, same, 1.0, 10.0) == 1.0
    assert dcom.ball_radius(gap, same, 0.75, 10.0) == 3.0
    assert dcom.ball_radius(gap, same, 0.5, 10.0) == 10.0  # half of all are the same: as wide as allowed
    assert dcom.ball_radius(gap, same, 0.5, 2.5) == 2.5
    assert dcom.ball_radius(gap, ~same, 0.9, 10.0) == 0.0


def test_each_pick_is_the_best_of_both_in_turn() -> None:
    x, probs = spread(40, 2), np.random.default_rng(0).dirichlet(np.ones(2), 40)
    signals = pool(embeddings=x, probs=probs)
    margin = 1 - np.abs(probs[:, 0] - probs[:, 1])
    near = ((x[:, None] - x[None]) ** 2).sum(2) <= 0.25
    vectors = ops.Dense(x)
    tie, covered, wanted = ops.noise(0, signals.ids), np.zeros(40, bool), list[int]()
    for _ in range(8):
        free = ~np.isin(np.arange(40), wanted)

        def over(a: np.ndarray, free: np.ndarray = free) -> np.ndarray:
            low, high = a[free].min(), a[free].max()
            return (a - low) / (high - low) if high > low else np.zeros(40)

        score = np.where(free, np.round(0.3 * over(margin) + 0.7 * over((near & ~covered).sum(1)), 6), -1)
        wanted.append(min(np.flatnonzero(free).tolist(), key=lambda i: (-score[i], tie[i])))
        covered |= near[wanted[-1]]
    got = dcom.balanced(vectors, vectors, np.zeros(40, bool), margin, 0.3, 0.5, 8, tie)
    assert got.tolist() == wanted


# Hierarchical sampling


def test_a_tree_of_four_is_cut_between_its_classes() -> None:
    """Two pure pairs of clusters, far apart: labels split the root, and not the pairs."""
    x = np.concatenate([spread(20, 2), 50 + spread(20, 2, 1)])
    known = np.concatenate([spread(9, 2, 2), 50 + spread(9, 2, 3)])
    grown = tree.grown(np.concatenate([x, known]), 0)
    y = np.repeat([0, 1], 9)
    cells, doubt = tree.pruned(grown, 40, y, 2)
    assert len(set(cells[:20])) == 1
    assert len(set(cells[20:])) == 1
    assert cells[0] != cells[20]
    assert doubt[cells[0]] == pytest.approx(1 / 9)  # a share of 1, less the margin 1 / n


def test_counts_go_up_the_tree() -> None:
    grown = tree.grown(spread(30, 3), 0)
    size = tree.counted(grown, np.ones((30, 1)), grown.leaf)[:, 0]
    assert size[-1] == 30
    assert (size[: grown.leaves] == 1).all()


def test_without_labels_the_whole_pool_is_one_cell() -> None:
    grown = tree.grown(spread(30, 3), 0)
    cells, doubt = tree.pruned(grown, 30, np.zeros(0, np.int64), 0)
    assert set(cells.tolist()) == {len(doubt) - 1}
    signals = pool(embeddings=spread(30, 3))
    counts = np.bincount(np.concatenate([rows(signals, "hierarchical", 10, seed=s) for s in range(150)]), minlength=30)
    assert counts.min() > 25


def test_impure_cells_are_asked_about_more() -> None:
    x = np.concatenate([spread(100, 2), 50 + spread(100, 2, 1)])
    known = np.concatenate([spread(20, 2, 2), 50 + spread(20, 2, 3)])
    y = np.array(["a"] * 20 + ["b", "c"] * 10)  # the second half is mixed
    labeled = Signals(ops.key_ids(999, 40), {"embeddings": known})
    picked = np.concatenate(
        [rows(pool(embeddings=x), "hierarchical", 20, seed=s, labeled=labeled, labels=y) for s in range(5)]
    )
    assert (picked >= 100).mean() > 0.8


def test_more_rows_than_leaves_are_joined_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "LEAVES", 20)
    grown = tree.grown(spread(300, 2), 0)
    assert grown.leaves == 20
    assert len(grown.leaf) == 300
