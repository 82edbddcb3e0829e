"""Add-ons that learn from samples without a label: losses by hand, edges, averages, and that they learn."""

from functools import cache

import numpy as np
import pytest
from test_torch_training import arrays, same, weights

from askance import ops
from askance.errors import BadLearner
from askance.learners.torch import make_torch_learner
from askance.samples import Samples, objects
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

LEARNING = ["pseudo_label", "fixmatch", "flexmatch", "mean_teacher", "propagation"]
AVERAGES = ["mean_teacher", "ema", "swa"]
PROBS = frozenset({"probs"})


def learner(add, factory="dense", **options):
    words = {"epochs": "8", "batch": "16", "rate": "0.01", "validation": "0", "add": add}
    words |= {k.replace("__", "."): str(v) for k, v in options.items()}
    return make_torch_learner(f"torch:tiny_nets:{factory}", words, None)


def fitted(one, n=30, free=60, seed=0, **more):
    samples, labels = arrays(n)
    if free:
        one.offer(arrays(free, start=900)[0], 0)
    one.fit(samples, labels, seed=seed, **more)
    return one


# ---- golden values


def test_the_fixmatch_loss_by_hand():
    from askance.learners.torch.guesses import sure_loss

    probs = torch.tensor([[0.96, 0.04], [0.9, 0.1], [0.05, 0.95]])
    logits = torch.tensor([[0.0, 1.0], [5.0, -5.0], [0.0, 0.0]])
    first, third = np.log(1 + np.e), np.log(2)  # -log softmax((0, 1))_0 and -log(1/2); the second is not sure enough
    assert float(sure_loss(logits, probs, 0.95)) == pytest.approx((first + third) / 3)
    assert float(sure_loss(logits, probs, 1.0)) == 0, "nothing is sure enough"
    second = np.log(1 + np.exp(-10))
    assert float(sure_loss(logits, probs, 0.0)) == pytest.approx((first + second + third) / 3)
    each = torch.tensor([0.99, 0.9, 0.96])
    assert float(sure_loss(logits, probs, each)) == pytest.approx(second / 3, rel=1e-3), "a threshold for each"


def test_flexmatch_thresholds_by_hand():
    from askance.learners.torch.addons.flexmatch import progress, thresholds

    said = torch.tensor([0, 0, 0, 0, 1, 1, -1, -1])
    learned = progress(said, 3)
    assert learned.tolist() == [1.0, 0.5, 0.0]
    assert thresholds(learned, 0.95).tolist() == pytest.approx([0.95, 0.95 / 3, 0.0])
    warming = progress(torch.tensor([0, -1, -1, -1, -1]), 2)
    assert warming.tolist() == [0.25, 0.0], "while most were never said, they are what it is divided by"
    assert progress(torch.full((0,), -1), 2).tolist() == [0, 0]


def test_flexmatch_with_all_classes_learned_is_fixmatch():
    from askance.learners.torch.addons.flexmatch import progress, thresholds

    assert thresholds(progress(torch.tensor([0, 1, 2, 0, 1, 2]), 3), 0.95).tolist() == pytest.approx([0.95] * 3)


def test_ramps():
    from askance.learners.torch.guesses import linear_ramp, sigmoid_ramp

    assert [linear_ramp(t, 0.1, 0.6) for t in (0, 0.1, 0.35, 0.6, 1)] == pytest.approx([0, 0, 0.5, 1, 1])
    assert [linear_ramp(t, 0, 0) for t in (0, 0.5)] == [1, 1], "no ramp at all"
    assert sigmoid_ramp(0, 0.4) == pytest.approx(np.exp(-5))
    assert sigmoid_ramp(0.2, 0.4) == pytest.approx(np.exp(-1.25))
    assert sigmoid_ramp(0.4, 0.4) == sigmoid_ramp(0, 0) == 1


def test_the_consistency_by_hand():
    from askance.learners.torch.addons.mean_teacher import consistency

    student = torch.tensor([[0.0, 0.0]], requires_grad=True)
    teacher = torch.tensor([[np.log(9.0), 0.0]], dtype=torch.float32, requires_grad=True)
    found = consistency(student, teacher)
    assert found.item() == pytest.approx(0.4**2)
    found.backward()
    assert teacher.grad is None
    assert student.grad is not None


