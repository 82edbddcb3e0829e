"""ActiveFT: its gradient, its descent, and what comes of it."""

import numpy as np
import pytest

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.strategies.cold_start import active_ft as ft


def spread(n: int, dim: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dim))


def plain_loss(points: np.ndarray, pulling: np.ndarray, fixed: np.ndarray, t: float) -> float:
    """From the definition, one sample at a time."""
    total = 0.0
    for f in pulling:
        c = int((points @ f).argmax())
        if len(fixed) and (fixed @ f).max() >= points[c] @ f:
            continue
        others = np.concatenate([np.delete(points, c, 0), fixed]) @ points[c]
        s = np.exp(points[c] @ f / t)
        total -= np.log(s / (s + np.exp(others / t).sum()))
    return total / len(pulling)


@pytest.mark.parametrize("known", [0, 3])
def test_loss_and_gradient_are_those_of_the_definition(known: int) -> None:
    points, pulling, fixed = ft.unit(spread(4, 3)), ft.unit(spread(30, 3, 1)), ft.unit(spread(known, 3, 2))
    near = (pulling @ fixed.T).max(1) if known else np.full(30, -np.inf)
    loss, gradient = ft.loss_and_gradient(points, pulling, fixed, near, 0.5)
    assert loss == pytest.approx(plain_loss(points, pulling, fixed, 0.5))
    for i in range(4):
        for j in range(3):
            step = np.zeros_like(points)
            step[i, j] = 1e-6
            rise = plain_loss(points + step, pulling, fixed, 0.5) - plain_loss(points - step, pulling, fixed, 0.5)
            assert gradient[i, j] == pytest.approx(rise / 2e-6, abs=1e-5)


def test_the_loss_falls() -> None:
    """papers.md: the loss decreases."""
    pulling = ft.unit(spread(200, 4))
    start, none, far = pulling[:8], pulling[:0], np.full(200, -np.inf)
    losses = [
        ft.loss_and_gradient(ft.moved(start.copy(), pulling, none, 0.07, n), pulling, none, far, 0.07)[0]
        for n in (0, 100, 300)
    ]
    assert losses[0] > losses[1] > losses[2]


def test_points_end_nearer_to_the_pool_than_random_ones() -> None:
    """papers.md: closer to the pool than a random batch; here the mean cosine to the most alike pick."""
    x = ft.unit(np.concatenate([spread(60, 6, c) * 0.2 + 3 * spread(1, 6, 50 + c) for c in range(6)]))
    signals = Signals(ops.key_ids(0, len(x)), {"embeddings": x})

    def near(text: str, seed: int) -> float:
        picks = np.isin(signals.ids, select(text, signals, 6, seed=seed).ids)
        return float((x @ x[picks].T).max(1).mean())

    assert np.mean([near("active_ft", s) for s in range(5)]) > np.mean([near("random", s) for s in range(20)])


def test_no_rounds_are_a_random_batch() -> None:
    signals = Signals(ops.key_ids(0, 50), {"embeddings": spread(50, 4)})
    assert set(select("active_ft(rounds=0)", signals, 7).ids.tolist()) == set(select("random", signals, 7).ids.tolist())
