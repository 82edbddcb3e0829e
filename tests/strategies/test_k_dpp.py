"""k-DPP: frequencies against all determinants, by enumeration."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import chisquare

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.strategies.diversity.k_dpp import directions, drawn

POOL = np.array([[1.0, 0.0, 0.2], [0.9, 0.3, 0.0], [0.0, 1.0, 0.1], [0.3, 0.2, 1.2], [2.0, 0.1, 0.4]])
IDS = ops.key_ids(0, 5)


def likely(rows: np.ndarray, k: int) -> dict[tuple[int, ...], float]:
    kernel = rows @ rows.T
    volume = {s: max(float(np.linalg.det(kernel[np.ix_(s, s)])), 0.0) for s in combinations(range(len(rows)), k)}
    return {s: v / sum(volume.values()) for s, v in volume.items()}


def test_sets_come_as_often_as_their_determinants_say() -> None:
    for k in (2, 3):
        wanted = likely(POOL, k)
        seen = Counter(tuple(sorted(drawn(POOL, IDS, k, seed, 0).tolist())) for seed in range(600))
        assert set(seen) <= {s for s, p in wanted.items() if p > 0}
        often = [s for s, p in wanted.items() if p * 600 >= 5]
        rest = 600 - sum(seen[s] for s in often)
        assert rest <= 600 * sum(wanted[s] for s in wanted if s not in often) + 12
        total = sum(seen[s] for s in often)
        odds = np.array([wanted[s] for s in often])
        assert chisquare([seen[s] for s in often], total * odds / odds.sum()).pvalue > 1e-3


def test_directions_come_as_often_as_the_products_of_their_values() -> None:
    values = np.array([0.1, 0.5, 1.0, 2.0])
    product = {s: float(np.prod(values[list(s)])) for s in combinations(range(4), 2)}
    seen = Counter(tuple(sorted(directions(values, 2, seed, 0).tolist())) for seed in range(600))
    wanted = np.array(list(product.values())) / sum(product.values())
    assert chisquare([seen[s] for s in product], 600 * wanted).pvalue > 1e-3


def test_many_directions_do_not_overflow() -> None:
    values = np.exp(np.linspace(-20, 5, 800))
    chosen = directions(values, 300, 0, 0)
    assert len(set(chosen.tolist())) == 300


def test_utility_counts_where_it_is_asked_for() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 3))
    probs = np.full((40, 2), 0.5)
    probs[10:] = [1.0, 0.0]  # nothing to learn: they span nothing
    signals = Signals(ops.key_ids(0, 40), {"embeddings": rows, "probs": probs})
    batch = select("margin | k_dpp(weighted=True)", signals, 3, 1)
    assert set(batch.ids.tolist()) <= set(signals.ids[:10].tolist())


@pytest.mark.parametrize("rows", [np.zeros((9, 3)), np.ones((9, 3)), np.eye(9)[:, :4]])
def test_more_than_there_are_directions(rows: np.ndarray) -> None:
    signals = Signals(ops.key_ids(0, 9), {"embeddings": rows})
    assert len(set(select("k_dpp", signals, 7).ids.tolist())) == 7
    assert len(select("k_dpp", signals, 20)) == 9


def test_copies_are_never_drawn_together_while_there_are_directions() -> None:
    rows = np.repeat(np.random.default_rng(0).normal(size=(5, 5)), 4, axis=0)
    for seed in range(20):
        picks = drawn(rows, ops.key_ids(0, 20), 4, seed, 0)
        assert len(set((picks // 4).tolist())) == 4
