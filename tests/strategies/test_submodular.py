"""Log-determinants, graph cut, kernel herding and the lightweight core-set, against their definitions."""

from itertools import combinations

import numpy as np
import pytest

from askance import ops
from askance.ops.coverage import rbf
from askance.ops.kernel import JITTER, LogDet, kernel_sums
from askance.ops.lazy import lazy_greedy
from askance.select import select
from askance.shards import select_shards
from askance.signals import Signals


def pool(**columns: object) -> Signals:
    arrays = {name: np.asarray(a) for name, a in columns.items()}
    return Signals(ops.key_ids(0, len(next(iter(arrays.values())))), arrays)


def rows(signals: Signals, text: str, k: int, **context: object) -> list[int]:
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **context).ids.tolist()]  # type: ignore[arg-type]


def blobs(n: int = 50, dim: int = 3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, dim)) + 3 * rng.normal(size=(5, dim))[rng.integers(0, 5, n)]


def kernel(x: np.ndarray, y: np.ndarray, h: float) -> np.ndarray:
    return np.asarray(np.exp(-((x[:, None] - y[None]) ** 2).sum(2) / h**2))


def known(signals: Signals, count: int) -> Signals | None:
    return Signals(ops.key_ids(10**6, count), {"embeddings": blobs(count, seed=7)}) if count else None


@pytest.mark.parametrize("count", [0, 6])
def test_each_pick_multiplies_the_determinant_most(count: int) -> None:
    x = blobs()
    signals = pool(embeddings=x)
    picks = rows(signals, "log_det(h=2.0)", 12, labeled=known(signals, count))
    before = blobs(count, seed=7) if count else x[:0]
    tie = ops.noise(0, signals.ids)
    for t, pick in enumerate(picks):

        def det(i: int, so_far: tuple[int, ...] = tuple(picks[:t])) -> float:
            s = np.concatenate([before, x[[*so_far, i]]])
            return float(np.linalg.slogdet(kernel(s, s, 2.0) + JITTER * np.eye(len(s)))[1])

        free = [i for i in range(50) if i not in picks[:t]]
        best = max(free, key=lambda i: (round(det(i), 8), -tie[i]))
        assert det(pick) == pytest.approx(det(best), abs=1e-6)


def test_gains_of_the_log_determinant_are_variances() -> None:
    x = ops.Dense(blobs())
    grow = LogDet(x, rbf(2.0), 5)
    for row in (3, 30, 11):
        grow.take(row)
    s = x.rows[[3, 30, 11]]
    cross = kernel(s, x.rows, 2.0)
    wanted = 1 - np.einsum("sn,sn->n", cross, np.linalg.solve(kernel(s, s, 2.0) + JITTER * np.eye(3), cross))
    np.testing.assert_allclose(grow.gains(np.arange(50)), np.maximum(wanted, 0), atol=1e-9)


def test_greedy_batch_is_near_the_most_probable() -> None:
    x = blobs(12)
    k = kernel(x, x, 2.0) + JITTER * np.eye(12)
    best = max(np.linalg.slogdet(k[np.ix_(s, s)])[1] for s in combinations(range(12), 3))
    picks = rows(pool(embeddings=x), "log_det(h=2.0)", 3)
    assert np.linalg.slogdet(k[np.ix_(picks, picks)])[1] >= best - 0.2


@pytest.mark.parametrize("count", [0, 6])
def test_kernel_herding_is_the_greedy_of_its_paper(count: int) -> None:
    x = blobs()
    signals = pool(embeddings=x)
    before = blobs(count, seed=7) if count else x[:0]
    mean, tie, wanted = kernel(x, x, 2.0).mean(1), ops.noise(5, signals.ids), list[int]()
    for _ in range(15):
        s = np.concatenate([before, x[wanted]])
        score = np.round(mean - kernel(x, s, 2.0).sum(1) / (len(s) + 1), 10)
        wanted.append(min((i for i in range(50) if i not in wanted), key=lambda i: (-score[i], tie[i])))
    assert rows(signals, "kernel_herding(h=2.0)", 15, seed=5, labeled=known(signals, count)) == wanted


def test_kernel_herding_takes_the_discrepancy_below_that_of_random_batches() -> None:
    x = blobs(300)
    k = kernel(x, x, 2.0)

    def discrepancy(s: list[int]) -> float:
        return float(k.mean() - 2 * k[s].mean() + k[np.ix_(s, s)].mean())

    signals = pool(embeddings=x)
    herded = discrepancy(rows(signals, "kernel_herding(h=2.0)", 20))
    assert herded < 0.5 * min(discrepancy(rows(signals, "random", 20, seed=s)) for s in range(20))


