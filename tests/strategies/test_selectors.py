"""Selectors against the plain way of doing the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.strategies.cold_start.typiclust import mean_gap
from askance.strategies.diversity.kmeans import cluster, nearest_distinct
from askance.strategy import ATOMS
from askance.view import View

Rng = np.random.Generator


def pool(n: int, seed: int = 0, dim: int = 3, classes: int = 3) -> Signals:
    rng = np.random.default_rng(seed)
    columns = {"embeddings": rng.normal(size=(n, dim)), "probs": rng.dirichlet(np.ones(classes), n)}
    return Signals(rng.integers(0, 2**63, n).astype(np.uint64), columns)


def rows_of(signals: Signals, text: str, k: int, **context: object) -> list[int]:
    """Picks as row numbers."""
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **context).ids.tolist()]  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------------------------- k-center


@pytest.mark.parametrize("seed", range(5))
def test_kcenter_is_farthest_first(seed: int) -> None:
    signals, labeled = pool(40, seed), pool(5, seed + 100)
    e, known = signals["embeddings"], list(labeled["embeddings"])
    wanted = []
    for _ in range(10):
        gaps = [min(((x - c) ** 2).sum() for c in known) for x in e]
        wanted.append(int(np.argmax(gaps)))
        known.append(e[wanted[-1]])
    assert rows_of(signals, "kcenter", 10, labeled=labeled) == wanted


def test_kcenter_on_the_line() -> None:
    """0, .1, .2, 1, 1.1, 5 from 0: takes 5 and then 1.1, to a radius of .2, within twice the best, .1."""
    x = np.array([[0.0], [0.1], [0.2], [1.0], [1.1], [5.0]])
    signals = Signals(np.arange(6), {"embeddings": x})
    picked = rows_of(signals, "kcenter", 2, labeled=signals.take(np.array([0])))
    assert picked == [5, 4]
    assert np.abs(x - x[[0, *picked]].T).min(1).max() == pytest.approx(0.2)


# -------------------------------------------------------------------------------------------------------- k-means, DBAL


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(0, 20), st.integers(0, 10**6))
def test_the_closest_pair_of_centre_and_row_is_settled_first(k: int, more: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, centres = rng.normal(size=(k + more, 2)), rng.normal(size=(k, 2))
    gaps = ((centres[:, None] - rows) ** 2).sum(2)
    wanted = np.full(k, -1)
    for flat in np.argsort(gaps, axis=None):
        centre, row = divmod(int(flat), k + more)
        if wanted[centre] < 0 and row not in wanted:
            wanted[centre] = row
    assert nearest_distinct(centres, rows).tolist() == wanted.tolist()
    assert nearest_distinct(centres, rows, cells=1).tolist() == wanted.tolist()


def test_kmeans_takes_the_row_nearest_to_each_centre() -> None:
    rng = np.random.default_rng(0)
    middles = 10.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    e = np.concatenate([middles, np.repeat(middles, 20, 0) + np.tile(rng.normal(size=(10, 2)), (8, 1)) * [1, 1]])
    e[4:] = np.concatenate([m + np.concatenate([d := rng.normal(size=(10, 2)), -d]) for m in middles])
    assert sorted(rows_of(Signals(np.arange(84), {"embeddings": e}), "kmeans", 4)) == [0, 1, 2, 3]


def test_kmeans_reports_heavy_clusters_first() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1, 2], [10, 40, 20])
    e = 100.0 * group[:, None] + rng.normal(size=(70, 1))
    assert group[rows_of(Signals(np.arange(70), {"embeddings": e}), "kmeans", 3)].tolist() == [1, 2, 0]


def test_kmeans_takes_each_distinct_point_before_any_copy() -> None:
    e = np.repeat(np.arange(5.0), 10)[:, None]
    picked = rows_of(Signals(np.arange(50), {"embeddings": e}), "kmeans", 12)
    assert len(set(picked)) == 12
    assert sorted(e[picked[:5], 0].tolist()) == [0, 1, 2, 3, 4]


def test_kmeans_in_mini_batches_is_nearly_as_tight(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(0).normal(size=(3000, 4))

    def spread() -> float:
        centres, owner = cluster(rows, 20, 0)
        return float(((rows - centres[owner]) ** 2).sum())

    full = spread()
    monkeypatch.setattr("askance.strategies.diversity.kmeans.FULL", 0)
    assert spread() < 1.1 * full


def test_dbal_with_beta_one_is_margin() -> None:
    signals = pool(200)
    assert rows_of(signals, "dbal(beta=1)", 15) == rows_of(signals, "margin", 15)


def test_dbal_with_one_pick_is_the_sample_nearest_to_the_weighted_mean() -> None:
    signals = pool(200)
    kept = rows_of(signals, "margin", 10)
    p = np.sort(signals["probs"][kept], axis=1)
    weight, e = 1 - (p[:, -1] - p[:, -2]), signals["embeddings"][kept]
    mean = (weight[:, None] * e).sum(0) / weight.sum()
    assert rows_of(signals, "dbal", 1) == [kept[int(((e - mean) ** 2).sum(1).argmin())]]


def test_dbal_with_equal_weights_is_plain_kmeans() -> None:
    signals = pool(100).with_(probs=np.full((100, 2), 0.5))
    weighted, plain = (
        rows_of(signals, f"margin | top(x=10) | {end}", 10) for end in ("kmeans(weighted=True)", "kmeans")
    )
    assert weighted == plain == rows_of(signals, "dbal", 10)


def test_dbal_picks_distinct_points_where_margin_picks_copies() -> None:
    """Each point ten times: the ten most in doubt by margin are few points, DBAL's are all different."""
    copies = pool(50).take(np.repeat(np.arange(50), 10))
    signals = Signals(ops.key_ids(0, 500), copies.columns)

    def points(text: str) -> int:
        return len(np.unique(signals["embeddings"][rows_of(signals, text, 10)], axis=0))

    assert points("dbal") == 10
    assert points("margin") <= 2


