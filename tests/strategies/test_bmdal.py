"""The selectors of the BMDAL algebra against what the paper writes down, step by step, on a few rows."""

import numpy as np
import pytest

from askance.errors import BadStrategy
from askance.ops.giving_back import given_back
from askance.select import select
from askance.shards import select_lockstep
from askance.signals import Signals

SIGMA = 0.1


def signals(n: int, dim: int = 4, seed: int = 0) -> Signals:
    rng = np.random.default_rng(seed)
    return Signals(
        np.arange(n, dtype=np.uint64) + 1000 * seed,
        {"embeddings": rng.normal(size=(n, dim)), "hidden": rng.normal(size=(n, dim)), "layers": layers(rng, n)},
    )


def layers(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.normal(size=(n, 3, 2, 4))


def picked(text: str, pool: Signals, k: int, **known: object) -> list[int]:
    """Rows of the pool, best first."""
    ids = select(text, pool, k, **known).ids  # type: ignore[arg-type]
    return [int(np.flatnonzero(pool.ids == i)[0]) for i in ids]


def gradients(s: Signals) -> np.ndarray:
    """The outer products themselves, layer after layer."""
    a = s["layers"]
    return np.concatenate([np.einsum("na,nb->nab", a[:, i, 0], a[:, i, 1]).reshape(len(a), 16) for i in range(3)], 1)


def lcmd_literally(x: np.ndarray, known: np.ndarray, k: int) -> list[int]:
    """Holzmueller et al. 2023, algorithm LCMD: centres, clusters, the largest, its farthest."""
    taken: list[int] = []
    for _ in range(k):
        centres = np.concatenate([known, x[taken]])
        if not len(centres):
            taken.append(int((x**2).sum(1).argmax()))
            continue
        d2 = ((x[:, None] - centres[None]) ** 2).sum(2)
        owner, near = d2.argmin(1), d2.min(1)
        sizes = [sum(near[i] for i in range(len(x)) if owner[i] == c) for c in range(len(centres))]
        inside = [i for i in range(len(x)) if owner[i] == int(np.argmax(sizes)) and i not in taken]
        taken.append(max(inside, key=lambda i: near[i]))
    return taken


@pytest.mark.parametrize("labelled", [0, 1, 6])
def test_lcmd_is_the_algorithm_of_the_paper(labelled: int) -> None:
    pool, known = signals(40), signals(labelled, seed=1)
    wanted = lcmd_literally(pool["embeddings"], known["embeddings"], 12)
    assert picked("lcmd", pool, 12, labeled=known) == wanted
    x, seen = gradients(pool), gradients(known)
    assert picked("full_gradient | lcmd", pool, 12, labeled=known) == lcmd_literally(x, seen, 12)


def test_lcmd_leaves_a_stray_sample_to_the_large_cluster() -> None:
    x = np.concatenate([np.linspace(1.0, 2.0, 20)[:, None] * [1, 0], [[-2.5, 0.0]]])
    pool = Signals(np.arange(21, dtype=np.uint64), {"embeddings": x})
    known = Signals(np.array([50, 51], np.uint64), {"embeddings": np.array([[0.5, 0.0], [-1.5, 0.0]])})
    assert picked("lcmd", pool, 1, labeled=known) == [19]
    far = pool.take(np.arange(21)).with_(embeddings=np.concatenate([x[:20], [[-9.0, 0.0]]]))
    assert picked("kcenter", far, 1, labeled=known) == [20]
    assert picked("lcmd", far, 1, labeled=known) == [20]  # by itself it is the larger cluster: 56 against 22


def max_det_literally(kernel: np.ndarray, known: list[int], pool: list[int], k: int) -> list[int]:
    taken: list[int] = []
    for _ in range(k):

        def value(i: int) -> float:
            rows = [*known, *taken, i]
            return float(np.linalg.slogdet(kernel[np.ix_(rows, rows)] + SIGMA**2 * np.eye(len(rows)))[1])

        taken.append(max((i for i in pool if i not in taken), key=value))
    return taken


@pytest.mark.parametrize(("text", "kernel"), [("", "embeddings"), ("full_gradient | ", "gradient")])
def test_max_det_takes_the_largest_determinant_by_columns_and_by_kernel(text: str, kernel: str) -> None:
    pool, known = signals(25), signals(5, seed=1)
    both = [s["embeddings"] if kernel == "embeddings" else gradients(s) for s in (pool, known)]
    x = np.concatenate(both)
    wanted = max_det_literally(x @ x.T, list(range(25, 30)), list(range(25)), 9)
    assert picked(f"{text}max_det(sigma={SIGMA})", pool, 9, labeled=known) == wanted
    alone = max_det_literally(x @ x.T, [], list(range(25)), 9)
    assert picked(f"{text}max_det(sigma={SIGMA}, mode='p')", pool, 9, labeled=known) == alone


@pytest.mark.parametrize("text", ["", "full_gradient | ", "laplace | ", "nngp | "])
def test_pool_mode_on_the_posterior_is_what_counting_the_labelled_is(text: str) -> None:
    pool, known = signals(30), signals(6, seed=1)
    after = picked(f"{text}posterior(sigma={SIGMA}) | max_det(sigma={SIGMA}, mode='p')", pool, 8, labeled=known)
    assert after == picked(f"{text}max_det(sigma={SIGMA})", pool, 8, labeled=known)


def bait_literally(x: np.ndarray, known: np.ndarray, k: int, oversample: int) -> list[int]:
    pool = x.T @ x + known.T @ known

    def left(rows: list[int]) -> float:
        m = SIGMA**2 * np.eye(x.shape[1]) + known.T @ known + x[rows].T @ x[rows]
        return float(np.trace(np.linalg.inv(m) @ pool))

    taken: list[int] = []
    for _ in range(oversample * k):
        taken.append(min((i for i in range(len(x)) if i not in taken), key=lambda i: left([*taken, i])))
    while len(taken) > k:
        taken.remove(min(taken, key=lambda i: left([j for j in taken if j != i])))
    return taken


@pytest.mark.parametrize(("name", "oversample"), [("bait_f", 1), ("bait_fb", 2)])
@pytest.mark.parametrize("labelled", [0, 5])
def test_bait_leaves_the_least_variance(name: str, oversample: int, labelled: int) -> None:
    pool, known = signals(30, 6), signals(labelled, 6, seed=1)
    wanted = bait_literally(pool["embeddings"], known["embeddings"], 7, oversample)
    assert picked(f"{name}(sigma={SIGMA})", pool, 7, labeled=known) == wanted


def test_giving_back_keeps_its_digits_where_sigma_is_small() -> None:
    rng = np.random.default_rng(3)
    rows, pool = rng.normal(size=(8, 20)), np.diag(rng.uniform(1, 2, 20))
    left = given_back(rows, np.eye(20) / 1e-6, pool, 5)
    wanted = list(range(8))
    kernel = rows @ pool @ rows.T  # in the limit of sigma = 0 the loss is 1 / [K^-1-like] of the rows, by enumeration
    while len(wanted) > 5:
        gram = rows[wanted] @ rows[wanted].T
        b = np.linalg.inv(gram)
        loss = np.diag(b @ kernel[np.ix_(wanted, wanted)] @ b) / np.diag(b)
        wanted.pop(int(loss.argmin()))
    assert left == wanted


def test_max_dist_begins_with_the_longest_and_is_kcenter_then() -> None:
    pool, known = signals(40), signals(5, seed=1)
    longest = int((pool["embeddings"] ** 2).sum(1).argmax())
    assert picked("max_dist", pool, 6)[0] == longest
    assert picked("max_dist", pool, 6, labeled=known) == picked("kcenter", pool, 6, labeled=known)
    alone = picked("max_dist(mode='p')", pool, 40, labeled=known)
    assert alone[0] == longest
    assert sorted(alone) == list(range(40))
    assert picked("max_dist", pool, 6) == alone[:6]


@pytest.mark.parametrize("text", ["max_dist", "max_dist(mode='p')"])
def test_the_fast_max_dist_is_the_generator(text: str) -> None:
    pool, known = signals(300), signals(9, seed=1)
    shards = [lambda i=i: pool.take(np.arange(i, 300, 3)) for i in range(3)]
    slow = select_lockstep(text, shards, 60, labeled=known)
    assert slow.ids.tolist() == select(text, pool, 60, labeled=known).ids.tolist()


def test_kmeanspp_tp_draws_by_squared_distance_to_what_is_known() -> None:
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    pool = Signals(np.arange(4, dtype=np.uint64), {"embeddings": x})
    known = Signals(np.array([9], np.uint64), {"embeddings": np.zeros((1, 1))})
    first = [picked("kmeanspp_tp", pool, 1, labeled=known, seed=s)[0] for s in range(400)]
    assert np.allclose(np.bincount(first, minlength=4) / 400, [0, 1 / 14, 4 / 14, 9 / 14], atol=0.07)


def test_frank_wolfe_on_the_posterior_runs_with_labels_and_without() -> None:
    pool, known = signals(30), signals(6, seed=1)
    for labeled in (None, known):
        assert len(set(picked("acs_regression(dims=32)", pool, 5, labeled=labeled))) == 5


def test_a_selector_of_columns_says_what_a_kernel_without_any_needs() -> None:
    with pytest.raises(BadStrategy, match="sketched"):
        select("laplace | bait_f", signals(10), 2)
    assert len(select("laplace | sketched(dims=16) | bait_f", signals(10), 2)) == 2
