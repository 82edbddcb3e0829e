"""Probes of a finished network: closed forms on linear ones, brute force on others."""

import numpy as np
import pytest
from test_torch_addons import learner
from test_torch_training import arrays

from askance.errors import BadLearner
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch


def look(net):
    from askance.learners.torch.caught import Layers, Look

    return Look(net.eval(), Layers("", ()))


def linear(classes=4, features=5, seed=0):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(features, classes))


def bent(classes=3, features=4, seed=1):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(features, 12), torch.nn.Tanh(), torch.nn.Linear(12, classes))


def points(n=40, features=5, seed=2):
    return torch.randn(n, features, generator=torch.Generator().manual_seed(seed))


def closed_form(net, x):
    """min_k |f_k - f_y| / ||w_k - w_y|| over the other classes."""
    w, f = net[0].weight.detach(), net(x).detach()
    out, which = [], []
    for row in f:
        y = int(row.argmax())
        far = [float((row[k] - row[y]).abs() / (w[k] - w[y]).norm()) if k != y else np.inf for k in range(len(w))]
        out.append(min(far))
        which.append(int(np.argmin(far)))
    return np.array(out), np.array(which)


def deepfool(net, x, steps=10, classes=10, overshoot=0.02):
    from askance.learners.torch.addons.deepfool import boundary

    with torch.no_grad():
        return boundary(look(net), x, steps, classes, overshoot).numpy()


def test_deepfool_on_a_linear_network_is_the_closed_form():
    net, x = linear(), points()
    wanted, which = closed_form(net, x)
    assert len(set(which.tolist())) > 1, "not always the same class is nearest, so the bug of the last one would show"
    assert deepfool(net, x) == pytest.approx(wanted, rel=1e-4)


def test_the_last_class_is_not_always_the_nearest():
    """f = (x, 1, -x - 40): from x = 3 the boundary with the second class is 2 away, that with the last one 23."""
    net = linear(3, 1)
    net[0].weight.data = torch.tensor([[1.0], [0.0], [-1.0]])
    net[0].bias.data = torch.tensor([0.0, 1.0, -40.0])
    assert deepfool(net, torch.tensor([[3.0]])) == pytest.approx([2.0])


def test_deepfool_goes_on_until_a_bent_boundary_is_crossed():
    net, x = bent(), points(features=4)
    one, ten = deepfool(net, x, steps=1), deepfool(net, x, steps=10)
    assert (np.abs(one - ten) > 1e-4).any(), "one step is not enough everywhere"
    net[0].weight.data *= 2
    f = net(x).detach()
    top = f.topk(2, 1).values
    close = int((top[:, 0] - top[:, 1]).argmin())
    said = deepfool(net, x)
    assert np.isfinite(said).all()
    assert said[close] <= np.median(said)


def test_what_deepfool_says_is_near_the_true_distance_in_two_dimensions():
    net, x = bent(features=2), points(12, features=2, seed=5)
    said, own = deepfool(net, x), net(x).argmax(1)
    angle = torch.linspace(0, 2 * torch.pi, 361)[:-1]
    around = torch.stack([angle.cos(), angle.sin()], 1)
    for row in range(len(x)):
        radii = torch.linspace(0, 1.5 * float(said[row]) + 1e-3, 200)
        hit = [bool((net(x[row] + r * around).argmax(1) != own[row]).any()) for r in radii]
        if any(hit):
            true = float(radii[hit.index(True)])
            assert true <= said[row] * 1.03 + 0.02, "nothing nearer than the boundary is called the boundary"
            assert said[row] <= 2 * true + 0.05


def test_a_network_that_does_not_look_at_its_input_is_far_from_every_boundary():
    net = linear()
    net[0].weight.data.zero_()
    assert (deepfool(net, points(3)) == np.float32(1e30)).all()
    assert (bim(net, points(3)) > 0).all()


def bim(net, x, size=0.05, steps=20):
    from askance.learners.torch.addons.bim import flip

    with torch.no_grad():
        return flip(look(net), x, size, steps).numpy()


