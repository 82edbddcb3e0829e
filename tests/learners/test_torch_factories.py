"""From a text and options to a network, and what is said of texts that are wrong."""

import sys

import numpy as np
import pytest

from askance import ops
from askance.errors import BadLearner, MissingExtra
from askance.learners.torch import make_torch_learner
from askance.samples import Samples, objects
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("torch:tiny_nets", {}, "torch:module:factory"),
        ("torch:no_such_module:net", {}, "no module 'no_such_module'"),
        ("torch:tiny_nets:dence", {}, "did you mean 'dense'"),
        ("torch:tiny_nets:no_network", {}, "must return a torch.nn.Module, not int"),
        ("torch:tiny_nets:PIXELS", {}, "no factory 'PIXELS'"),
        ("cnn", {"epoch": "3"}, "did you mean 'epochs'"),
        ("cnn", {"epochs": "three"}, "epochs must be a whole number, not 'three'"),
        ("cnn", {"epochs": "0"}, "epochs must be 1 or more, not 0"),
        ("cnn", {"batch": "1"}, "batch must be 2 or more"),
        ("cnn", {"validation": "0.7"}, "validation must be from 0 to 0.5"),
        ("cnn", {"start": "hot"}, "start must be cold, warm or shrink, not 'hot'"),
        ("cnn", {"augment": "maybe"}, "augment must be yes or no"),
        ("cnn", {"device": "abacus"}, "no device 'abacus'"),
    ],
)
def test_what_is_wrong_is_said(text, options, said):
    with pytest.raises(BadLearner, match=said):
        make_torch_learner(text, options, None)


def test_a_network_with_another_output_than_logits_is_refused():
    learner = make_torch_learner("torch:tiny_nets:one_number", {}, None)
    samples = Samples(ops.key_ids(0, 8), "array", np.zeros((8, 4)), objects(list("abcdefgh")))
    with pytest.raises(BadLearner, match=r"logits \(8, C\)"):
        learner.fit(samples, list("xyxyxyxy"))


def test_a_factory_beside_the_user_is_found(tmp_path, monkeypatch):
    (tmp_path / "nets_of_a_user.py").write_text(
        "from torch import nn\ndef flat(classes):\n    return nn.Sequential(nn.Flatten(), nn.Linear(12, classes))\n"
    )
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert make_torch_learner("torch:nets_of_a_user:flat", {}, None).provides == {"probs", "logits", "embeddings"}
    assert sys.path == before


def test_weights_of_another_factory_are_refused(tmp_path):
    samples = Samples(ops.key_ids(0, 8), "array", np.eye(8, 4), objects(list("abcdefgh")))
    one = make_torch_learner("torch:tiny_nets:dense", {"epochs": "1"}, None)
    one.fit(samples, list("xyxyxyxy"))
    one.save(tmp_path)
    with pytest.raises(BadLearner, match="was made by torch:tiny_nets:dense"):
        make_torch_learner("torch:tiny_nets:without_dropout", {}, None).load(tmp_path)
    (tmp_path / "network.safetensors").write_bytes(b"damaged")
    with pytest.raises(BadLearner, match=r"network\.safetensors"):
        one.load(tmp_path)


def test_without_torch_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(MissingExtra, match=r"pip install askance\[torch\]"):
        make_torch_learner("cnn", {}, None)


def test_a_pretrained_model_is_fine_tuned(tmp_path):
    transformers = extra("transformers")
    from PIL import Image

    config = transformers.ResNetConfig(
        embedding_size=4, hidden_sizes=[4, 8], depths=[1, 1], layer_type="basic", num_labels=7
    )
    folder = tmp_path / "resnet"
    transformers.ResNetForImageClassification(config).save_pretrained(folder)
    learner = make_torch_learner(f"torch:transformers:{folder}", {"size": "16", "epochs": "2"}, None)
    paths = [tmp_path / f"{n}.png" for n in range(8)]
    for n, path in enumerate(paths):
        Image.new("RGB", (20, 20), (250 * (n % 2), 0, 0)).save(path)
    samples = Samples(ops.key_ids(0, 8), "image", objects([str(p) for p in paths]), objects(list("abcdefgh")))
    learner.fit(samples, list("xyxyxyxy"))
    said = learner.signals(samples, frozenset({"probs", "embeddings"}))
    assert said["probs"].shape == (8, 2)
    assert said["embeddings"].shape == (8, 8)
    assert learner.factory.mean == (0.485, 0.456, 0.406)
    with pytest.raises(BadLearner, match="no such model can be opened"):
        make_torch_learner(f"torch:transformers:{tmp_path / 'nothing'}", {}, None)