# -------------------------------------------------------------------------------------------------------- k-means++


def test_kmeanspp_draws_by_squared_distance() -> None:
    """The law of the second pick over 4,000 seeds, within 4 standard errors; the first is the longest vector."""
    e = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [-1.0, -1.0], [3.0, 0.0]])
    ids, draws = ops.key_ids(0, 5), 4000
    kmeanspp, vectors = ATOMS["kmeanspp"].fn, ops.Dense(e)
    first = View(Signals(ids, {"embeddings": e}), 2).keep(np.array([4]))
    seconds = np.zeros(5)
    for seed in range(draws):
        run = kmeanspp(vectors, ids, seed)
        assert next(run).argmax() == 4
        seconds[run.send(first).argmax()] += 1
    law = ((e - e[4]) ** 2).sum(1)
    law /= law.sum()
    assert (np.abs(seconds / draws - law) <= 4 * np.sqrt(law * (1 - law) / draws)).all()


def test_power_draws_by_a_power_of_the_utility() -> None:
    u, ids, draws = np.array([0.0, 0.1, 0.3, 0.6]), ops.key_ids(0, 4), 4000
    power = ATOMS["power"].fn
    firsts = np.zeros(4)
    for seed in range(draws):
        firsts[power(u, ids, seed, beta=2.0).argmax()] += 1
    law = u**2 / (u**2).sum()
    assert firsts[0] == 0
    assert (np.abs(firsts / draws - law) <= 4 * np.sqrt(law * (1 - law) / draws)).all()


def test_badge_keeps_no_centre_at_the_origin() -> None:
    """Distances are to the picks alone; an origin that stays a centre would cap them at the length."""
    e = np.array([[10.0, 0.0], [-1.0, 0.0], [9.0, 0.0]])
    run = ATOMS["kmeanspp"].fn(ops.Dense(e), ops.key_ids(0, 3), 0)
    next(run)
    keys = run.send(View(Signals(ops.key_ids(0, 3), {"embeddings": e}), 2).keep(np.array([0])))
    weight = keys * -np.log(ops.noise(0, ops.key_ids(0, 3), 1))
    np.testing.assert_allclose(weight, [0.0, 121.0, 1.0], atol=1e-9)


# -------------------------------------------------------------------------------------------------------- TypiClust


