"""Members from elsewhere than dropout: closed forms, one function for the whole pool, saved, resumed after a kill."""

import math
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_torch_training import arrays, same

from askance import ops
from askance.errors import BadLearner
from askance.learners.torch import make_torch_learner
from askance.select import select
from askance.signals import Signals
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

MEMBERS = frozenset({"members"})
SHORT = {"swag": {"swag.epochs": "4", "swag.rank": "3"}, "snapshot": {"snapshot.cycle": "2"}}
ALL = ("ensemble", "snapshot", "swag", "laplace", "bbb", "heads")
POOL, LABELS = arrays(60)
OTHER = arrays(150, start=700)[0]


def learner(posterior, cache=None, factory="without_dropout", **options):
    words = {"epochs": "4", "batch": "16", "rate": "0.02", "passes": "4", "posterior": posterior}
    words |= SHORT.get(posterior, {}) | {k.replace("__", "."): str(v) for k, v in options.items()}
    return make_torch_learner(f"torch:tiny_nets:{factory}", words, cache)


TRAINED = {}


def trained(posterior):
    """One fit of each serves several tests, which only ask."""
    if posterior not in TRAINED:
        TRAINED[posterior] = learner(posterior)
        TRAINED[posterior].fit(POOL, LABELS, seed=1)
    return TRAINED[posterior]


def members(one, samples=OTHER):
    return one.signals(samples, MEMBERS)["members"]


@pytest.mark.parametrize("name", ALL)
def test_members_are_distributions_that_differ_and_a_strategy_may_use_them(name):
    found = members(trained(name))
    assert found.shape == (150, 4, 3)
    np.testing.assert_allclose(found.sum(2), 1, atol=1e-5)
    for a in range(4):
        for b in range(a):
            assert np.abs(found[:, a] - found[:, b]).max() > 1e-4, (a, b)
    said = trained(name).signals(OTHER, MEMBERS | {"probs"})
    assert len(select("bald", said, 5)) == 5
    right = (found.mean(1).argmax(1) == np.arange(150) % 3).mean()
    assert right > 0.6, "members know what the network has learned"


@pytest.mark.parametrize("name", ALL)
def test_a_member_is_one_function_for_the_whole_pool(name, monkeypatch):
    from askance.learners.torch import learner as module
    from askance.learners.torch import scoring

    one = trained(name)
    whole = members(one)
    order = np.random.default_rng(0).permutation(150)
    np.testing.assert_allclose(members(one, OTHER.take(order)), whole[order], atol=1e-5)
    np.testing.assert_allclose(members(one, OTHER.take(np.arange(1))), whole[:1], atol=1e-5)
    monkeypatch.setattr(scoring, "AT_ONCE", 7)
    monkeypatch.setattr(module, "BLOCK", 40)
    np.testing.assert_allclose(members(one), whole, atol=1e-5)
    assert members(one, OTHER.take(np.zeros(0, np.int64))).shape == (0, 4, 3)


@pytest.mark.parametrize("name", ALL)
def test_they_are_saved_and_loaded_with_the_network(name, tmp_path):
    one, other = trained(name), learner(name)
    one.save(tmp_path)
    other.load(tmp_path)
    np.testing.assert_array_equal(members(other), members(one))
    with pytest.raises(BadLearner, match=f"was trained with posterior={name}.*, and this learner has dropout"):
        learner("dropout", factory="without_dropout").load(tmp_path)


@pytest.mark.parametrize("name", ALL)
def test_the_network_beside_them_is_left_as_it_was_by_asking(name):
    one = trained(name)
    before = {n: t.clone() for n, t in one._trained().state_dict().items()}
    members(one)
    assert all(torch.equal(t, before[n]) for n, t in one._trained().state_dict().items())
    assert not one._trained().training


@pytest.mark.parametrize("name", ["ensemble", "swag", "heads"])
def test_the_number_of_members_is_settled_by_the_fit(name, tmp_path):
    trained(name).save(tmp_path)
    with pytest.raises(BadLearner, match="has 4 members, and this learner has passes=7"):
        learner(name, passes=7).load(tmp_path)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], str(Path(sys.argv[1]).parent)]
from askance.progress import REPORTER
from test_torch_posteriors import POOL, LABELS, learner

starts = []
def report(what, total):
    starts.append(what)
    die = what == sys.argv[4] and starts.count(what) == int(sys.argv[5])
    return lambda done: os.kill(os.getpid(), signal.SIGKILL) if die and done == 3 else None

