"""Influence of the last layer of a network: what `isal` reckons from signals is what PyTorch says by itself."""

import numpy as np
import pytest
from test_torch_addons import learner
from test_torch_training import arrays

from askance.select import select
from askance.strategies.model_change.isal import influence
from extras import extra

torch = extra("torch")
pytestmark = pytest.mark.torch

NEEDS = frozenset({"probs", "embeddings"})


def test_isal_is_the_influence_function_of_the_last_layer():
    known, labels = arrays(40)
    pool, _ = arrays(25, start=900)
    one = learner(factory="bent", add="", validation=0)
    one.fit(known, labels)
    said, ours = one.signals(pool, NEEDS), one.signals(known, NEEDS)
    last = one._trained()[2]
    y = torch.tensor([one.classes.index(name) for name in labels])
    h, bias = torch.from_numpy(ours["embeddings"]).double(), last.bias.detach().double()
    w = last.weight.detach().double()

    def loss(flat, x, target):
        return torch.nn.functional.cross_entropy(x @ flat.view(3, 16).T + bias, target)

    ridge = 0.01 * float((h * h).mean())
    hessian = torch.autograd.functional.hessian(lambda f: loss(f, h, y), w.flatten()) + ridge * torch.eye(48)
    push = torch.linalg.solve(hessian, torch.autograd.functional.jacobian(lambda f: loss(f, h, y), w.flatten()))
    wanted = []
    for row in torch.from_numpy(said["embeddings"]).double():
        likeliest = (row @ w.T + bias).argmax()[None]
        slope = torch.autograd.functional.jacobian(lambda f, row=row, t=likeliest: loss(f, row[None], t), w.flatten())
        wanted.append(float(slope @ push))
    given = np.eye(3)[y.numpy()]
    p = ours["probs"].astype(np.float64)
    found = influence(said["probs"], said["embeddings"], p, h.numpy(), given, ridge)
    assert found == pytest.approx(wanted, rel=1e-3, abs=1e-6)
    got = select("isal", said, 5, labeled=ours, labels=np.array(labels, object), learner=one)
    top = said.ids[np.argsort(-np.array(wanted))[: int((np.array(wanted) > 0).sum())][:5]]
    assert set(top.tolist()) <= set(got.ids.tolist())
