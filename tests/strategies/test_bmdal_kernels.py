"""The kernels and transforms of the BMDAL algebra: what their inner products are."""

from typing import Any

import numpy as np
import pytest

from askance import ops
from askance.errors import BadSignal
from askance.learners.mlp import MLP
from askance.ops.covariance import ArcCosine, Laplace
from askance.ops.implicit import Implicit, Layered
from askance.ops.sketch import sketch
from askance.select import select
from askance.signals import Signals
from askance.spec import parse
from askance.view import View

RNG = np.random.default_rng(0)
X, SEEN = RNG.normal(size=(12, 4)), RNG.normal(size=(5, 4))


def made(text: str, columns: dict[str, np.ndarray], known: dict[str, np.ndarray] | None = None) -> Any:
    """The view with the vectors of the pool, and of what is known."""
    seen = None if known is None else View(signals(known, 500), 0)
    return parse(text)(View(signals(columns), 3, seed=7, known=seen, labeled_rows=0 if seen is None else len(seen)))


def signals(columns: dict[str, np.ndarray], first: int = 0) -> Signals:
    rows = len(next(iter(columns.values())))
    return Signals(np.arange(first, first + rows, dtype=np.uint64), columns)


def kernel(text: str, x: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Of the pool and then of what is known, by the expression's vectors."""
    view = made(text, {"embeddings": x}, {"embeddings": seen})
    both = view.vectors.double().joined(view.known.vectors.double())
    return np.asarray(both.dots(both))


def covariance(k: np.ndarray, rows: int, sigma: float) -> np.ndarray:
    seen = np.arange(rows, len(k))
    gain = np.linalg.inv(k[np.ix_(seen, seen)] + sigma**2 * np.eye(len(seen)))
    return np.asarray(k - k[:, seen] @ gain @ k[seen])


@pytest.mark.parametrize("before", ["linear", "laplace", "nngp", "laplace(h=2.0) | scaled"])
def test_the_posterior_is_that_of_a_gaussian_process(before: str) -> None:
    prior = kernel(before, X, SEEN)
    assert np.allclose(kernel(f"{before} | posterior(sigma=0.3)", X, SEEN), covariance(prior, 12, 0.3), atol=1e-9)


def test_lengths_and_distances_are_those_of_the_inner_products() -> None:
    for text in ("laplace", "nngp", "linear", "laplace | posterior(sigma=0.3)"):
        vectors, k = made(text, {"embeddings": X}, {"embeddings": SEEN}).vectors, kernel(text, X, SEEN)[:12, :12]
        gaps = np.diag(k)[:, None] + np.diag(k)[None] - 2 * k
        assert np.allclose(vectors.norms, np.diag(k), atol=1e-8)
        assert np.allclose(vectors.to(vectors[np.array([3])]), gaps[:, 3], atol=1e-8)
        assert np.allclose(vectors.nearest(vectors[np.array([3, 8])]), gaps[:, [3, 8]].min(1), atol=1e-8)


def test_scaled_has_mean_one_over_what_is_known() -> None:
    view = made("linear | scaled", {"embeddings": X}, {"embeddings": SEEN})
    assert view.known.vectors.norms.mean() == pytest.approx(1.0)
    assert np.allclose(view.vectors.norms / (1 + (X**2).sum(1)), 1 / (1 + (SEEN**2).sum(1)).mean())


@pytest.mark.parametrize("text", ["linear | scaled | posterior", "laplace | posterior", "nngp", "linear | scaled"])
def test_with_nothing_known_yet(text: str) -> None:
    assert np.isfinite(made(text, {"embeddings": X}).vectors.norms).all()


def test_the_laplace_and_arc_cosine_kernels_in_numbers() -> None:
    one, other = ops.Dense(np.array([[1.0, 0.0]])), ops.Dense(np.array([[0.0, 1.0]]))
    assert Laplace(h=2.0).dots(one, other)[0, 0] == pytest.approx(np.exp(-(2**0.5) / 2))
    flat = ArcCosine(depth=1, weight=2.0, bias=0.0)
    assert flat.dots(one, other)[0, 0] == pytest.approx(1 / np.pi)  # 2 / (2 pi) |x||y| sin 90 degrees
    assert flat.own(one)[0] == pytest.approx(1.0)


def test_an_arc_cosine_kernel_is_the_mean_over_random_networks() -> None:
    x = ops.Dense(X[:5])
    form = ArcCosine(depth=1, bias=0.3)
    draws = [form.features(X[:5], 64, seed) for seed in range(400)]
    assert np.allclose(np.mean([d @ d.T for d in draws], 0), form.dots(x, x), rtol=0.05)


@pytest.mark.parametrize(
    "vectors",
    [
        ops.Dense(X[:5]),
        ops.Outer(ops.Dense(X[:5, :3]), ops.Dense(X[5:10])),
        Implicit(ops.Dense(RNG.normal(size=(5, 12))), Layered(2, 3)),
        Implicit(ops.Dense(X[:5]), Laplace(2.0)),
    ],
    ids=["dense", "outer", "layered", "laplace"],
)
def test_a_sketch_has_the_right_inner_products_on_average(vectors: Any) -> None:
    exact = vectors.dots(vectors)
    draws = [sketch(vectors, 128, seed) for seed in range(300)]
    found = np.mean([d @ d.T for d in draws], 0)
    assert np.abs(found - exact).max() < 0.05 * np.diag(exact).max()
    assert draws[0].shape == (5, 128)


def test_pool_and_known_go_through_one_sketch() -> None:
    view = made("linear | sketched(dims=9)", {"embeddings": X}, {"embeddings": X})
    assert (view.vectors.array() == view.known.vectors.array()).all()


def test_the_full_gradient_of_a_network_is_its_gradient() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 3))
    model = MLP(width=5, depth=2)
    model.fit(x, np.sin(x[:, 0]) + x[:, 1], np.arange(30), 0)
    net, few = model.net, x[:6]
    assert net is not None
    grads = []
    for layer, w in enumerate(net.weights):
        for i in np.ndindex(*w.shape):
            w[i] += 1e-6
            up = (net(few) - net.at) / net.size
            w[i] -= 2e-6
            down = (net(few) - net.at) / net.size
            w[i] += 1e-6
            grads.append((up - down) / 2e-6)
        for j in range(len(net.biases[layer])):
            net.biases[layer][j] += 1e-6
            up = (net(few) - net.at) / net.size
            net.biases[layer][j] -= 2e-6
            down = (net(few) - net.at) / net.size
            net.biases[layer][j] += 1e-6
            grads.append((up - down) / 2e-6)
    g = np.stack(grads, 1)
    said = model.say(few, frozenset({"layers", "hidden"}))
    vectors = made("full_gradient", {"layers": said["layers"]}).vectors
    assert np.allclose(vectors.dots(vectors), g @ g.T, rtol=1e-5)
    assert np.allclose(vectors.norms, (g**2).sum(1), rtol=1e-5)
    last = made("last_layer", {"hidden": said["hidden"]}).vectors.array()
    assert np.allclose(last, g[:, -6:], rtol=1e-5, atol=1e-7)


def test_layers_of_another_shape_are_refused() -> None:
    with pytest.raises(BadSignal, match="layers must be"):
        made("full_gradient", {"layers": np.ones((4, 3))})


def test_labelled_samples_need_only_what_the_first_embedder_needs() -> None:
    pool, known = signals({"hidden": X}), signals({"hidden": SEEN}, 500)
    assert len(select("last_layer | scaled | posterior | max_dist(mode='p')", pool, 4, labeled=known)) == 4


def test_an_ensemble_has_the_sum_of_its_members_kernels() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(25, 3))
    model = MLP(members=3, width=4)
    model.fit(x, x[:, 0] * x[:, 1], np.arange(25, dtype=np.uint64), 0)
    said = model.say(x, frozenset({"member_layers"}))["member_layers"]
    whole = made("ensemble_gradient", {"member_layers": said}).vectors
    each = [made("full_gradient", {"layers": net.factors(x)}).vectors for net in model.others]
    assert np.allclose(whole.dots(whole), sum(v.dots(v) for v in each))