def test_the_average_has_its_closed_form():
    from askance.learners.torch.averaging import Average, warmed

    net = torch.nn.Linear(1, 1, bias=False)
    average = Average(net)
    xs = [3.0, -1.0, 4.0, 2.0, 0.5]
    for x in xs:
        torch.nn.init.constant_(net.weight, x)
        average.follow(net, warmed(0.6, int(average.count)))
    # 1 - 1 / (n + 1): 0, 1/2, then 0.6 for 2/3, 3/4 and 4/5
    expected = 0.6**3 * (xs[0] + xs[1]) / 2 + 0.4 * (0.36 * xs[2] + 0.6 * xs[3] + xs[4])
    assert float(average.net.weight) == pytest.approx(expected)
    average.restart()
    for x in xs:
        torch.nn.init.constant_(net.weight, x)
        average.follow(net, warmed(1.0, int(average.count)))
    assert float(average.net.weight) == pytest.approx(np.mean(xs)), "the plain mean of SWA"


def test_batch_statistics_are_those_of_the_averaged_weights():
    from askance.learners.torch.averaging import re_estimate

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout(0.5), torch.nn.BatchNorm1d(4))
    x = torch.randn(65, 3)
    re_estimate(net, x, lambda t: t, size=65)
    assert torch.allclose(net[2].running_mean, net[0](x).mean(0), atol=1e-6), "dropout is off"
    assert torch.allclose(net[2].running_var, net[0](x).var(0), atol=1e-5)
    assert not net[2].training
    assert net[2].momentum == 0.1
    re_estimate(net, x, lambda t: t)  # 64 and one row: batch norm cannot take one alone
    before = net[2].running_mean.clone()
    re_estimate(net, x[:1], lambda t: t)
    assert torch.equal(net[2].running_mean, before)


# ---- label propagation


def test_labels_spread_as_the_closed_form_says():
    from askance.learners.torch.propagating import graph, normalised, spread

    x = np.random.default_rng(0).normal(size=(14, 3))
    y = np.full(14, -1)
    y[[0, 5, 9]] = [0, 1, 2]
    w = graph(x, near=4)
    assert (w != w.T).nnz == 0
    dense = w.toarray()
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    cosine = np.maximum(unit @ unit.T, 0) ** 3
    np.fill_diagonal(cosine, -1)
    near = np.zeros((14, 14))
    for i in range(14):
        best = np.argsort(-(unit @ unit[i]) + 10 * (np.arange(14) == i))[:4]
        near[i, best] = cosine[i, best]
    assert np.allclose(dense, near + near.T, atol=1e-12)
    root = np.diag(dense.sum(1) ** -0.5)
    assert np.allclose(normalised(w).toarray(), root @ dense @ root)
    exact = np.linalg.inv(np.eye(14) - 0.9 * root @ dense @ root) @ (y[:, None] == np.arange(3))
    assert np.allclose(spread(w, y, 3, alpha=0.9), exact, atol=1e-4)


def test_two_clusters_take_the_label_of_their_own_and_an_island_stays_unsure():
    from askance.learners.torch.addons.propagation import guesses
    from askance.learners.torch.propagating import balance, certainty

    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, 2)) * 0.05 + np.array([[1, 0], [0, 1]])[np.arange(60) % 2]
    number, sure = guesses(x, np.array([0, 1]), 58, near=5, alpha=0.99)
    assert number.tolist() == (np.arange(2, 60) % 2).tolist()
    assert (sure > 0.5).all()
    assert certainty(np.array([[0.0, 0.0], [1.0, 1.0], [3.0, 0.0]])).tolist() == pytest.approx([0, 0, 1])
    weight = balance(np.array([0, 0, 0, 1]), 3)
    assert weight.tolist() == pytest.approx([4 / 6, 2, 0])
    assert weight[[0, 0, 0, 1]].mean() == pytest.approx(1)


def test_the_graph_is_built_so_often_and_not_before_its_time():
    from askance.learners.torch.addons.propagation import due

    when = [e for e in range(1, 101) if due(e, 100, 0.1, 10)]
    assert when[0] == 10
    assert 10 <= len(when) <= 11
    assert [e for e in range(1, 5) if due(e, 4, 0.0, 10)] == [1, 2, 3, 4]


# ---- fits


@pytest.mark.parametrize("add", LEARNING)
def test_with_no_sample_without_a_label_it_is_the_fit_on_the_labels(add):
    plain = fitted(learner(""), free=0)
    one = fitted(learner(add), free=0)
    assert same(plain, one)
    offered = learner(add)
    samples, labels = arrays(30)
    offered.offer(samples, 0)
    offered.fit(samples, labels)
    assert same(plain, offered), "all that was offered has a label"


