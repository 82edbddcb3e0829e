"""Add-ons with a rival: who is taught what, who moves whom, and what is said on data that can be told apart."""

import math
from contextlib import contextmanager

import numpy as np
import pytest
from test_torch_addons import learner
from test_torch_training import arrays, same

from askance.errors import BadLearner
from askance.progress import REPORTER
from askance.samples import Samples
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

LIKE = frozenset({"labelled_like"})
ALL = [("vaal", {}), ("vaal", {"vaal__on": "embeddings"}), ("ta_vaal", {}), ("waal", {}), ("mal", {})]
NAMES = ["vaal", "vaal on embeddings", "ta_vaal", "waal", "mal"]


def shifted(n, start, by):
    """Samples like those that are labelled, moved along the axis that no class lies on."""
    samples, _ = arrays(n, start=start)
    return Samples(samples.ids, "array", samples.data + by * np.eye(4)[3], samples.names)


def signal_of(add):
    return "critic" if add == "waal" else "labelled_like"


# ---- what is taught


def test_the_judge_is_taught_1_for_labelled_and_0_for_unlabelled():
    """-log sigmoid(l) - log(1 - sigmoid(u)); the code's maker is taught 1 for both."""
    from askance.learners.torch.addons.told_apart import fooled, told

    known, free = torch.tensor([2.0, 0.0]), torch.tensor([-1.0, 3.0])
    up, down = (lambda x: math.log1p(math.exp(-x))), (lambda x: math.log1p(math.exp(x)))
    assert float(told(known, free)) == pytest.approx((up(2) + up(0) + down(-1) + down(3)) / 2)
    assert float(fooled(known, free)) == pytest.approx((up(2) + up(0) + up(-1) + up(3)) / 2)
    assert float(told(torch.tensor([9.0]), torch.tensor([-9.0]))) < 0.001
    assert float(told(torch.tensor([-9.0]), torch.tensor([9.0]))) > 17


def test_the_divergence_from_a_normal_distribution_is_the_closed_form():
    from askance.learners.torch.addons.autoencoder import divergence

    mean, spread = torch.tensor([[0.0, 0.0], [1.0, 2.0]]), torch.tensor([[0.0, 0.0], [math.log(4.0), 0.0]])
    wanted = [0.0, (1 + 4 - 1 - math.log(4.0)) / 2 + (4 + 1 - 1 - 0) / 2]
    assert divergence(mean, spread).tolist() == pytest.approx(wanted)


@pytest.mark.parametrize("shape", [(3, 16, 16), (1, 28, 28), (3, 50, 34), (5,), (2, 3), (3, 7, 7)])
def test_the_auto_encoder_gives_back_the_shape_that_went_in(shape):
    from askance.learners.torch.addons.autoencoder import AutoEncoder

    x = torch.randn(4, *shape, generator=torch.Generator().manual_seed(0))
    made, mean, spread = AutoEncoder(x, 6, extra=1)(x, np.random.default_rng(0), torch.zeros(4, 1))
    assert made.shape == x.shape
    assert mean.shape == spread.shape == (4, 6)


