"""SWAG: a normal distribution around the mean of the weights that further training passes through.  Floor 4."""

import math

import torch
from torch import nn

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Epoch, Part, Place
from askance.learners.torch.posteriors.further import flat, further, reestimated, unflat, with_norms
from askance.learners.torch.posteriors.posterior import Filled, Making, held_by

Tensor = torch.Tensor


def moments(visited: Tensor, rank: int) -> tuple[Tensor, Tensor, Tensor]:
    """visited (S, P), in the order of training -> mean (P,), variance (P,) and the last deviations (rank, P).

    The deviation of pass i is from the mean of passes 1 to i, as it is known then (Maddox et al. 2019, algorithm 1).
    """
    mean, square, last = torch.zeros_like(visited[0]), torch.zeros_like(visited[0]), []
    for n, w in enumerate(visited):
        mean = (n * mean + w) / (n + 1)
        square = (n * square + w.square()) / (n + 1)
        last.append(w - mean)
    variance = (square - mean.square()).clamp(min=1e-30)
    return mean, variance, torch.stack(last[len(last) - rank :]) if rank else visited[:0]


def drawn(mean: Tensor, variance: Tensor, last: Tensor, z: Tensor, low: Tensor) -> Tensor:
    """mean + sqrt(variance / 2) z + last^T low / sqrt(2 (K - 1)); z (P,), low (K,) standard normal.

    With fewer than two deviations there is the diagonal alone, and it is not halved.
    """
    if len(last) < 2:
        return mean + variance.sqrt() * z
    return mean + (variance / 2).sqrt() * z + last.T @ low / math.sqrt(2 * (len(last) - 1))


def swag(making: Making, epochs: int = 20, rate: float = 0.01, rank: int = 10, scale: float = 1.0) -> AddOn:
    """Maddox et al. 2019, 1902.02476: stochastic weight averaging, Gaussian.

    epochs  further passes of descent from the best weights, one visit each
    rate    of that descent, constant
    rank    deviations that are kept, each as large as the network; 0: the diagonal alone
    scale   of the deviations in a draw

    What batch normalisation has learned is estimated anew on the training data for each member.
    """
    if epochs < 2 or rate <= 0 or not 0 <= rank <= epochs or scale <= 0:
        raise BadLearner("swag wants epochs of 2 or more, rate and scale above 0, and rank from 0 to epochs")

    def build(place: Place) -> Part:
        return Part(Filled(("mean", "variance", "last", "norms")))

    def finished(part: Part, epoch: Epoch) -> None:
        held = held_by(part)
        with torch.enable_grad():
            walk = further(epoch, making, int(held["key"]), epochs, rate)
            visited = torch.stack([flat(net) for net in walk])
        mean, variance, last = moments(visited, rank)
        held.fill(mean=mean, variance=variance, last=last)
        nets = [unflat(epoch.look.net, sample(held, t)) for t in range(making.passes)]
        held.fill(norms=torch.stack([reestimated(net, epoch, making) for net in nets]))

    def sample(held: Filled, t: int) -> Tensor:
        z = held.normal(tuple(held["mean"].shape), t, 0) * scale
        low = held.normal((len(held["last"]),), t, 1) * scale
        return drawn(held["mean"], held["variance"], held["last"], z, low)

    def member(part: Part, net: nn.Module, t: int) -> nn.Module:
        return with_norms(unflat(net, sample(held_by(part), t)), held_by(part)["norms"][t])

    return AddOn("swag", build=build, finished=finished, member=member)
