"""The network on a graph: its gradient, its answer against the whole matrix, and what it asks for."""

import numpy as np
import pytest

from askance import ops
from askance.ops.graph_net import Net, loss_and_slopes, mixed, odds, trained, untrained
from askance.ops.knn import neighbours
from askance.select import select
from askance.signals import Signals
from askance.strategies.diversity.gcn import network, seen

RNG = np.random.default_rng(0)
POOL, KNOWN = RNG.normal(size=(40, 3)), RNG.normal(size=(8, 3)) + 2 * np.eye(3)[0]


def small(n=9, features=4, hidden=3, links=2):
    x = RNG.normal(size=(n, features))
    near, squared = neighbours(ops.Dense(x), links)
    weight = np.exp(-squared)
    weight = weight / weight.sum(1, keepdims=True)
    first, second = RNG.normal(size=(features, hidden)), RNG.normal(size=hidden)
    net = Net(first, RNG.normal(size=hidden), second, np.asarray(0.3))
    return net, x, near, weight


def whole(near, weight):
    """I plus the row-normalised graph, as the matrix that is never made."""
    a = np.eye(len(near))
    for i, (rows, shares) in enumerate(zip(near, weight, strict=True)):
        a[i, rows] += shares
    return a


def test_two_layers_on_the_graph_are_the_products_with_the_whole_matrix():
    net, x, near, weight = small()
    a = whole(near, weight)
    wanted = a @ np.maximum(a @ x @ net.first + net.bias, 0) @ net.second + net.last
    fed = mixed(x, x, near, weight)
    assert fed == pytest.approx(a @ x)
    assert odds(net, fed, net.signal(fed), near, weight) == pytest.approx(wanted)


def test_the_gradient_is_the_difference_quotient():
    net, x, near, weight = small()
    labelled = np.arange(9) < 3
    fed = mixed(x, x, near, weight)
    _, slope = loss_and_slopes(net, fed, near, weight, labelled, 1.2)
    for name in ("first", "bias", "second", "last"):
        value, found = getattr(net, name), np.atleast_1d(getattr(slope, name))
        for at in np.ndindex(found.shape):
            both = []
            for step in (1e-6, -1e-6):
                moved = np.atleast_1d(value.copy())
                moved[at] += step
                parts = {n: getattr(net, n) for n in ("first", "bias", "second", "last")}
                parts[name] = moved.reshape(value.shape)
                both.append(loss_and_slopes(Net(**parts), fed, near, weight, labelled, 1.2)[0])
            assert found[at] == pytest.approx((both[0] - both[1]) / 2e-6, abs=1e-5)


def test_the_loss_is_that_of_the_paper():
    """- mean log p over labelled - 1.2 mean log (1 - p) over the others; at p = 1/2 everywhere 2.2 log 2."""
    _, x, near, weight = small()
    nothing = Net(np.zeros((4, 3)), np.zeros(3), np.zeros(3), np.asarray(0.0))
    loss, _ = loss_and_slopes(nothing, x, near, weight, np.arange(9) < 3, 1.2)
    assert loss == pytest.approx(2.2 * np.log(2))


def test_training_tells_the_labelled_from_the_others():
    x = np.concatenate([RNG.normal(size=(30, 2)), RNG.normal(size=(30, 2)) + 5])
    near, squared = neighbours(ops.Dense(x), 5)
    weight, labelled = np.full(squared.shape, 0.2), np.arange(60) < 10
    net = trained(untrained(2, 16, 3), mixed(x, x, near, weight), near, weight, labelled, 1.2, 200)
    fed = mixed(x, x, near, weight)
    said = odds(net, fed, net.signal(fed), near, weight)
    assert said[:10].mean() > said[10:30].mean() - 1
    assert said[:30].min() > said[30:].max(), "the group without a label is told from the one with some"


def test_a_node_is_asked_as_it_was_trained_and_others_through_their_nearest_nodes():
    vectors, reference, ids = ops.Dense(POOL), ops.Dense(KNOWN), ops.key_ids(0, 40)
    net, graph, own = network(vectors, reference, ids, 0, 25, 20)
    assert sorted(own[own >= 0].tolist()) == list(range(25))
    fed, near, weight = seen(graph, vectors, own)
    rows = np.flatnonzero(own >= 0)
    assert fed[rows] == pytest.approx(graph.fed[own[rows]], abs=1e-6)
    assert (near != own[:, None]).all()
    assert weight.sum(1) == pytest.approx(1)
    assert np.isfinite(net.signal(fed)).all()


@pytest.mark.parametrize("strategy", ["uncertain_gcn", "coregcn"])
def test_it_asks_in_the_group_that_has_no_label(strategy):
    rng = np.random.default_rng(1)
    pool = np.concatenate([rng.normal(size=(60, 4)), rng.normal(size=(60, 4)) + 6])
    known = Signals(ops.key_ids(900, 12), {"embeddings": rng.normal(size=(12, 4))})
    got = select(strategy, Signals(ops.key_ids(0, 120), {"embeddings": pool}), 10, labeled=known)
    far = np.isin(got.ids, ops.key_ids(60, 60))
    assert far.mean() >= 0.5
    assert len(set(got.ids.tolist())) == 10


def test_uncertain_gcn_is_one_less_the_distance_to_the_margin():
    vectors, reference, ids = ops.Dense(POOL), ops.Dense(KNOWN), ops.key_ids(0, 40)
    known = Signals(ops.key_ids(900, 8), {"embeddings": KNOWN})
    net, graph, own = network(vectors, reference, ids, 0, 1000, 200)
    fed, near, weight = seen(graph, vectors, own)
    p = 1 / (1 + np.exp(-odds(net, fed, net.signal(graph.fed), near, weight)))
    pool = Signals(ids, {"embeddings": POOL})
    for margin in (0.1, 0.5):
        got = select(f"uncertain_gcn(margin={margin})", pool, 5, labeled=known)
        best = np.sort(1 - np.abs(p - margin))[::-1][:5]
        assert got.utility == pytest.approx(best, abs=1e-5)
