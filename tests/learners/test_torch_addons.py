"""Add-ons: how they are named, what they may do, and that they are saved, resumed and loaded like the network."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_torch_training import arrays, same, weights

from askance.errors import BadLearner, MissingSignal
from askance.learners.torch import make_torch_learner
from askance.learners.torch.settings import Settings, read_settings
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

LOSS = frozenset({"loss"})


def learner(cache=None, factory="dense", **options):
    words = {"epochs": "6", "batch": "16", "rate": "0.01", "add": "learning_loss"}
    words |= {k.replace("__", "."): str(v) for k, v in options.items()}
    return make_torch_learner(f"torch:tiny_nets:{factory}", words, cache)


def spy():
    """An add-on that has a rival, wants samples without a label, and notes what happens to it."""
    from torch import nn

    from askance.learners.torch.addons.addon import AddOn, Part

    seen = {"free": 0, "against": 0, "epochs": [], "finished": 0}

    def loss(part, step):
        seen["free"] += 0 if step.free is None else len(step.free.x)
        assert step.look(step.x).logits.shape == step.seen.logits.shape
        return 0.1 * part.own(step.seen.embeddings).square().mean()

    def against(part, step):
        seen["against"] += 1
        return part.rival(step.seen.embeddings.detach()).square().mean()

    def epoched(part, epoch):
        seen["epochs"].append(epoch.number)

    def finished(part, epoch):
        seen["finished"] += 1

    def build(place):
        width = place.seen.embeddings.shape[1]
        return Part(nn.Linear(width, 1), nn.Linear(width, 1))

    made = AddOn(
        "spy",
        frozenset({"spied"}),
        embeddings=True,
        free=2.0,
        build=build,
        loss=loss,
        against=against,
        epoched=epoched,
        finished=finished,
        says=lambda part, look, x: {"spied": part.rival(look(x).embeddings)[:, 0]},
    )
    return made, seen


def spied(cache=None, **options):
    one = learner(cache, add="", **options)
    made, seen = spy()
    one._addons = (made,)
    one.provides |= made.provides
    return one, seen


def test_the_text_is_read_and_the_options_of_an_add_on_have_a_dot():
    said = read_settings("cnn", {"add": "learning_loss", "learning_loss.weight": "0.5", "epochs": "3"}, 64)
    assert said == Settings(epochs=3, add="learning_loss(weight=0.5)")
    assert read_settings("cnn", {"add": "learning_loss(weight=0.5)"}, 64).add == said.add


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"add": "learning_los"}, "no add-on is named 'learning_los'; did you mean 'learning_loss'?"),
        ({"learning_loss__wight": 1}, "has no option 'wight'; did you mean 'weight'?"),
        ({"learning_loss__weight": "much"}, "learning_loss.weight must be a number, not 'much'"),
        ({"add": "", "learning_loss__weight": 1}, "an add-on 'learning_loss' that is not added"),
        ({"add": "learning_loss+learning_loss"}, "is added twice"),
        ({"add": "learning_loss[]"}, "cannot read the add-on"),
        ({"learning_loss__weight": -1}, "weight of 0 or more"),
        ({"features": "7"}, "has no layer '7'"),
        ({"maps": "0,deep"}, "has no layer 'deep'"),
    ],
)
def test_what_is_wrong_is_said(options, sentence):
    with pytest.raises(BadLearner) as e:
        learner(**options).fit(*arrays(30))
    assert sentence in str(e.value)


def test_a_network_without_inner_layers_is_told_which_to_name():
    with pytest.raises(BadLearner, match="maps=layer1,layer2"):
        learner(factory="nothing_inside").fit(*arrays(30))


def test_without_an_add_on_the_fit_is_what_it_was():
    plain, offered = learner(add=""), learner(add="")
    samples, labels = arrays()
    offered.offer(arrays(50, start=900)[0], 0)
    plain.fit(samples, labels)
    offered.fit(samples, labels)
    assert same(plain, offered), "unlabelled samples are read only where somebody wants them"


def test_everything_is_called_and_half_of_a_step_may_be_without_labels():
    one, seen = spied(validation=0)
    samples, labels = arrays(40)
    one.offer(arrays(50, start=900)[0], 0)
    one.fit(samples, labels)
    assert seen["free"] == 2 * 40 * 6
    assert seen["against"] == 3 * 6
    assert seen["epochs"] == [1, 2, 3, 4, 5, 6]
    assert seen["finished"] == 1


def test_labelled_samples_and_judges_are_never_among_those_without_a_label():
    samples, labels = arrays(40)
    other, theirs = arrays(20, start=500)
    one, seen = spied()
    from askance.samples import Samples

    every = Samples(
        np.concatenate([samples.ids, other.ids]),
        "array",
        np.concatenate([samples.data, other.data]),
        np.concatenate([samples.names, other.names]),
    )
    one.offer(every, 0)
    one.fit(samples, labels, validation=(other, theirs))
    assert seen["free"] == 0


def test_the_network_learns_from_the_loss_of_an_add_on_but_not_from_the_rival():
    samples, labels = arrays()
    with_, without = learner(), learner(learning_loss__weight=0)
    with_.fit(samples, labels)
    without.fit(samples, labels)
    assert not same(with_, without)
    pure = learner(learning_loss__detach=0)
    pure.fit(samples, labels)
    assert all(torch.equal(t, weights(without)[name]) for name, t in weights(pure).items()), (
        "a detached head moves none"
    )


def test_signals_are_saved_and_loaded_with_their_modules(tmp_path):
    samples, labels = arrays()
    one, other = learner(), learner()
    one.fit(samples, labels)
    one.save(tmp_path)
    other.load(tmp_path)
    assert np.array_equal(one.signals(samples, LOSS)["loss"], other.signals(samples, LOSS)["loss"])
    assert len(one.signals(samples.take(np.zeros(0, np.int64)), LOSS)["loss"]) == 0
    with pytest.raises(BadLearner, match="was trained with add=learning_loss, and this learner has nothing"):
        learner(add="").load(tmp_path)
    with pytest.raises(MissingSignal, match="loss"):
        learner(add="").signals(samples, LOSS)


def test_a_signal_does_not_depend_on_the_order_nor_on_who_else_is_asked():
    samples, labels = arrays(150)
    one = learner()
    one.fit(samples, labels)
    every = one.signals(samples, LOSS)["loss"]
    rows = np.random.default_rng(0).permutation(150)[:70]
    assert np.allclose(one.signals(samples.take(rows), LOSS)["loss"], every[rows], atol=1e-6)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], str(Path(sys.argv[1]).parent)]
from askance.progress import REPORTER
from test_torch_addons import begun

def report(what, total):
    return lambda done: os.kill(os.getpid(), signal.SIGKILL) if what == "training" and done == 4 else None

REPORTER.set(report)
begun(Path(sys.argv[2]))
"""