def test_a_code_does_not_depend_on_who_is_with_it():
    from askance.learners.torch.addons.autoencoder import AutoEncoder

    x = torch.randn(6, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    one = AutoEncoder(x, 6).train()
    assert torch.allclose(one.code(x)[0][:2], one.code(x[:2])[0], atol=1e-5)


def test_the_auto_encoder_learns_to_make_photos_anew():
    from askance.learners.torch.addons.autoencoder import AutoEncoder, elbo

    torch.manual_seed(0)
    x = torch.randn(8, 1, 16, 16).cumsum(2).cumsum(3) / 8
    one, rng = AutoEncoder(x, 8), np.random.default_rng(0)
    mover = torch.optim.Adam(one.parameters(), 1e-2)
    losses = []
    for _ in range(30):
        loss = elbo(x, *one(x, rng), beta=0.1)
        losses.append(float(loss.detach()))
        mover.zero_grad()
        loss.backward()
        mover.step()
    assert losses[-1] < losses[0] / 2


def test_the_ranking_loss_of_ta_vaal():
    """Cross-entropy of sigmoid(s_i - s_j) with whether l_i is the larger."""
    from askance.learners.torch.addons.ta_vaal import rank_loss

    losses, said = torch.tensor([2.0, 1.0, 5.0, 0.5]), torch.tensor([0.3, 0.1, -0.2, 0.4])
    wanted = (math.log1p(math.exp(0.4 - 0.3)) + math.log1p(math.exp(0.1 + 0.2))) / 2
    assert float(rank_loss(losses, said)) == pytest.approx(wanted)
    assert float(rank_loss(torch.tensor([1.0]), torch.tensor([1.0]))) == 0
    assert float(rank_loss(torch.tensor([1.0, 2.0, 7.0]), torch.tensor([0.0, 1.0, 5.0]))) == pytest.approx(
        math.log1p(math.exp(-1))
    ), "the last of three has no partner"


def value(x):
    return float(x.detach())


def test_the_penalty_is_the_steepness_of_the_critic():
    from askance.learners.torch.addons.told_apart import Judge
    from askance.learners.torch.addons.waal import distance, steepness

    critic = Judge(3)
    critic.net = torch.nn.Sequential(torch.nn.Linear(3, 1))
    critic.net[0].weight.data = torch.tensor([[3.0, 0.0, 4.0]])
    a, b = torch.zeros(5, 3), torch.ones(7, 3)
    assert value(steepness(critic, a, b, np.random.default_rng(0))) == pytest.approx((5 - 1) ** 2)
    assert value(distance(critic, a, b)) == pytest.approx(7.0), "the critic is to be high on the unlabelled"


def test_gradients_change_sign_between_the_classifier_and_the_features():
    from askance.learners.torch.addons.mal import entropy, turned_logits
    from askance.learners.torch.caught import Layers, Look

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3))
    x, look = torch.randn(5, 4), Look(net, Layers("2", ()))
    assert torch.equal(turned_logits(look, x), net(x))
    found = []
    for logits in (turned_logits(look, x), net(x)):
        net.zero_grad()
        entropy(logits).backward()
        found.append([net[0].weight.grad.clone(), net[2].weight.grad.clone()])
    assert torch.allclose(found[0][0], -found[1][0])
    assert torch.allclose(found[0][1], found[1][1])
    assert float(entropy(torch.zeros(2, 4))) == pytest.approx(math.log(4))


# ---- in a fit


TOLD = [
    ("vaal", {}),
    ("vaal", {"vaal__on": "embeddings", "vaal__adversary": 0}),
    ("ta_vaal", {"ta_vaal__adversary": 0.1}),
    ("waal", {}),
    ("mal", {}),
]


@pytest.mark.parametrize(("add", "options"), TOLD, ids=NAMES)
def test_after_training_what_is_told_apart_is_said_the_right_way_round(add, options):
    """Labelled samples lie at 0 along one axis, most of the others at 6; a weak adversary cannot hide that."""
    samples, labels = arrays(120)
    one = learner(add=add, epochs=15, patience=50, validation=0, **options)
    one.offer(shifted(200, 900, 6.0), 0)
    one.fit(samples, labels)
    name = signal_of(add)
    near = one.signals(arrays(60, start=5000)[0], frozenset({name}))[name]
    far = one.signals(shifted(60, 7000, 6.0), frozenset({name}))[name]
    assert np.isfinite(near).all()
    if add == "waal":
        assert far.mean() > near.mean() + 0.1, "a critic is high on what is unlike the labelled"
    else:
        assert min(near.min(), far.min()) >= 0
        assert max(near.max(), far.max()) <= 1
        assert near.mean() > far.mean() + 0.1, "what looks labelled has the larger probability of being it"


@pytest.mark.parametrize(("add", "options"), ALL, ids=NAMES)
def test_it_is_repeated_saved_and_loaded(add, options, tmp_path):
    samples, labels = arrays()
    need = frozenset({signal_of(add)})

    def fitted():
        one = learner(add=add, epochs=3, **options)
        one.offer(shifted(70, 900, 1.0), 0)
        one.fit(samples, labels, seed=3)
        return one

    one, again, other = fitted(), fitted(), learner(add=add, epochs=3, **options)
    assert same(one, again)
    said = one.signals(samples, need)[signal_of(add)]
    assert np.array_equal(said, again.signals(samples, need)[signal_of(add)])
    one.save(tmp_path)
    other.load(tmp_path)
    assert np.array_equal(said, other.signals(samples, need)[signal_of(add)])
    rows = np.random.default_rng(0).permutation(90)[:33]
    assert other.signals(samples.take(rows), need)[signal_of(add)] == pytest.approx(said[rows], abs=1e-5)


@pytest.mark.parametrize("options", [{}, {"vaal__on": "embeddings"}], ids=["inputs", "embeddings"])
def test_vaal_leaves_the_network_as_it_would_be_without(options):
    samples, labels = arrays()
    with_, without = learner(add="vaal", **options), learner(add="")
    for one in (with_, without):
        one.offer(shifted(70, 900, 1.0), 0)
        one.fit(samples, labels)
    assert same(with_, without)


