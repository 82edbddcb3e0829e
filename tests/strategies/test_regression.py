"""Strategies for numbers: the definitions by brute force, and the golden value of EMCM."""

from itertools import pairwise

import numpy as np
import pytest

from askance import ops
from askance.errors import BadLabel, BadSignal, MissingSignal
from askance.select import select
from askance.signals import Signals
from askance.strategies.regression.alc import middling
from askance.strategies.regression.greedy_sampling import least_product, to_nearest
from askance.strategies.regression.rt_al import leaves, shared_out

RNG = np.random.default_rng(0)
N, L = 40, 9
X, KNOWN = RNG.normal(size=(N, 3)), RNG.normal(size=(L, 3))
F, Y = RNG.normal(size=N), RNG.normal(size=L)
POOL = Signals(ops.key_ids(0, N), {"embeddings": X, "prediction": F})
LABELED = Signals(ops.key_ids(1000, L), {"embeddings": KNOWN, "prediction": RNG.normal(size=L)})


def score(strategy: str, **columns: np.ndarray) -> np.ndarray:
    signals = Signals(ops.key_ids(0, len(next(iter(columns.values())))), columns)
    batch = select(strategy, signals, len(signals))
    return batch.utility[np.argsort([int(np.flatnonzero(signals.ids == i)[0]) for i in batch.ids])]


def plainly(k: int, known_x: list, known_y: list, distance) -> list[int]:
    """Greedy sampling as it is defined: the largest of the least distances, one at a time."""
    xs, ys, out = list(known_x), list(known_y), []
    for _ in range(k):
        near = [min(distance(X[n], F[n], x, y) for x, y in zip(xs, ys, strict=True)) for n in range(N)]
        out.append(int(np.argmax([-1 if n in out else d for n, d in enumerate(near)])))
        xs.append(X[out[-1]])
        ys.append(F[out[-1]])
    return out


DISTANCES = {
    "gsx": lambda x, f, a, b: np.linalg.norm(x - a),
    "gsy": lambda x, f, a, b: abs(f - b),
    "igs": lambda x, f, a, b: np.linalg.norm(x - a) * abs(f - b),
}


@pytest.mark.parametrize("name", DISTANCES)
def test_greedy_sampling_is_what_its_definition_says(name) -> None:
    batch = select(name, POOL, 12, labeled=LABELED, labels=Y)
    order = np.argsort(LABELED.ids)
    assert batch.ids.tolist() == POOL.ids[plainly(12, KNOWN[order], Y[order], DISTANCES[name])].tolist()


@pytest.mark.parametrize("name", DISTANCES)
def test_labels_as_they_are_stored_mean_the_same(name) -> None:
    batch = select(name, POOL, 5, labeled=LABELED, labels=np.array([repr(float(y)) for y in Y], object))
    assert batch.ids.tolist() == select(name, POOL, 5, labeled=LABELED, labels=Y).ids.tolist()


@pytest.mark.parametrize("name", ["gsy", "igs"])
def test_a_pending_sample_counts_with_its_prediction(name) -> None:
    """As if its prediction had been its label."""
    waiting = POOL.take(np.array([3, 17]))
    told = Signals(np.concatenate([LABELED.ids, waiting.ids]), {"embeddings": np.concatenate([KNOWN, X[[3, 17]]])})
    there = select(name, POOL, 6, labeled=LABELED, labels=Y, pending=waiting)
    assert there.ids.tolist() == select(name, POOL, 6, labeled=told, labels=[*Y, *F[[3, 17]]]).ids.tolist()


@pytest.mark.parametrize("name", DISTANCES)
def test_before_any_label_only_the_features_count_and_the_middle_comes_first(name) -> None:
    batch = select(name, POOL, 12)
    first = int(np.linalg.norm(X - X.mean(0), axis=1).argmin())
    wanted = [first, *plainly(11, [X[first]], [0.0], DISTANCES["gsx"])]
    assert batch.ids.tolist() == POOL.ids[wanted].tolist()


def test_words_are_no_labels_of_a_regression() -> None:
    with pytest.raises(BadLabel, match=r"a label here is a number, such as 12\.5, and 'cat' is none"):
        select("igs", POOL, 5, labeled=LABELED, labels=["cat"] * L)


def test_the_nearest_number_and_the_least_product_in_blocks() -> None:
    assert to_nearest(F, Y) == pytest.approx(np.abs(F[:, None] - Y).min(1))
    both = np.linalg.norm(X[:, None] - KNOWN, axis=2) * np.abs(F[:, None] - Y)
    assert least_product(ops.Dense(X), F, ops.Dense(KNOWN), Y) == pytest.approx(both.min(1))


def test_golden_emcm() -> None:
    one = {"prediction": np.array([3.0]), "outputs": np.array([[2.5, 3.5, 4.0]])}
    assert score("emcm", embeddings=np.array([[1.0, 2.0]]), **one)[0] == pytest.approx(1.4907119849998598, abs=1e-12)
    assert score("emcm_super", hidden=np.array([[1.0, 2.0]]), **one)[0] == pytest.approx(1.4907119849998598, abs=1e-12)