def test_graph_cut_is_the_greedy_of_its_definition() -> None:
    x = blobs()
    signals, k = pool(embeddings=x), kernel(blobs(), blobs(), 2.0)

    def cut(s: list[int]) -> float:
        return float(10 * k[:, s].mean(0).sum() - 0.7 * k[np.ix_(s, s)].sum())

    tie, wanted = ops.noise(0, signals.ids), list[int]()
    for _ in range(10):
        free = [i for i in range(50) if i not in wanted]
        wanted.append(min(free, key=lambda i: (-round(cut([*wanted, i]), 9), tie[i])))
    assert rows(signals, "graph_cut(balance=0.7, h=2.0)", 10) == wanted


def test_graph_cut_without_a_penalty_takes_the_densest() -> None:
    x = blobs()
    dense = np.argsort(-kernel(x, x, 2.0).sum(1))[:8]
    assert rows(pool(embeddings=x), "graph_cut(balance=0.0, h=2.0)", 8) == dense.tolist()


def test_sums_in_blocks_are_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askance.ops.kernel._CELLS", 90)
    x, y = blobs(), blobs(30, seed=2)
    np.testing.assert_allclose(kernel_sums(ops.Dense(x), ops.Dense(y), rbf(2.0)), kernel(x, y, 2.0).sum(1))
    assert (kernel_sums(ops.Dense(x), None, rbf(2.0)) == 0).all()


def test_lightweight_draws_by_its_probabilities() -> None:
    x = np.array([0.0, 0.0, 0.0, 4.0])[:, None]  # mean 1: squares 1, 1, 1, 9
    wanted = 0.5 / 4 + 0.5 * np.array([1, 1, 1, 9]) / 12
    firsts = [rows(pool(embeddings=x), "lightweight", 1, seed=s)[0] for s in range(2000)]
    assert np.bincount(firsts, minlength=4) / 2000 == pytest.approx(wanted, abs=0.04)


def test_lightweight_reaches_all_of_the_pool() -> None:
    """small-text gives n picks per chunk, none beyond the first rows: 1,000 samples, 100 picks below row 98."""
    signals = pool(embeddings=blobs(1000))
    picks = rows(signals, "lightweight", 100)
    assert len(set(picks)) == 100
    assert max(picks) > 900


def test_lightweight_keys_of_shards_with_the_same_mean_are_those_of_the_whole() -> None:
    x = blobs(200)
    twice = np.concatenate([x, 2 * x.mean(0) - x])  # any half of mirrored pairs has the same mean
    signals = pool(embeddings=twice)
    whole = set(select("lightweight", signals, 10, seed=3).ids.tolist())
    halves = [np.concatenate([200 * np.arange(2)[:, None] + np.arange(100) + at], 1).ravel() for at in (0, 100)]
    parts = [lambda h=h: signals.take(h) for h in halves]  # type: ignore[misc]
    got = select_shards("lightweight", parts, 10, seed=3)
    assert not got.exact
    assert len(whole & set(got.ids.tolist())) >= 8


def test_lazy_greedy_on_a_modular_function_sorts() -> None:
    class Modular:
        def __init__(self) -> None:
            self.asked = 0
            self.worth = np.array([3.0, 1.0, 4.0, 1.0, 5.0])

        def gains(self, rows: np.ndarray) -> np.ndarray:
            self.asked += len(rows)
            return self.worth[rows]

        def take(self, row: int) -> None:
            pass

    f = Modular()
    picks, gains = lazy_greedy(f, f.worth, 5, np.array([0.5, 0.2, 0.3, 0.1, 0.4]), block=1)
    assert picks.tolist() == [4, 2, 0, 3, 1]
    assert gains.tolist() == [5, 4, 3, 1, 1]
    assert f.asked == 5  # one look a pick: no bound ever falls


def test_log_det_of_copies_takes_each_once() -> None:
    x = np.repeat(blobs(4), 5, 0)
    picks = rows(pool(embeddings=x), "log_det(h=2.0)", 20)
    assert len({i // 5 for i in picks[:4]}) == 4
    assert sorted(picks) == list(range(20))


def test_known_samples_that_are_nearly_twins_in_single_precision() -> None:
    """A crash that was: the kernel of 400 labelled rows of float32, in pairs that differ in the last bits."""
    x = np.random.default_rng(0).normal(size=(200, 105)).astype(np.float32)
    known = np.concatenate([x, x * np.float32(1.0000002)])
    grow = LogDet(ops.Dense(x[:20]), rbf(14.0), 3, ops.Dense(known))
    assert np.isfinite(grow.gains(np.arange(20))).all()