def test_bim_on_two_linear_classes_takes_as_many_steps_as_the_margin_needs():
    """Each step lowers f_y - f_k by size ||w_y - w_k||_1."""
    net, x = linear(2), points()
    w, f = net[0].weight.detach(), net(x).detach()
    margin = (f[:, 0] - f[:, 1]).abs().numpy()
    steps = np.floor(margin / (0.05 * float((w[0] - w[1]).abs().sum()))) + 1
    wanted = np.where(steps <= 20, steps, 21) * 0.05 * 5**0.5
    assert (steps < 20).any()
    assert bim(net, x) == pytest.approx(wanted, rel=1e-5)


def test_bim_ends_and_what_never_flips_is_the_farthest():
    net = linear(2)
    net[0].bias.data = torch.tensor([1000.0, 0.0])
    net[0].weight.data = torch.randn(2, 5, generator=torch.Generator().manual_seed(3))
    assert bim(net, points(4), steps=3) == pytest.approx(4 * 0.05 * 5**0.5), "saturated: the loss itself has no slope"
    net[0].bias.data[0] = 0.0
    said = bim(net, points(60), steps=3)
    assert said[said < said.max()].max() < said.max()


def test_input_gradient_is_brute_force():
    from askance.learners.torch.addons.input_gradient import pull

    net, x = bent(), points(9, features=4)
    with torch.no_grad():
        said, some = pull(look(net), x, 10).numpy(), pull(look(net), x, 2).numpy()
    wanted = np.zeros((9, 3))
    for row in range(9):
        for c in range(3):
            one = x[row : row + 1].clone().requires_grad_(True)
            torch.nn.functional.cross_entropy(net(one), torch.tensor([c])).backward()
            wanted[row, c] = float(net(one).detach().softmax(1)[0, c] * one.grad.norm())
    assert said == pytest.approx(wanted.sum(1), rel=1e-4)
    best = net(x).detach().topk(2, 1).indices.numpy()
    assert some == pytest.approx(np.take_along_axis(wanted, best, 1).sum(1), rel=1e-4), "the likeliest alone"


def test_parameters_get_no_gradients_and_the_network_is_left_as_it_is():
    from askance.learners.torch.addons.input_gradient import pull

    net, x = bent(), points(6, features=4)
    before = {name: t.clone() for name, t in net.state_dict().items()}
    deepfool(net, x), bim(net, x)
    with torch.no_grad():
        pull(look(net), x, 10)
    assert all(p.grad is None for p in net.parameters())
    assert all(torch.equal(t, before[name]) for name, t in net.state_dict().items())
    assert not x.requires_grad


@pytest.mark.parametrize(("add", "signal"), [("deepfool", "boundary"), ("bim", "flip"), ("input_gradient", "pull")])
def test_a_learner_says_it_of_any_sample_alone_or_not(add, signal):
    samples, labels = arrays(150)
    one, without = learner(add=add), learner(add="")
    one.fit(samples, labels)
    without.fit(samples, labels)
    need = frozenset({signal})
    said = one.signals(samples, need | {"probs"})
    assert np.array_equal(said["probs"], without.signals(samples, frozenset({"probs"}))["probs"]), "nothing is trained"
    rows = np.random.default_rng(0).permutation(150)[:70]
    assert one.signals(samples.take(rows), need)[signal] == pytest.approx(said[signal][rows], rel=1e-3, abs=1e-4)
    assert len(one.signals(samples.take(np.zeros(0, np.int64)), need)[signal]) == 0
    margin = np.sort(said["probs"], 1)[:, -1] - np.sort(said["probs"], 1)[:, -2]
    sign = 1 if add != "input_gradient" else -1
    assert sign * np.corrcoef(margin.argsort().argsort(), said[signal].argsort().argsort())[0, 1] > 0.5


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"add": "deepfool", "deepfool__steps": 0}, "steps of 1 or more"),
        ({"add": "bim", "bim__size": 0}, "size above 0"),
        ({"add": "input_gradient", "input_gradient__classes": 0}, "classes of 1 or more"),
    ],
)
def test_what_is_wrong_is_said(options, sentence):
    with pytest.raises(BadLearner, match=sentence):
        learner(**options)


def test_words_are_not_moved():
    from askance.learners.torch.addons.addon import ADDONS
    from askance.learners.torch.addons.bim import bim as made

    says = ADDONS["bim"].make().says
    assert made is ADDONS["bim"].make
    with pytest.raises(BadLearner, match="must be numbers"):
        says(None, None, torch.zeros(2, 3, dtype=torch.long))