def test_emcm_grows_with_the_sample_and_is_nothing_where_the_committee_agrees() -> None:
    f, others = RNG.normal(size=6), RNG.normal(size=(6, 4))
    x = RNG.normal(size=(6, 3))
    plain = score("emcm", prediction=f, outputs=others, embeddings=x)
    assert score("emcm", prediction=f, outputs=others, embeddings=3 * x) == pytest.approx(3 * plain)
    assert score("emcm", prediction=f + 7, outputs=others + 7, embeddings=x) == pytest.approx(plain)
    assert score("emcm", prediction=f, outputs=np.repeat(f[:, None], 4, 1), embeddings=x).max() == 0


def test_the_prediction_of_a_committee_is_its_mean_where_nobody_says_another() -> None:
    outputs = np.array([[1.0, 5.0]])
    assert score("emcm", outputs=outputs, embeddings=np.array([[3.0, 4.0]]))[0] == pytest.approx(2 * 5)


def test_variances_below_0_are_an_error() -> None:
    with pytest.raises(BadSignal, match="variance is below 0: row 1"):
        score("alm", variance=np.array([1.0, -0.5]))


def test_the_middle_of_a_committee() -> None:
    outputs = np.array([[0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [0.0] * 10 + [99.0]])
    assert score("quantile_width(share=0.8)", outputs=outputs) == pytest.approx([8.0, 0.0])
    assert score("quantile_width(share=1.0)", outputs=outputs) == pytest.approx([10.0, 99.0])
    assert score("qbc_variance", outputs=outputs) == pytest.approx(outputs.var(1))


def kernel(a: np.ndarray, b: np.ndarray, length: float) -> np.ndarray:
    return np.exp(-((a[:, None] - b) ** 2).sum(2) / (2 * length**2))


def variance_left(taken: list[int], length: float, noise: float) -> float:
    """Sum over the pool of the posterior variance, from nothing."""
    at = np.concatenate([KNOWN, X[taken]])
    near = kernel(X, at, length)
    return float(
        (
            1 - np.einsum("nl,lm,nm->n", near, np.linalg.inv(kernel(at, at, length) + noise * np.eye(len(at))), near)
        ).sum()
    )


def test_alc_is_brute_force() -> None:
    """All of the pool as targets: each pick leaves the least variance that any one could."""
    batch = select("alc(width=0.7, noise=0.2)", POOL, 5, labeled=LABELED, labels=Y)
    length, taken = 0.7 * middling(X), []
    for i in batch.ids:
        left = {n: variance_left([*taken, n], length, 0.2) for n in range(N) if n not in taken}
        row = int(np.flatnonzero(POOL.ids == i)[0])
        assert left[row] == pytest.approx(min(left.values()), rel=1e-9)
        taken.append(row)


def test_alc_of_a_line_is_brute_force() -> None:
    batch = select("alc_linear(ridge=0.5)", POOL, 4, labeled=LABELED, labels=Y)
    pool = X.T @ X / N
    start, taken = 0.5 * np.trace(pool) / 3 * np.eye(3) + KNOWN.T @ KNOWN, []
    for i in batch.ids:

        def left(n: int, taken: list[int] = taken) -> float:
            at = X[[*taken, n]]
            return float(np.trace(np.linalg.inv(start + at.T @ at) @ pool))

        row = int(np.flatnonzero(POOL.ids == i)[0])
        assert left(row) == pytest.approx(min(left(n) for n in range(N) if n not in taken))
        taken.append(row)


def test_rt_al_gives_each_leaf_what_its_size_and_spread_are_due() -> None:
    """Left of 0 the labels are all alike; right of it they vary: the whole batch goes there."""
    x = np.linspace(-1, 1, 60)[:, None]
    known = np.linspace(-1, 1, 20)[:, None]
    y = np.where(known[:, 0] < 0, 5.0, np.tile([-20.0, 20.0], 10))
    pool = Signals(ops.key_ids(0, 60), {"embeddings": x})
    labeled = Signals(ops.key_ids(1000, 20), {"embeddings": known})
    for within in ("random", "far"):
        batch = select(f"rt_al(leaf=10, within={within!r})", pool, 8, labeled=labeled, labels=y)
        assert (x[np.isin(pool.ids, batch.ids)] > -0.06).all()
    mine, theirs = leaves(x, known, y, 10, 0)
    assert len(set(mine)) == 2
    assert set(mine) == set(theirs)


def test_shares_are_whole_and_no_leaf_gives_more_than_it_has() -> None:
    assert shared_out(np.array([3.0, 1.0]), np.array([50, 50]), 8).tolist() == [6, 2]
    assert shared_out(np.array([3.0, 1.0]), np.array([4, 50]), 8).tolist() == [4, 4]
    assert shared_out(np.array([1.0, 0.0]), np.array([4, 50]), 8).tolist() == [4, 4]
    assert shared_out(np.array([1.0, 1.0, 1.0]), np.array([9, 9, 9]), 2).sum() == 2
    for k, after in pairwise(range(12)):
        some = [shared_out(np.array([0.2, 0.5, 0.3]), np.array([1, 9, 2]), n) for n in (k, after)]
        assert [s.sum() for s in some] == [k, after]


def test_rt_al_needs_labels() -> None:
    with pytest.raises(MissingSignal, match="rt_al needs labelled samples"):
        select("rt_al", POOL, 5)