@pytest.mark.parametrize("add", LEARNING)
def test_samples_without_a_label_change_the_fit(add):
    options = {f"{add}__threshold": 0.5} if "propagation" not in add and "teacher" not in add else {}
    assert not same(fitted(learner("")), fitted(learner(add, **options)))


@pytest.mark.parametrize("add", ["pseudo_label", "fixmatch"])
def test_a_threshold_of_1_takes_no_guess_and_one_of_0_all(add):
    """Without dropout, so that another pass draws nothing; the weak views of arrays are the arrays."""
    plain = fitted(learner("", factory="nothing_inside"))
    none = fitted(learner(add, factory="nothing_inside", **{f"{add}__threshold": 1}))
    every = fitted(learner(add, factory="nothing_inside", **{f"{add}__threshold": 0}))
    assert same(plain, none)
    assert not same(plain, every)


@pytest.mark.parametrize("add", [*LEARNING, "ema", "swa"])
def test_a_fit_repeats_itself_and_is_saved_whole(add, tmp_path):
    one, two = fitted(learner(add)), fitted(learner(add))
    assert same(one, two)
    unseen = arrays(20, start=2000)[0]
    said = one.signals(unseen, PROBS)["probs"]
    assert np.array_equal(said, two.signals(unseen, PROBS)["probs"])
    one.save(tmp_path)
    back = learner(add)
    back.load(tmp_path)
    assert np.array_equal(said, back.signals(unseen, PROBS)["probs"])


class Stopped(Exception):
    pass


@pytest.mark.parametrize("add", ["flexmatch+ema", "mean_teacher+propagation", "fixmatch+swa"])
def test_a_fit_that_was_stopped_goes_on_with_its_notes_and_averages_to_the_same_weights(add, tmp_path):
    from askance.progress import REPORTER

    def report(what, total):
        def told(done):
            if what == "training" and done == 5:
                raise Stopped

        return told

    def one(cache):
        words = {"epochs": "8", "batch": "16", "validation": "0", "add": add, "checkpoint": "0"}
        return make_torch_learner(
            "torch:tiny_nets:dense", words | {"swa.start": "0.3"} if "swa" in add else words, cache
        )

    token = REPORTER.set(report)
    try:
        with pytest.raises(Stopped):
            fitted(one(tmp_path))
    finally:
        REPORTER.reset(token)
    assert list((tmp_path / "fits").glob("*.safetensors"))
    again, whole = fitted(one(tmp_path)), fitted(one(None))
    assert same(again, whole)
    parts = whole._company.parts.state_dict()
    assert all(torch.equal(t, parts[name]) for name, t in again._company.parts.state_dict().items())


@pytest.mark.parametrize("add", AVERAGES)
def test_the_average_is_what_is_asked(add):
    one = fitted(learner(add))
    spoken, trained = one._company.speaker(one._net), one._net
    assert spoken is not trained
    assert any(not torch.equal(t, spoken.state_dict()[n]) for n, t in trained.state_dict().items())
    unseen = arrays(9, start=2000)[0]
    x = torch.from_numpy(unseen.data.astype(np.float32))
    with torch.no_grad():
        expected = spoken(x).softmax(1).numpy()
    assert np.allclose(one.signals(unseen, PROBS)["probs"], expected, atol=1e-6)


def test_before_its_time_swa_is_the_network_itself_and_ema_of_decay_0_always():
    one = learner("swa", swa__start=0.9, epochs=3)  # epoch 3 alone is past 2.7
    fitted(one)
    assert int(one._company.parts["swa"].own.count) == 1
    zero = fitted(learner("ema", ema__decay=0))
    mine = zero._company.parts["ema"].own.net.state_dict()
    assert all(torch.equal(t, mine[n]) for n, t in weights(zero).items())


def test_a_second_fit_begins_its_notes_and_averages_anew():
    one = learner("flexmatch+ema", start="warm")
    fitted(one, free=60)
    assert len(one._company.parts["flexmatch"].own.number) == 60
    fitted(one, free=20)
    assert len(one._company.parts["flexmatch"].own.number) == 20
    assert int(one._company.parts["ema"].own.count) == 8 * 2, "two steps an epoch"


