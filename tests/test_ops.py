"""The kernels against brute force, and the noise against what randomness must be."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from askance import ops
from extras import extra

RNG = np.random.default_rng(0)


def test_noise_depends_on_seed_draw_and_id_alone() -> None:
    ids = RNG.integers(0, 2**63, 100).astype(np.uint64)
    order = RNG.permutation(100)
    assert (ops.noise(3, ids, 1)[order] == ops.noise(3, ids[order], 1)).all()
    assert (ops.noise(3, ids, 1) != ops.noise(3, ids, 2)).all()
    assert (ops.noise(3, ids, 1) != ops.noise(4, ids, 1)).all()


@pytest.mark.parametrize("ids", [np.arange(100_000), np.arange(100_000) << 32, ops.key_ids(0, 100_000)])
@pytest.mark.parametrize("seed", [0, 1, -5, 2**70])
def test_noise_is_uniform_and_unrelated_between_seeds_draws_and_neighbours(ids: np.ndarray, seed: int) -> None:
    ids = ids.astype(np.uint64)
    u, v, w = ops.noise(seed, ids), ops.noise(seed + 1, ids), ops.noise(seed, ids, 1)
    assert ((u > 0) & (u < 1)).all()
    counts, _ = np.histogram(u, bins=100, range=(0, 1))
    assert ((counts - 1000) ** 2 / 1000).sum() < 180  # chi-square, 99 degrees: 1e-6 is 177
    for a, b in ((u, v), (u, w), (u[1:], u[:-1])):
        assert abs(np.corrcoef(a, b)[0, 1]) < 0.02


def test_noise_known_values_never_change() -> None:
    """Picks of stored campaigns rest on these: a change here is a change of every campaign's future."""
    got = ops.noise(7, np.array([0, 1, 2**64 - 1], np.uint64), 2)
    assert got.tolist() == [0.2820037926708167, 0.3970612394804102, 0.9662393787167869]


def test_weighted_order_draws_in_proportion() -> None:
    weight = np.array([1.0, 2.0, 0.0, 5.0])
    ids = np.arange(4, dtype=np.uint64)
    first = np.bincount([ops.weighted_order(weight, seed, ids).argmax() for seed in range(8000)], minlength=4) / 8000
    assert np.allclose(first, weight / 8, atol=0.02)
    assert first[2] == 0


@given(
    arrays(np.float64, st.integers(1, 60), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0])),
    st.integers(0, 70),
    st.integers(0, 5),
)
def test_top_is_the_sorted_head(utility: np.ndarray, k: int, seed: int) -> None:
    ids = ops.key_ids(0, len(utility))
    tie = ops.noise(seed, ids)
    want = sorted(range(len(utility)), key=lambda i: (-utility[i], tie[i]))[:k]
    assert ops.top(utility, ids, k, seed).tolist() == want


@pytest.mark.parametrize("k", [1, 100, 2000, 50_000, 99_999])
@pytest.mark.parametrize("steps", [3, 1000, 10**9])
def test_top_of_many(k: int, steps: int) -> None:
    """The bound taken from a sample is only a bound: with few distinct values, and sorted, the answer stays exact."""
    utility = np.sort(np.floor(RNG.random(100_000) * steps))
    ids = ops.key_ids(0, len(utility))
    want = np.lexsort((ops.noise(0, ids), -utility))[:k]
    assert (ops.top(utility, ids, k) == want).all()


def test_key_ids_are_distinct_and_continue() -> None:
    ids = ops.key_ids(0, 200_000)
    assert len(np.unique(ids)) == 200_000
    assert (ops.key_ids(150_000, 10) == ids[150_000:150_010]).all()
    assert not np.isin(ops.key_ids(0, 1000, source=1), ids).any()


def test_hex_id_round_trips() -> None:
    assert ops.hex_id(255) == "00000000000000ff"
    assert ops.parse_id(ops.hex_id(2**64 - 1)) == 2**64 - 1


@pytest.mark.parametrize("classes", [2, 3, 10, 32, 33, 100])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_top_two(classes: int, dtype: type) -> None:
    p = RNG.dirichlet(np.ones(classes), 50).astype(dtype)
    p[0] = 1 / classes
    first, second = ops.top_two(p)
    want = np.sort(p, 1)
    assert (first == want[:, -1]).all()
    assert (second == want[:, -2]).all()


