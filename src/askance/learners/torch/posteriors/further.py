"""Training that goes on from the best weights, to see what other weights are as good.  Floor 4."""

from collections.abc import Iterator
from copy import deepcopy

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm

from askance.learners.torch.addons.addon import Epoch
from askance.learners.torch.batches import augmented, in_order, shuffled
from askance.learners.torch.forward import AT_ONCE, forward
from askance.learners.torch.posteriors.posterior import Making
from askance.progress import track

Tensor = torch.Tensor
MOMENTUM = 0.9


def further(epoch: Epoch, making: Making, key: int, passes: int, rate: float, falling: int = 0) -> Iterator[nn.Module]:
    """A copy of the network after each further pass of stochastic gradient descent over the labels.

    rate     of the descent: constant, or, where `falling` is above 0, from here to 0 along a cosine in each cycle of so
             many passes
    """
    net = deepcopy(epoch.look.net).requires_grad_(True)  # an average of weights is not trained, its copy here is
    decay = making.decay * making.rate / rate  # so that a step shrinks the weights as one of the fit did
    mover = torch.optim.SGD(net.parameters(), rate, momentum=MOMENTUM, weight_decay=decay)
    for n in track(range(passes), "training members"):
        rng = np.random.default_rng([key % 2**63, n])
        torch.manual_seed(int(rng.integers(2**63)))  # inside `repeatable`: nobody else's state is touched
        batches = list(shuffled(len(epoch.train), making.batch, rng))
        net.train()
        for step, rows in enumerate(map(torch.from_numpy, batches)):
            share = (n % falling + step / len(batches)) / falling if falling else 0.0
            for group in mover.param_groups:
                group["lr"] = rate * 0.5 * (1 + np.cos(np.pi * share))
            raw = epoch.train.x[rows]
            logits = forward(net, epoch.feed(augmented(raw, rng) if making.augment else raw), making.precision)
            loss = functional.cross_entropy(logits, epoch.train.y[rows].to(logits.device))
            mover.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)  # a rate that is high on purpose must not run away
            mover.step()
        yield net.eval()


def flat(net: nn.Module) -> Tensor:
    """(P,) all parameters, one after another."""
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def unflat(net: nn.Module, values: Tensor) -> nn.Module:
    """A copy of the network with these parameters."""
    made = deepcopy(net)
    with torch.no_grad():
        nn.utils.vector_to_parameters(values, made.parameters())
    return made.eval()


def norms(net: nn.Module) -> list[_BatchNorm]:
    return [m for m in net.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]


def reestimated(net: nn.Module, epoch: Epoch, making: Making) -> Tensor:
    """(R,) means and variances of all batch normalisations, as the training data has them at these weights.

    Those that were learned on the way belong to other weights (Izmailov et al. 2018).  Nothing is augmented.
    """
    found = norms(net)
    if not found:
        return torch.zeros(0)
    for layer in found:
        layer.reset_running_stats()
        layer.momentum = None  # the plain mean over all batches
        layer.train()
    with torch.no_grad():
        for part in in_order(epoch.train.x, AT_ONCE):
            if len(part) > 1:
                forward(net, epoch.feed(part), making.precision)
    net.eval()
    return torch.cat([t.flatten() for m in found for t in (m.running_mean, m.running_var) if t is not None])


def with_norms(net: nn.Module, statistics: Tensor) -> nn.Module:
    """Puts them back into the same layers of a copy that is ours."""
    places = [t for m in norms(net) for t in (m.running_mean, m.running_var) if t is not None]
    sizes = [t.numel() for t in places]
    for t, values in zip(places, torch.split(statistics, sizes), strict=True) if sizes else ():
        t.copy_(values.view_as(t))
    return net