@pytest.mark.parametrize("add", ["waal", "mal"])
def test_a_weight_of_0_leaves_the_network_as_it_is_and_another_does_not(add):
    """Dropout in the pass of the unlabelled batch draws too, so the network here has none."""
    samples, labels = arrays()
    found = []
    for weight in (0, 0, 0.5):
        one = learner(factory="bent", add=add, **{f"{add}__weight": weight})
        one.offer(shifted(70, 900, 1.0), 0)
        one.fit(samples, labels)
        found.append(one)
    plain = learner(factory="bent", add="")
    plain.fit(samples, labels)
    assert same(found[0], plain)
    assert not same(found[2], plain)


@pytest.mark.parametrize(("add", "options"), ALL, ids=NAMES)
def test_without_samples_to_tell_from_it_trains_and_says_that_it_cannot_tell(add, options):
    samples, labels = arrays(30)
    one = learner(add=add, epochs=2, **options)
    one.fit(samples, labels)
    assert len(one.signals(samples, frozenset({"probs"}))) == 30
    with pytest.raises(BadLearner, match=f"{add} tells labelled samples from others, and there were no others"):
        one.signals(samples, frozenset({signal_of(add)}))
    assert len(one.signals(samples.take(np.zeros(0, np.int64)), frozenset({signal_of(add)}))) == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"add": "vaal", "vaal__on": "pixels"}, "on=inputs or on=embeddings"),
        ({"add": "ta_vaal", "ta_vaal__latent": 0}, "latent of 1 or more"),
        ({"add": "waal", "waal__penalty": 0}, "penalty above 0"),
        ({"add": "mal", "mal__weight": -1}, "weight of 0 or more"),
        ({"add": "vaal+mal"}, "vaal and mal both give labelled_like"),
    ],
)
def test_what_is_wrong_is_said(options, sentence):
    with pytest.raises(BadLearner, match=sentence):
        learner(**options)


def test_photos_go_through_convolutions(tmp_path):
    from PIL import Image

    from askance import ops
    from askance.learners.torch import make_torch_learner
    from askance.samples import objects

    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{n}.png" for n in range(24)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(path)
    samples = Samples(ops.key_ids(0, 24), "image", objects([str(p) for p in paths]), objects([p.name for p in paths]))
    one = make_torch_learner(
        "torch:tiny_nets:convolved", {"epochs": "2", "size": "16", "batch": "8", "add": "vaal+waal"}, None
    )
    one.offer(samples, 0)
    known = samples.take(np.arange(12))
    one.fit(known, ["cat", "dog"] * 6)
    said = one.signals(samples, frozenset({"labelled_like", "critic"}))
    assert said["labelled_like"].shape == said["critic"].shape == (24,)


class Stopped(Exception):
    pass


@pytest.mark.parametrize("add", ["vaal", "ta_vaal", "waal", "mal", "dynamics"])
def test_a_fit_that_was_cut_short_goes_on_to_the_same(add, tmp_path):
    samples, labels = arrays(60)
    need = frozenset({{"waal": "critic", "dynamics": "course"}.get(add, "labelled_like")})

    def fit(cache, stop):
        one = learner(cache, add=add, epochs=4, checkpoint=0, validation=0)
        one.offer(shifted(70, 900, 1.0), 0)
        with quitting(stop):
            report = one.fit(samples, labels, seed=1)
        return one, report

    with pytest.raises(Stopped):
        fit(tmp_path, 3)
    assert list((tmp_path / "fits").glob("*.safetensors"))
    (again, a), (whole, b) = fit(tmp_path, None), fit(None, None)
    assert same(again, whole)
    assert a.chosen == b.chosen
    name = next(iter(need))
    assert np.array_equal(again.signals(samples, need)[name], whole.signals(samples, need)[name])


@contextmanager
def quitting(at):
    """Inside, a fit that has reported epoch `at` is left by an exception."""
    before = REPORTER.get()

    def done(count):
        if count == at:
            raise Stopped

    REPORTER.set((lambda what, total: done) if at else before)
    try:
        yield
    finally:
        REPORTER.set(before)


@pytest.mark.parametrize("add", ["vaal+waal+learning_loss", "fixmatch+vaal", "ema+mal+dynamics+deepfool"])
def test_several_train_together_also_with_more_unlabelled_samples_than_labelled(add):
    samples, labels = arrays(60)
    one = learner(add=add, epochs=2)
    one.offer(shifted(200, 900, 2.0), 0)
    one.fit(samples, labels)
    wanted = frozenset(name for a in one._addons for name in a.provides)
    said = one.signals(samples, wanted)
    assert wanted <= said.names
    assert all(np.isfinite(said[name]).all() for name in wanted)
