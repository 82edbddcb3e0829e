"""Coverage: ProbCover, MaxHerding, UHerding, facility location, k-medoids, against golden values and brute force."""

from itertools import combinations

import numpy as np
import pytest

from askance import ops
from askance.ops import coverage
from askance.ops.coverage import Coverage, Likeness, ball, closeness, rbf, typical_gap
from askance.ops.lazy import lazy_greedy
from askance.select import select
from askance.signals import Signals

LINE = np.array([0.0, 0.1, 0.2, 1.0, 1.1, 5.0])[:, None]


def pool(**columns: object) -> Signals:
    arrays = {name: np.asarray(a) for name, a in columns.items()}
    return Signals(ops.key_ids(0, len(next(iter(arrays.values())))), arrays)


def rows(signals: Signals, text: str, k: int, **context: object) -> list[int]:
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **context).ids.tolist()]  # type: ignore[arg-type]


def blobs(n: int = 60, dim: int = 3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, dim)) + 4 * rng.normal(size=(5, dim))[rng.integers(0, 5, n)]


def squared(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(((x[:, None] - y[None]) ** 2).sum(2))


def greedy(likeness: np.ndarray, weight: np.ndarray, k: int, tie: np.ndarray, covered: np.ndarray) -> list[int]:
    """From the definition: likeness (N candidates, M points)."""
    picks: list[int] = []
    for _ in range(k):
        gain = np.round(np.maximum(likeness - covered, 0) @ weight, 10)
        best = min((i for i in range(len(likeness)) if i not in picks), key=lambda i: (-gain[i], tie[i]))
        picks.append(best)
        covered = np.maximum(covered, likeness[best])
    return picks


def test_golden_picks_of_prob_cover() -> None:
    """golden.md: delta = .15 covers everything with .1, then 1 or 1.1, then 5, whatever the seed."""
    for seed in range(8):
        picks = rows(pool(embeddings=LINE), "prob_cover(delta=0.15)", 3, seed=seed)
        assert picks[0] == 1
        assert picks[1] in (3, 4)
        assert picks[2] == 5
        assert (squared(LINE, LINE[picks]).min(1) <= 0.15**2).all()
    assert [1, 3, 5] in [rows(pool(embeddings=LINE), "prob_cover(delta=0.15)", 3, seed=s) for s in range(8)]


def test_golden_picks_of_max_herding() -> None:
    """golden.md: rbf of width 1 takes .2, 1.1 and 5, and covers .9901481844417764."""
    picks = rows(pool(embeddings=LINE), "max_herding(h=1.0)", 3)
    assert picks == [2, 4, 5]
    cover = Coverage(ops.Dense(LINE), ops.Dense(LINE), rbf(1.0))
    for row in picks:
        cover.take(row)
    assert cover.value == pytest.approx(0.9901481844417764, abs=1e-12)


@pytest.mark.parametrize("known", [0, 7])
@pytest.mark.parametrize("text", ["max_herding(h=2.0)", "prob_cover(delta=1.5)", "facility_location"])
def test_lazy_picks_are_those_of_the_definition(text: str, known: int) -> None:
    x = blobs()
    signals = pool(embeddings=x)
    labeled = pool(embeddings=blobs(known, seed=1) if known else np.zeros((0, 3)))
    labeled = Signals(ops.key_ids(10**6, known), dict(labeled.columns))
    wide = 2 * np.sqrt(squared(x, x[[int(np.argmin(signals.ids))]]).max())  # rows reach the strategy by id
    of = {
        "max_herding(h=2.0)": lambda s: np.exp(-s / 4),
        "prob_cover(delta=1.5)": lambda s: (s <= 2.25).astype(float),
        "facility_location": lambda s: np.maximum(1 - np.sqrt(s) / wide, 0),
    }[text]
    covered = of(squared(x, labeled["embeddings"])).max(1) if known else np.zeros(len(x))
    wanted = greedy(of(squared(x, x)), np.full(len(x), 1 / len(x)), 20, ops.noise(3, signals.ids), covered)
    assert rows(signals, text, 20, seed=3, labeled=labeled if known else None) == wanted


@pytest.mark.parametrize("room", [0, 300, 10**6])
@pytest.mark.parametrize(
    "like", [rbf(0.5), rbf(4.0), ball(1.5), closeness(20.0)], ids=["narrow", "rbf", "ball", "close"]
)
def test_what_is_near_is_kept_and_gives_the_gains_of_the_definition(
    like: Likeness, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a gain comes from all pairs, from the few that are near, or from those kept: it is the same number."""
    monkeypatch.setattr(coverage, "_KEPT", room)
    x, y, known = blobs(90, seed=2), blobs(70, seed=3), blobs(4, seed=4)
    weight = np.linspace(0.0, 2.0, 70)
    cover = Coverage(ops.Dense(x), ops.Dense(y), like, ops.Dense(known), weight)
    covered = like(squared(known, y)).max(0)
    for row in (3, 30, 60, 3):
        wanted = np.maximum(like(squared(x, y)) - covered, 0) @ weight
        for _ in range(2):
            got = np.concatenate([cover.gains(some) for some in np.split(np.arange(90), 9)])
            np.testing.assert_allclose(got, wanted, atol=1e-8)
        cover.take(row)
        covered = np.maximum(covered, like(squared(x[[row]], y))[0])
    assert cover.near.used <= room
    assert (cover.near.used > 0) == (room > 0)


def test_ball_as_a_kernel_turns_herding_into_probability_cover() -> None:
    x = ops.Dense(blobs())
    cover = Coverage(x, x, ball(1.5))
    tie = ops.noise(0, ops.key_ids(0, 60))
    picks, gains = lazy_greedy(cover, cover.gains(np.arange(60)), 10, tie)
    assert picks.tolist() == rows(pool(embeddings=x.rows), "prob_cover(delta=1.5)", 10)
    assert (np.diff(gains) <= 1e-12).all()  # submodular: each adds no more than the one before


def test_greedy_is_within_1_minus_1_over_e_of_the_best() -> None:
    x = blobs(12)
    like = np.exp(-squared(x, x))
    best = max(like[list(s)].max(0).mean() for s in combinations(range(12), 3))
    got = like[rows(pool(embeddings=x), "max_herding(h=1.0)", 3)].max(0).mean()
    assert got >= (1 - 1 / np.e) * best


def test_covered_points_no_longer_count() -> None:
    """small-text removes the picked node alone: of clusters of 60 and 40, five picks all from the first."""
    x = np.concatenate([0.01 * blobs(60, seed=1), 100 + 0.01 * blobs(40, seed=2)])
    picks = rows(pool(embeddings=x), "prob_cover(delta=1.0)", 2)
    assert picks[0] < 60 <= picks[1]


def test_isolated_points_are_picked_once_each() -> None:
    """small-text picks one index thirty times where no ball holds two; the reference implementation row 0."""
    x = 100.0 * np.arange(40)[:, None]
    assert len(set(rows(pool(embeddings=x), "prob_cover(delta=1.0)", 30))) == 30


def test_the_last_rows_are_centres_too() -> None:
    """The reference implementation's graph stops at a multiple of its batch of 500."""
    x = np.concatenate([1000.0 * np.arange(500), 1e6 + np.linspace(0, 1, 30)])[:, None]
    assert rows(pool(embeddings=x), "prob_cover(delta=1.0)", 1)[0] >= 500


def test_candidates_of_a_filter_are_no_labelled_centres() -> None:
    """scikit-activeml takes every non-candidate for labelled, so that all utilities are 0."""
    x, p = blobs(), np.random.default_rng(0).dirichlet(np.ones(3), 60)
    signals = pool(embeddings=x, probs=p)
    back = np.sort(rows(signals, "margin", 30))
    alone = signals.take(back)
    assert rows(signals, "margin | top(x=15) | prob_cover(delta=1.5)", 2) == [
        int(back[i]) for i in rows(alone, "prob_cover(delta=1.5)", 2)
    ]


def test_radius_is_the_largest_that_is_pure() -> None:
    from askance.strategies.diversity.prob_cover import foreign_gap, pure_radius

    x = blobs(80)
    vectors, ids = ops.Dense(x), ops.key_ids(0, 80)
    radius = pure_radius(vectors, np.arange(80), ids, 0, 0.9, 5)
    # The same clusters again, and the purity of balls counted one by one.
    from askance.strategies.diversity.kmeans import cluster

    order = np.argsort(ops.noise(0, ids))
    owner = np.empty(80, int)
    owner[order] = cluster(x[order] - x[order].mean(0), 5, 0)[1]

    def purity(r: float) -> float:
        inside = squared(x, x) <= r * r
        return float(np.mean([(owner[inside[i]] == owner[i]).all() for i in range(80)]))

    assert purity(radius * 0.9999) >= 0.9 > purity(radius * 1.0001)
    assert foreign_gap(vectors, owner, np.arange(80)).min() > 0


def test_the_radius_goes_by_the_classes_that_are_labelled() -> None:
    """Two classes known: the radius of two pseudo-classes.  With one or none known that of ten."""
    x, known = blobs(80), Signals(ops.key_ids(999, 4), {"embeddings": blobs(4)})
    for labels, classes in ((["a", "b", "a", "b"], 2), (["a", "b", "c", "d"], 4), (["a"] * 4, 10)):
        own = rows(pool(embeddings=x), "prob_cover", 8, labeled=known, labels=np.array(labels))
        assert own == rows(pool(embeddings=x), f"prob_cover(classes={classes})", 8, labeled=known)
    assert rows(pool(embeddings=x), "prob_cover", 8) == rows(pool(embeddings=x), "prob_cover(classes=10)", 8)


def test_nearest_foreign_row_is_that_of_the_definition() -> None:
    from askance.strategies.diversity.prob_cover import foreign_gap

    x, at = blobs(70), np.array([5, 0, 69, 33])
    owner = np.random.default_rng(0).choice([0, 2, 5], 70)
    gap = np.sqrt(np.where(owner[at, None] == owner, np.inf, squared(x[at], x)).min(1))
    np.testing.assert_allclose(foreign_gap(ops.Dense(x), owner, at, cells=150), gap)
    assert (foreign_gap(ops.Dense(x), np.zeros(70, int), at) == np.inf).all()


def test_doubt_of_one_everywhere_makes_uherding_maxherding() -> None:
    signals = pool(embeddings=blobs(), probs=np.full((60, 2), 0.5))
    assert rows(signals, "uherding(h=2.0)", 15) == rows(signals, "max_herding(h=2.0)", 15)


def test_a_vanishing_width_makes_uherding_the_margin() -> None:
    signals = pool(embeddings=blobs(), probs=np.random.default_rng(0).dirichlet(np.ones(3), 60))
    assert rows(signals, "uherding(h=1e-6)", 15) == rows(signals, "margin", 15)


def test_width_of_uherding_is_the_least_distance_of_two_labelled() -> None:
    signals = pool(embeddings=blobs(), probs=np.random.default_rng(0).dirichlet(np.ones(3), 60))
    labeled = Signals(ops.key_ids(999, 3), {"embeddings": [[0.0, 0, 0], [0, 1.5, 0], [9, 9, 9]], "probs": np.eye(3)})
    assert rows(signals, "uherding", 9, labeled=labeled) == rows(signals, "uherding(h=1.5)", 9, labeled=labeled)


def test_above_the_witnesses_coverage_is_a_fair_estimate() -> None:
    x = blobs(3000, seed=3)
    signals = pool(embeddings=x)

    def covered(text: str) -> float:
        return float(np.exp(-squared(x, x[rows(signals, text, 10)]) / 4).max(1).mean())

    assert covered("max_herding(h=2.0, witnesses=600)") > 0.97 * covered("max_herding(h=2.0)")


def test_width_is_the_median_of_all_pairs_that_differ() -> None:
    x = blobs(40)
    pairs = np.sqrt(squared(x, x)[np.triu_indices(40, 1)])
    assert typical_gap(ops.Dense(x), ops.key_ids(0, 40), 0) == pytest.approx(np.median(pairs))
    assert typical_gap(ops.Dense(np.ones((9, 2))), ops.key_ids(0, 9), 0) == 0.0


def test_closeness_falls_from_one_to_nothing() -> None:
    np.testing.assert_allclose(closeness(2.0)(np.array([0.0, 1.0, 4.0, 9.0])), [1.0, 0.5, 0.0, 0.0])


def test_medoids_of_a_line() -> None:
    """The best 3 medoids by brute force are .1, 1 or 1.1, and 5: sum of distances .3."""
    assert sorted(rows(pool(embeddings=LINE), "k_medoids", 3)) in ([1, 3, 5], [1, 4, 5])


@pytest.mark.parametrize("seed", range(4))
def test_medoids_are_near_the_best_and_never_worse_than_their_start(seed: int) -> None:
    x = blobs(14, seed=seed)
    gap = np.sqrt(squared(x, x))
    best = min(gap[list(s)].min(0).sum() for s in combinations(range(14), 3))
    got = gap[rows(pool(embeddings=x), "k_medoids", 3)].min(0).sum()
    start = gap[rows(pool(embeddings=x), "facility_location", 3)].min(0).sum()
    assert best - 1e-9 <= got <= min(1.15 * best, start + 1e-9)
