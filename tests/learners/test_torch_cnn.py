"""The network of the cats-and-dogs article."""

import numpy as np
import pytest

from askance import ops
from askance.errors import BadLearner
from askance.samples import Samples, objects
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch


def test_it_has_the_684866_parameters_of_the_article():
    """Keras counts the running means and variances of batch normalisation as parameters that are not trained; PyTorch
    keeps them as buffers, beside a counter of batches in each such layer that Keras does not have."""
    from askance.learners.torch.cnn import cnn

    net = cnn(2)
    trained = sum(p.numel() for p in net.parameters())
    running = sum(b.numel() for name, b in net.named_buffers() if "running" in name)
    assert trained == 684_162
    assert running == 2 * (32 + 64 + 128 + 128) == 704
    assert trained + running == 684_866
    assert net(torch.zeros(2, 3, 64, 64)).shape == (2, 2)


def test_its_last_dense_layer_sees_128_numbers(tmp_path):
    from PIL import Image

    from askance.learners.torch import make_torch_learner

    learner = make_torch_learner("cnn", {"epochs": "1", "passes": "2"}, None)
    assert learner.provides == {"probs", "logits", "embeddings", "members"}
    paths = [tmp_path / f"{n}.png" for n in range(4)]
    for n, path in enumerate(paths):
        Image.new("RGB", (70, 64), (60 * n, 0, 0)).save(path)
    samples = Samples(ops.key_ids(0, 4), "image", objects([str(p) for p in paths]), objects(list("abcd")))
    learner.fit(samples, ["cat", "dog", "cat", "dog"])
    said = learner.signals(samples, learner.provides)
    assert said["embeddings"].shape == (4, 128)
    assert said["members"].shape == (4, 2, 2)
    np.testing.assert_allclose(ops.softmax(said["logits"]), said["probs"], rtol=1e-6)
    small = make_torch_learner("cnn", {"size": "32"}, None)
    with pytest.raises(BadLearner, match=r"cannot take a batch of shape \(\d, 3, 32, 32\)"):
        small.fit(samples, ["cat", "dog", "cat", "dog"])
    learner.save(tmp_path)
    with pytest.raises(BadLearner, match="was trained at size=64, and this learner has 32"):
        small.load(tmp_path)