def begun(cache):
    one, _ = spied(cache, checkpoint=0, patience=50)
    one.offer(arrays(50, start=900)[0], 0)
    return one, one.fit(*arrays(), seed=4)


def test_a_fit_with_rivals_that_was_killed_goes_on_to_the_same_weights(tmp_path):
    run = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path)]
    assert subprocess.run(run, timeout=120).returncode == -signal.SIGKILL
    assert list((tmp_path / "fits").glob("*.safetensors"))
    (again, a), (whole, b) = begun(tmp_path), begun(None)
    assert a.epochs == b.epochs
    assert same(again, whole)
    parts = whole._company.parts.state_dict()
    assert parts
    assert all(torch.equal(t, parts[name]) for name, t in again._company.parts.state_dict().items())


# ---- learning loss


def pair(losses, said, **options):
    from askance.learners.torch.addons.learning_loss import pair_loss

    return float(pair_loss(torch.tensor(losses), torch.tensor(said), **options))


def test_the_pair_loss_has_the_values_of_the_paper():
    """shared/reference/papers.md, 2.2."""
    assert pair([1.0, 0.5], [0.0, 0.2]) == pytest.approx(1.2)
    assert pair([1.0, 0.5], [2.0, 0.2]) == 0
    assert pair([0.5, 1.0], [0.2, 0.0]) == pytest.approx(1.2), "the order in a pair does not matter"
    assert pair([1.0, 3.0, 0.5], [0.0, 0.2, 9.0]) == pair([1.0, 3.0], [0.0, 0.2]), "one without a partner is left out"
    assert pair([1.0], [2.0]) == 0


def test_pairs_are_first_with_last():
    true, s = [1.0, 2.0, 3.0, 4.0], [0.4, 0.1, 0.2, 0.3]
    expected = np.mean([max(0, 1 + (s[0] - s[3])), max(0, 1 + (s[1] - s[2]))])
    assert pair(true, s) == pytest.approx(expected)


def test_its_head_ranks_samples_by_a_loss_that_can_be_told_from_the_input():
    """Noise in the labels of one half of the space: there the loss is larger, and the head finds it out."""
    rng = np.random.default_rng(0)
    samples, labels = arrays(600)
    far = samples.data[:, 3] > 0.3
    names = np.array(labels, object)
    names[far] = rng.choice(["a", "b", "c"], far.sum())
    one = learner(epochs=40, validation=0, patience=50, learning_loss__detach=0.9)
    train = np.arange(400)
    one.fit(samples.take(train), names[train].tolist())
    said = one.signals(samples.take(np.arange(400, 600)), LOSS)["loss"]
    assert said[far[400:]].mean() > said[~far[400:]].mean()