REPORTER.set(report)
learner(sys.argv[3], Path(sys.argv[2]), checkpoint=0).fit(POOL, LABELS, seed=1)
"""


@pytest.mark.parametrize(("name", "where", "which"), [("ensemble", "training", 2), ("swag", "training members", 1)])
def test_a_fit_that_was_killed_goes_on_to_the_same_members(name, where, which, tmp_path):
    run = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path), name, where, str(which)]
    assert subprocess.run(run, timeout=120).returncode == -signal.SIGKILL
    left = list((tmp_path / "fits").glob("*.safetensors"))
    assert len(left) == which, "each member of an ensemble has a checkpoint of its own"
    again = learner(name, tmp_path, checkpoint=0)
    again.fit(POOL, LABELS, seed=1)
    assert same(again, trained(name))
    np.testing.assert_array_equal(members(again), members(trained(name)))
    assert not list((tmp_path / "fits").glob("*"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"posterior": "swagg"}, "no posterior is named 'swagg'; did you mean 'swag'?"),
        ({"posterior": "swag", "swag__rnk": 2}, "has no option 'rnk'; did you mean 'rank'?"),
        ({"posterior": "swag", "swag__rank": 9}, "rank from 0 to epochs"),
        ({"posterior": "laplace", "laplace__shape": "round"}, "shape auto, full, kron or diag"),
        ({"posterior": "ensemble(size=3)"}, "posterior=ensemble has no options"),
        (
            {"posterior": "laplace", "factory": "Scaled"},
            "end it in nn.Linear(features, classes), or take",
        ),
        ({"posterior": "bbb", "factory": "Scaled"}, "posterior=bbb is one of the last dense layer"),
    ],
)
def test_what_is_wrong_is_said(options, sentence):
    with pytest.raises(BadLearner) as e:
        learner(**options).fit(*arrays(30))
    assert sentence in str(e.value)


def test_a_network_without_dropout_is_told_what_to_use_instead():
    one = learner("dropout")
    one.fit(POOL, LABELS)
    with pytest.raises(BadLearner, match=r"no dropout layer with p above 0.*posterior=ensemble, snapshot or swag"):
        members(one)


def test_bald_on_members_has_the_values_of_the_papers():
    """shared/reference/papers.md, 2.5 and 3.1."""
    three = np.array([[[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]]])
    two = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.9, 0.1], [0.1, 0.9]], [[0.6, 0.4], [0.6, 0.4]]])
    for given, expected in ((three, [0.3510560]), (two, [0.6931472, 0.3680642, 0.0])):
        said = Signals(np.arange(len(given)), {"members": given})
        mean, each = ops.entropy_of(given.mean(1)), ops.entropy_of(given).mean(1)
        np.testing.assert_allclose(mean - each, expected, atol=1e-7)
        assert list(select("bald", said, 1).ids) == [int(np.argmax(expected))]


@pytest.mark.parametrize("name", ["swag", "laplace", "bbb", "ensemble"])
def test_members_belong_to_the_average_of_weights_where_that_speaks(name):
    one = learner(name, add="ema", epochs=8)
    one.fit(POOL, LABELS, seed=1)
    said = one.signals(OTHER, MEMBERS | {"probs"})
    plain = ops.softmax(one._trained()(torch.from_numpy(OTHER.data.astype(np.float32))).detach().numpy())
    gaps = [np.abs(said["members"].mean(1) - probs).mean() for probs in (said["probs"], plain)]
    assert gaps[0] < 0.2
    assert not np.allclose(said["probs"], plain, atol=1e-3)


# ---- ensembles


def test_an_ensemble_predicts_with_the_mean_and_its_first_is_the_plain_network():
    one = trained("ensemble")
    said = one.signals(OTHER, MEMBERS | {"probs", "logits"})
    np.testing.assert_allclose(said["probs"], said["members"].mean(1), atol=1e-6)
    np.testing.assert_allclose(ops.softmax(said["logits"]), said["probs"], atol=1e-6)
    plain = learner("dropout")
    plain.fit(POOL, LABELS, seed=1)
    np.testing.assert_allclose(plain.signals(OTHER, frozenset({"probs"}))["probs"], said["members"][:, 0], atol=1e-6)


def test_what_is_reported_of_an_ensemble_is_what_all_of_it_says():
    other, theirs = arrays(30, start=500, spread=2.0)
    one = learner("ensemble")
    report = one.fit(POOL, LABELS, seed=1, validation=(other, theirs))
    said = one.signals(other, frozenset({"probs"}))["probs"]
    right = said[np.arange(30), np.searchsorted(one.classes, theirs)]
    assert report.validation["loss"] == pytest.approx(-np.log(right).mean(), rel=1e-4)
    hits = said.argmax(1) == np.searchsorted(one.classes, theirs)
    assert report.validation["accuracy"] == pytest.approx(hits.mean())


# ---- SWAG


def test_the_moments_of_swag_are_those_by_hand():
    from askance.learners.torch.posteriors.swag import drawn, moments

    visited = torch.tensor([[1.0, 0.0], [3.0, 2.0], [5.0, 1.0]])
    mean, variance, last = moments(visited, 2)
    assert torch.allclose(mean, torch.tensor([3.0, 1.0]))
    assert torch.allclose(variance, torch.tensor([8 / 3, 2 / 3]), atol=1e-5)
    assert torch.allclose(last, torch.tensor([[1.0, 1.0], [2.0, 0.0]])), "from the means 2, 1 and 3, 1 of then"
    z, low = torch.tensor([1.0, -1.0]), torch.tensor([0.5, 2.0])
    by_hand = [3 + math.sqrt(4 / 3) + (0.5 + 4) / math.sqrt(2), 1 - math.sqrt(1 / 3) + 0.5 / math.sqrt(2)]
    assert drawn(mean, variance, last, z, low).tolist() == pytest.approx(by_hand, rel=1e-5)
    alone = drawn(mean, variance, last[:0], z, low[:0])
    assert alone.tolist() == pytest.approx([3 + math.sqrt(8 / 3), 1 - math.sqrt(2 / 3)], rel=1e-5)


def test_the_draws_of_swag_have_its_covariance():
    from askance.learners.torch.posteriors.swag import drawn, moments

    mean, variance, last = moments(torch.randn(12, 3, generator=torch.Generator().manual_seed(0)), 5)
    g = torch.Generator().manual_seed(1)
    many = torch.stack(
        [drawn(mean, variance, last, torch.randn(3, generator=g), torch.randn(5, generator=g)) for _ in range(20_000)]
    )
    expected = variance.diag() / 2 + last.T @ last / (2 * 4)
    assert torch.allclose(many.T.cov(), expected, atol=0.05)


def test_batch_normalisation_is_estimated_anew_for_each_member():
    from askance.learners.torch.posteriors.further import norms

    one = trained("swag")
    nets = [one._company.member(one._trained(), t) for t in range(2)]
    (a,), (b,) = (norms(net) for net in nets)
    (plain,) = norms(one._trained())
    assert not torch.allclose(a.running_mean, b.running_mean)
    train = torch.from_numpy(POOL.take(np.isin(POOL.ids, one._split.train)).data.astype(np.float32))
    inside = nets[0][0](train)  # the dense layer before it
    assert torch.allclose(a.running_mean, inside.mean(0), atol=0.05)
    assert not torch.allclose(plain.running_mean, a.running_mean, atol=1e-3)


# ---- Laplace


def logistic(prior, shape="full", passes=4000):
    """Two classes on a linear network, whose posterior is that of Bayesian logistic regression."""
    options = {"laplace__prior": prior, "laplace__shape": shape, "validation": 0, "decay": 0, "passes": passes}
    one = learner("laplace", factory="linear", **options)
    one.fit(POOL, ["a" if label == "a" else "b" for label in LABELS], seed=1)
    return one


def test_laplace_on_a_linear_network_is_bayesian_logistic_regression():
    """Of w = w_a - w_b the precision is sum p (1 - p) phi phi^T + prior / 2: both of them have the prior."""
    one, prior = logistic(2.0), 2.0
    net = one._trained()
    phi = np.column_stack([POOL.data, np.ones(60)])
    w = np.column_stack([net[0].weight.detach().numpy(), net[0].bias.detach().numpy()]).astype(float)
    w = w[0] - w[1]
    p = 1 / (1 + np.exp(-phi @ w))
    covariance = np.linalg.inv((phi * (p * (1 - p))[:, None]).T @ phi + prior / 2 * np.eye(5))
    said = members(one, OTHER.take(np.arange(20))).astype(float)
    odds = np.log(said[:, :, 0] / said[:, :, 1])
    inside = np.column_stack([OTHER.data[:20], np.ones(20)])
    np.testing.assert_allclose(odds.mean(1), inside @ w, atol=0.12)
    np.testing.assert_allclose(odds.var(1), ((inside @ covariance) * inside).sum(1), rtol=0.12)


def test_the_whole_curvature_is_the_hessian_and_the_others_are_its_parts():
    from askance.learners.torch.posteriors import laplace

    g = torch.Generator().manual_seed(0)
    phi, w = torch.randn(7, 3, generator=g, dtype=torch.float64), torch.randn(2, 3, generator=g, dtype=torch.float64)
    y = torch.tensor([0, 1, 0, 1, 1, 0, 1])
    found = [(phi[:4], (phi[:4] @ w.T).softmax(1)), (phi[4:], (phi[4:] @ w.T).softmax(1))]

    def loss(flat):
        return torch.nn.functional.cross_entropy(phi @ flat.view(2, 3).T, y, reduction="sum")

    hessian = torch.autograd.functional.hessian(loss, w.flatten())
    assert torch.allclose(laplace.full(iter(found)), hessian)
    assert torch.allclose(laplace.diag(iter(found)).flatten(), hessian.diagonal())
    one = [(phi[:1], (phi[:1] @ w.T).softmax(1))]
    gg, a = laplace.kron(iter(one))
    assert torch.allclose(torch.kron(gg, a), laplace.full(iter(one))), "of one sample the product is exact"


@pytest.mark.parametrize("shape", ["full", "kron", "diag"])
def test_the_draws_of_laplace_have_the_covariance_of_their_curvature(shape):
    from askance.learners.torch.posteriors import laplace

    one = logistic(1.0, shape)
    net, phi = one._trained(), torch.from_numpy(np.column_stack([POOL.data, np.ones(60)]))
    order = np.argsort(POOL.ids, kind="stable")
    probs = torch.from_numpy(one.signals(POOL.take(order), frozenset({"probs"}))["probs"]).double()
    found = [(phi[order], probs)]
    held = one._company.parts["posterior"].own
    draws = torch.stack([laplace.offset(held, t).reshape(-1) for t in range(4000)]).double()
    if shape == "full":
        curvature = laplace.full(iter(found))
    elif shape == "kron":
        curvature = torch.kron(*laplace.kron(iter(found)))
    else:
        curvature = laplace.diag(iter(found)).flatten().diag()
    expected = torch.linalg.inv(curvature + torch.eye(10))
    assert torch.allclose(draws.T.cov(), expected, atol=0.1 * float(expected.max()))
    assert net[0].weight.requires_grad


def test_the_prior_of_largest_evidence_is_found():
    from askance.learners.torch.posteriors.laplace import best_prior

    eigen, squares = np.array([3.0, 10.0, 0.1]), 1.7

    def evidence(t):
        return 1.5 * np.log(t) - 0.5 * t * squares - 0.5 * np.log(eigen + t).sum()

    t = best_prior(eigen, squares)
    assert evidence(t) >= max(evidence(s) for s in np.geomspace(1e-3, 1e3, 2000)) - 1e-9


# ---- Bayes by backprop


def test_the_divergence_of_bbb_is_in_closed_form():
    from torch.distributions import Normal, kl_divergence

    from askance.learners.torch.posteriors.bbb import kl

    g = torch.Generator().manual_seed(0)
    mean, deviation = torch.randn(3, 5, generator=g), torch.rand(3, 5, generator=g) + 0.1
    expected = kl_divergence(Normal(mean, deviation), Normal(0.0, 0.7)).sum()
    assert float(kl(mean, deviation, 0.7)) == pytest.approx(float(expected), rel=1e-5)
    assert float(kl(torch.zeros(1), torch.ones(1), 1.0)) == 0
    assert float(kl(torch.ones(1), torch.ones(1), 1.0)) == pytest.approx(0.5)


def test_deviations_of_bbb_are_learned_and_grow_where_the_prior_rules():
    tight, loose = learner("bbb", epochs=15), learner("bbb", epochs=15, bbb__weight=20, bbb__prior=3)
    for one in (tight, loose):
        one.fit(POOL, LABELS, seed=1)
    a, b = (one._company.parts["posterior"].own().detach() for one in (tight, loose))
    assert not torch.allclose(a, a.flatten()[0].expand_as(a))
    assert b.mean() > a.mean() > 0


# ---- heads


def test_bootstraps_are_poisson_and_belong_to_the_samples():
    from askance.learners.torch.posteriors.heads import poisson

    ids = ops.key_ids(0, 20_000)
    drawn = poisson(5, ids, 3)
    for t in range(3):
        shares = np.bincount(drawn[:, t].astype(int), minlength=5)[:5] / len(ids)
        expected = [math.exp(-1) / math.factorial(k) for k in range(5)]
        np.testing.assert_allclose(shares, expected, atol=0.012)
    assert abs(np.corrcoef(drawn.T)[np.triu_indices(3, 1)]).max() < 0.03
    rows = np.array([17, 3, 12_345])
    np.testing.assert_array_equal(poisson(5, ids[rows], 3), drawn[rows])
    assert not np.array_equal(poisson(6, ids, 3), drawn)


def test_heads_learn_from_their_own_samples_and_move_the_features():
    one, other = learner("heads"), learner("heads", heads__weight=0)
    one.fit(POOL, LABELS, seed=1)
    other.fit(POOL, LABELS, seed=1)
    assert not same(one, other)
    plain = learner("dropout")
    plain.fit(POOL, LABELS, seed=1)
    assert same(other, plain), "heads of no weight leave the network alone"