def test_an_average_of_a_network_with_batch_statistics_is_asked_with_its_own():
    one = fitted(learner("ema", factory="without_dropout"))
    net = one._company.parts["ema"].own.net
    x = one._read(arrays(30)[0]).x
    assert torch.allclose(net[1].running_mean, net[0](x).mean(0), atol=1e-5)


def test_a_teacher_has_the_statistics_of_what_it_was_asked_and_else_of_the_labels():
    """Not those of its pupil's weights, which are others."""
    options = {"factory": "without_dropout", "epochs": 40}
    one = fitted(learner("mean_teacher", **options))
    net = one._company.parts["mean_teacher"].own.net
    free = one._read(arrays(60, start=900)[0]).x
    assert torch.allclose(net[1].running_mean, net[0](free).mean(0), atol=0.25)
    assert not torch.equal(net[1].running_mean, one._net[1].running_mean)
    alone = fitted(learner("mean_teacher", **options), free=0)
    net, x = alone._company.parts["mean_teacher"].own.net, alone._read(arrays(30)[0]).x
    assert torch.allclose(net[1].running_mean, net[0](x).mean(0), atol=1e-5)


def photos(tmp_path, n):
    from PIL import Image

    rng = np.random.default_rng(3)
    for i in range(n):
        pixels = rng.integers(0, 120, (16, 16, 3), dtype=np.uint8)
        pixels[:, :, i % 3] += 100
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
    paths = objects([str(tmp_path / f"{i}.png") for i in range(n)])
    return Samples(ops.key_ids(0, n), "image", paths, paths), ["rgb"[i % 3] for i in range(n)]


@pytest.mark.parametrize("add", ["fixmatch", "flexmatch+ema", "mean_teacher", "propagation", "pseudo_label+swa"])
def test_photos_are_learned_from_with_all_of_them(add, tmp_path):
    samples, labels = photos(tmp_path, 36)
    one = learner(add, factory="convolved", size=16, epochs=12)
    one.offer(samples, 0)
    report = one.fit(samples.take(np.arange(12)), labels[:12])
    assert report.epochs[-1]["loss"] < report.epochs[0]["loss"]
    said = one.signals(samples.take(np.arange(12, 36)), PROBS)["probs"]
    assert np.isfinite(said).all()


def bands():
    """Two long bands side by side; what is labelled of them lies askew, so that its own boundary is slanted."""
    rng = np.random.default_rng(0)
    y = np.arange(300) % 2
    x = np.stack([3 * y - 1.5 + 0.3 * rng.normal(size=300), 2 * rng.normal(size=300)], 1)
    x[:6, 1] = [1.0, -1.0] * 3
    samples = Samples(
        ops.key_ids(0, 300), "array", np.concatenate([x, 0 * x], 1), objects([str(i) for i in range(300)])
    )
    return samples, y


@cache
def right(add):
    """Accuracy on what is not labelled, with that add-on."""
    samples, y = bands()
    first, rest = np.arange(6), np.arange(6, 300)
    one = learner(add, epochs=100, patience=100, **({f"{add}__ratio": 20} if add else {}))
    one.offer(samples, 0)
    one.fit(samples.take(first), ["ab"[c] for c in y[first]], seed=1)
    return (one.signals(samples.take(rest), PROBS)["probs"].argmax(1) == y[rest]).mean()


@pytest.mark.parametrize("add", ["fixmatch", "flexmatch", "propagation"])
def test_the_shape_of_the_pool_moves_the_boundary_to_where_nothing_lies(add):
    assert right(add) > right("") + 0.02


@pytest.mark.parametrize(
    ("add", "option", "value", "sentence"),
    [
        ("pseudo_label", "threshold", 1.2, "threshold from 0 to 1"),
        ("pseudo_label", "full", 0.05, "start <= full"),
        ("fixmatch", "ratio", 0, "ratio above 0"),
        ("flexmatch", "weight", -1, "weight of 0 or more"),
        ("mean_teacher", "decay", 1, "decay from 0 to below 1"),
        ("propagation", "alpha", 1, "alpha above 0 and below 1"),
        ("ema", "decay", 1, "decay from 0 to below 1"),
        ("swa", "start", 1, "start from 0 to below 1"),
    ],
)
def test_what_is_wrong_is_said(add, option, value, sentence):
    with pytest.raises(BadLearner, match=sentence):
        learner(add, **{f"{add}__{option}": value})


def test_propagation_wants_embeddings():
    with pytest.raises(BadLearner, match="no layer"):
        learner("propagation", features="deep").fit(*arrays(30))