def naive_gap(rows: np.ndarray, neighbours: int) -> np.ndarray:
    gaps = np.sort(np.sqrt(((rows[:, None] - rows) ** 2).sum(2)), axis=1)
    return gaps[:, 1 : neighbours + 1].mean(1)


@pytest.mark.parametrize("n", [2, 3, 10, 300])
def test_typicality_is_the_inverse_of_the_mean_distance_to_neighbours(n: int) -> None:
    rows = np.random.default_rng(n).normal(size=(n, 4)) + 1000.0
    neighbours = min(20, n // 2)
    np.testing.assert_allclose(mean_gap(rows, neighbours), naive_gap(rows, neighbours), rtol=1e-6)
    np.testing.assert_allclose(mean_gap(rows, neighbours, cells=n * 3), naive_gap(rows, neighbours), rtol=1e-6)


def naive_typiclust(signals: Signals, labeled: Signals, k: int, seed: int) -> list[int]:
    """The released algorithm, line by line, on the same clusters."""
    order = np.argsort(ops.noise(seed, signals.ids))
    known = labeled.take(np.argsort(labeled.ids))["embeddings"]
    features = np.concatenate([signals["embeddings"][order], known])
    owner = cluster(features, min(len(known) + k, 500), seed)[1]
    old = np.arange(len(order), len(features))
    sizes, covered = np.bincount(owner), np.bincount(owner[old], minlength=owner.max() + 1)
    queue = sorted((c for c in range(len(sizes)) if sizes[c] > 5), key=lambda c: (covered[c], -sizes[c]))
    owner[old] = -1
    picked = []
    for turn in range(k):
        inside = np.flatnonzero(owner == queue[turn % len(queue)])
        best = inside[int(naive_gap(features[inside], min(20, len(inside) // 2)).argmin())]
        owner[best] = -1
        picked.append(int(order[best]))
    return picked


@pytest.mark.parametrize("seed", range(3))
def test_typiclust_is_the_released_algorithm(seed: int) -> None:
    signals, labeled = pool(400, seed, dim=2), pool(4, seed + 50, dim=2)
    assert rows_of(signals, "typiclust", 9, seed=seed, labeled=labeled) == naive_typiclust(signals, labeled, 9, seed)


def test_typiclust_leaves_clusters_that_are_covered_and_outliers() -> None:
    """Six clusters, three of them labelled, and one stray point: the other three give one each, none the stray."""
    rng = np.random.default_rng(0)
    middles = 50.0 * rng.normal(size=(6, 4))
    group = np.repeat(np.arange(6), 20)
    signals = Signals(
        np.arange(121), {"embeddings": np.concatenate([middles[group] + rng.normal(size=(120, 4)), [[500.0] * 4]])}
    )
    labeled = signals.take(np.array([0, 20, 40]))
    picked = rows_of(signals, "typiclust(clusters=7)", 3, labeled=labeled)
    assert sorted(group[picked].tolist()) == [3, 4, 5]


def test_typiclust_takes_small_clusters_when_the_others_are_used_up() -> None:
    signals = pool(30, dim=2)
    assert len(set(rows_of(signals, "typiclust(smallest=29)", 25))) == 25


# -------------------------------------------------------------------------------------------------------- density


def test_density_is_the_mean_cosine_to_the_pool() -> None:
    signals = Signals(np.arange(60), {"embeddings": np.abs(np.random.default_rng(0).normal(size=(60, 5)))})
    unit = signals["embeddings"] / np.linalg.norm(signals["embeddings"], axis=1, keepdims=True)
    got = ATOMS["density"](View(signals, 1)).get("utility")
    np.testing.assert_allclose(got, (unit @ unit.T).mean(1), atol=1e-12)


def test_information_density_is_entropy_times_density_to_the_power_beta() -> None:
    signals = pool(80)
    parts = [select(t, signals, 80) for t in ("entropy", "density")]
    by_id = [dict(zip(b.ids.tolist(), b.utility.tolist(), strict=True)) for b in parts]
    both = select("information_density(beta=2.0)", signals, 80)
    wanted = [by_id[0][i] * by_id[1][i] ** 2 for i in both.ids.tolist()]
    np.testing.assert_allclose(both.utility, wanted, atol=1e-12)