def test_entropy_takes_zeros() -> None:
    h = ops.entropy_of(np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]))
    assert h == pytest.approx([0, np.log(2), 0], abs=1e-15)
    assert (h >= 0).all()


def test_softmax_does_not_overflow() -> None:
    p = ops.softmax(np.array([[1e4, 0.0], [-1e4, -1e4]], np.float32))
    assert np.allclose(p, [[1, 0], [0.5, 0.5]])


@pytest.mark.parametrize("how", ["max", "min", "sum", "mean"])
def test_segment_against_a_loop(how: str) -> None:
    values, offsets = RNG.random(10), np.array([0, 0, 3, 4, 4, 10, 10])
    want = [getattr(np, how)(values[a:b]) if b > a else 0.0 for a, b in pairwise(offsets)]
    assert np.allclose(ops.segment(values, offsets, how), want)


@pytest.mark.parametrize("shape", [(2000,), (2000, 3), (2000, 2, 3)])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_first_bad_row(shape: tuple[int, ...], bad: float, dtype: type) -> None:
    a = RNG.random(shape).astype(dtype)
    assert ops.first_bad_row(a) is None
    a[1500] = bad
    a[1777] = bad
    assert ops.first_bad_row(a) == 1500


def test_huge_numbers_are_not_infinite() -> None:
    assert ops.first_bad_row(np.full((3, 4), 3e38, np.float32)) is None


def test_first_bad_probs_says_what() -> None:
    p = RNG.dirichlet(np.ones(4), (500, 3))
    assert ops.first_bad_probs(p) is None
    p[321, 1, 0] += 0.2
    assert ops.first_bad_probs(p) == (321, "sums to 1.2, not to 1")
    p[300, 2] = [-0.5, 0.5, 0.5, 0.5]
    assert ops.first_bad_probs(p) == (300, "has -0.5, below 0")


def vectors(kind: str, n: int, dtype: type) -> ops.Dense | ops.Outer:
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=(n, 4)).astype(dtype), rng.normal(size=(n, 3)).astype(dtype)
    return ops.Dense(a) if kind == "dense" else ops.Outer(ops.Dense(a), ops.Dense(b))


@pytest.mark.parametrize("kind", ["dense", "outer"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_vectors_against_the_arrays_they_stand_for(kind: str, dtype: type) -> None:
    v, w = vectors(kind, 40, dtype), vectors(kind, 17, dtype)
    x, y = v.array().astype(np.float64), w.array().astype(np.float64)
    square = ((x[:, None] - y[None]) ** 2).sum(2)
    tolerance = 1e-4 if dtype is np.float32 else 1e-9
    assert np.allclose(v.norms, (x**2).sum(1), rtol=tolerance)
    assert np.allclose(v.to(w[np.array([3])]), square[:, 3], rtol=tolerance, atol=tolerance)
    assert np.allclose(v.nearest(w), square.min(1), rtol=tolerance, atol=tolerance)
    assert np.isinf(v.nearest(w[np.arange(0)])).all()
    assert len(v[np.array([1, 2])]) == 2


@pytest.mark.parametrize("kind", ["dense", "outer"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_twins_are_at_distance_zero_exactly(kind: str, dtype: type) -> None:
    v = vectors(kind, 30, dtype)
    for row in range(30):
        gap = v.to(v[np.array([row])])
        assert gap[row] == 0
        assert (np.delete(gap, row) > 0).all()
    assert (v.nearest(v) == 0).all()


def test_half_precision_is_computed_in_single() -> None:
    """KCenterGreedyPCA of DeepAL+ overflows here: float16 ends at 65,504."""
    rows = (np.random.default_rng(0).normal(size=(20, 8)) * 60).astype(np.float16)
    v = ops.Dense(rows)
    assert np.isfinite(v.norms).all()
    assert np.isfinite(v.to(v[np.array([0])])).all()


def test_torch_tensors_are_taken_as_they_are() -> None:
    torch = extra("torch")
    t = torch.rand(5, 3, requires_grad=True)
    a = ops.as_numpy(t)
    assert isinstance(a, np.ndarray)
    assert a.__array_interface__["data"][0] == t.data_ptr()
    assert ops.as_numpy(torch.ones(2, dtype=torch.bfloat16)).dtype == np.float32
