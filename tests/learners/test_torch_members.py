"""Members by dropout: what other libraries got wrong, and masks that are the same for the whole pool."""

import numpy as np
import pytest

from askance import ops
from askance.errors import BadLearner
from askance.learners.torch import make_torch_learner
from askance.samples import Samples, objects
from askance.select import select
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

N = 150
RNG = np.random.default_rng(0)
CLASS = np.arange(N) % 3
X = RNG.normal(size=(N, 4)) + 2 * np.eye(3, 4)[CLASS]
POOL = Samples(ops.key_ids(0, N), "array", X, objects([f"row {n}" for n in range(N)]))
MEMBERS = frozenset({"members"})


def trained(factory="dense", passes=6, seed=0):
    learner = make_torch_learner(f"torch:tiny_nets:{factory}", {"epochs": "5", "passes": str(passes)}, None)
    learner.fit(POOL, ["abc"[c] for c in CLASS], seed=seed)
    return learner


def test_each_member_is_a_distribution_over_the_classes_row_by_row():
    """modAL took the softmax over a whole batch at once."""
    members = trained().signals(POOL, MEMBERS)["members"]
    assert members.shape == (N, 6, 3)
    np.testing.assert_allclose(members.sum(2), 1, atol=1e-6)


def test_the_entropy_of_members_is_that_of_their_mean():
    """modAL summed the members' own entropies, which leaves out what they disagree about."""
    said = trained().signals(POOL, MEMBERS)
    predictive, expected = ops.entropy_of(said["probs"]), ops.entropy_of(said["members"]).mean(1)
    np.testing.assert_allclose(predictive, ops.entropy_of(said["members"].mean(1)))
    assert (predictive > expected - 1e-6).all()
    assert (predictive > expected + 1e-3).any()


def test_members_differ_and_none_is_counted_twice():
    """ALaaS stayed in evaluation mode, where all passes are equal, and stacked the first pass twice."""
    members = trained(passes=6).signals(POOL, MEMBERS)["members"]
    for a in range(6):
        for b in range(a):
            assert np.abs(members[:, a] - members[:, b]).max() > 1e-3, (a, b)
    assert len(select("bald", trained().signals(POOL, MEMBERS), 5)) == 5


def test_scoring_changes_nothing_in_the_network():
    """distil put the whole network into training mode, so that batch normalisation learned from the pool."""
    learner = make_torch_learner("torch:tiny_nets:convolved", {"epochs": "2", "size": "16", "passes": "3"}, None)
    photos = Samples(POOL.ids, "array", RNG.random((N, 3, 16, 16), np.float32), POOL.names)
    learner.fit(photos, ["abc"[c] for c in CLASS])
    net = learner._trained()
    before = {name: t.clone() for name, t in net.state_dict().items()}
    modes = []
    for module in net.modules():
        module.register_forward_hook(lambda m, args, out: modes.append(m.training))
    learner.signals(photos, learner.provides)
    assert not any(modes)
    assert all(torch.equal(t, before[name]) for name, t in net.state_dict().items())


def test_a_network_without_dropout_has_no_members():
    """deepAL+ asked networks without dropout, and got the noise of batch normalisation."""
    learner = trained("without_dropout")
    assert learner.provides == {"probs", "logits", "embeddings"}
    with pytest.raises(BadLearner, match="no dropout layer with p above 0"):
        learner.signals(POOL, MEMBERS)


def test_a_member_is_the_same_function_for_the_whole_pool(monkeypatch):
    """Masks depend on (seed, member, layer) alone: neither the order, nor a batch, nor the rest of the pool matters."""
    from askance.learners.torch import learner as module
    from askance.learners.torch import scoring

    learner = trained()
    whole = learner.signals(POOL, MEMBERS)["members"]
    order = RNG.permutation(N)
    np.testing.assert_allclose(learner.signals(POOL.take(order), MEMBERS)["members"], whole[order], atol=1e-6)
    np.testing.assert_allclose(learner.signals(POOL.take(np.arange(7)), MEMBERS)["members"], whole[:7], atol=1e-6)
    for name, value, where in (("AT_ONCE", 5, scoring), ("BLOCK", 40, module)):
        monkeypatch.setattr(where, name, value)
        np.testing.assert_allclose(learner.signals(POOL, MEMBERS)["members"], whole, atol=1e-6)


def test_a_mask_is_one_draw_for_all_samples_and_keeps_the_expectation():
    from askance.learners.torch.forward import forward, member

    net = torch.nn.Sequential(torch.nn.Dropout(0.25)).eval()
    x = torch.ones(5, 1000)
    with member(net, 1, 0):
        out = forward(net, x)
    assert (out == out[0]).all()
    assert out.unique().tolist() == pytest.approx([0, 1 / 0.75])
    assert out[0].mean() == pytest.approx(1, abs=0.05)
    with member(net, 1, 1):
        assert not torch.equal(forward(net, x), out)
    with member(net, 2, 0):
        assert not torch.equal(forward(net, x), out)
    assert torch.equal(forward(net, x), x), "outside, nothing is dropped"


def test_dropout2d_drops_whole_maps():
    from askance.learners.torch.forward import member

    net = torch.nn.Sequential(torch.nn.Dropout2d(0.5)).eval()
    with member(net, 0, 0):
        out = net(torch.ones(3, 64, 4, 5))
    assert (out == out[:1, :, :1, :1]).all()
    assert 0 < int((out[0, :, 0, 0] == 0).sum()) < 64


def test_a_layer_that_is_passed_twice_has_two_masks_and_the_same_two_each_time():
    from tiny_nets import Twice

    from askance.learners.torch.forward import member

    net, x = Twice(2).eval(), torch.ones(3, 4)
    seen = []
    with member(net, 3, 0):
        for _ in range(2):
            net(x)
            seen.append(torch.stack(net.seen))
    assert torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[0][0], seen[0][1])


def test_the_masks_are_saved_with_the_network(tmp_path):
    learner = trained(seed=9)
    learner.save(tmp_path)
    again = make_torch_learner("torch:tiny_nets:dense", {"passes": "6"}, None)
    again.load(tmp_path)
    np.testing.assert_array_equal(again.signals(POOL, MEMBERS)["members"], learner.signals(POOL, MEMBERS)["members"])
