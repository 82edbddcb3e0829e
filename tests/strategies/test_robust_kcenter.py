"""Robust k-center: golden values, proof by brute force, and swaps that never make it worse."""

from itertools import combinations

import numpy as np
import pytest

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.strategies.diversity import robust_kcenter as robust

LINE = np.array([0.0, 0.1, 0.2, 1.0, 1.1, 5.0])[:, None]


def pool(x: np.ndarray) -> Signals:
    return Signals(ops.key_ids(0, len(x)), {"embeddings": x})


def rows(x: np.ndarray, text: str, k: int, **context: object) -> list[int]:
    signals = pool(x)
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **context).ids.tolist()]  # type: ignore[arg-type]


def gap(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(((x[:, None] - x[None]) ** 2).sum(2)))


def radius(x: np.ndarray, picks: list[int], spare: int) -> float:
    return float(np.sort(gap(x)[:, picks].min(1))[len(x) - 1 - spare])


def test_golden_two_centres_and_one_outlier() -> None:
    """papers.md 1.3: {.1, 1} with radius .1, which drops 5 (1.1 serves as well as 1)."""
    for seed in range(6):
        picks = rows(LINE, "robust_kcenter(outliers=0.17)", 2, seed=seed)
        assert sorted(picks) in ([1, 3], [1, 4])
        assert radius(LINE, picks, 1) == pytest.approx(0.1)


def test_golden_three_centres_without_outliers() -> None:
    picks = rows(LINE, "robust_kcenter(outliers=0.0)", 3)
    assert radius(LINE, picks, 0) == pytest.approx(0.1)
    assert 5 in picks


@pytest.mark.parametrize("spare", [0, 2])
@pytest.mark.parametrize("seed", range(3))
def test_the_program_finds_the_best_there_is(seed: int, spare: int) -> None:
    x = np.random.default_rng(seed).normal(size=(14, 2))
    best = min(radius(x, list(s), spare) for s in combinations(range(14), 3))
    assert radius(x, rows(x, f"robust_kcenter(outliers={spare / 14})", 3), spare) == pytest.approx(best)


def test_known_samples_are_centres() -> None:
    labeled = Signals(ops.key_ids(99, 1), {"embeddings": [[5.0]]})
    picks = rows(LINE, "robust_kcenter(outliers=0.0)", 2, labeled=labeled)
    assert sorted(picks) in ([1, 3], [1, 4])


@pytest.mark.parametrize("spare", [0, 3])
def test_swaps_never_make_it_worse_and_stay_within_twice_the_best(spare: int) -> None:
    for seed in range(5):
        x = np.random.default_rng(seed).normal(size=(60, 2))
        vectors, none = ops.Dense(x), np.full(60, np.inf)
        start = robust.past_outliers(vectors, none, 4, spare)
        done = robust.swapped(vectors, none, start, spare)
        assert len(set(done.tolist())) == 4
        assert radius(x, done.tolist(), spare) <= radius(x, start.tolist(), spare) + 1e-12
        proven = robust.proven(gap(x) ** 2, none, done, spare)
        assert radius(x, proven.tolist(), spare) <= radius(x, done.tolist(), spare) + 1e-12
        assert radius(x, done.tolist(), spare) <= 2 * radius(x, proven.tolist(), spare)


def test_an_outlier_is_no_centre() -> None:
    """Farthest-first asks about it first; this is what the outlier budget is for."""
    x = np.concatenate([np.random.default_rng(0).normal(size=(59, 2)), [[100.0, 100.0]]])
    assert 59 in rows(x, "kcenter", 3)
    for text in ("robust_kcenter(outliers=0.02)", "robust_kcenter(outliers=0.02, exact=100)"):
        assert 59 not in rows(x, text, 3)
