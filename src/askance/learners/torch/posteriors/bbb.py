"""Bayes by backprop: a normal distribution for each weight of the last layer, trained with the network.  Floor 4."""

import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Place, Step
from askance.learners.torch.caught import Look
from askance.learners.torch.posteriors.posterior import (
    Filled,
    Making,
    check_last_layer,
    features_of,
    last_layer,
    softmax_of,
    with_one,
)

Tensor = torch.Tensor


class Spread(nn.Module):
    """rho (C, D + 1): the deviation of each weight is softplus(rho); its mean is the weight of the network itself."""

    def __init__(self, shape: torch.Size, begin: float):
        super().__init__()
        self.rho = nn.Parameter(torch.full(shape, begin).expm1().log())
        self.drawn = Filled(("labelled",))

    def forward(self) -> Tensor:
        return functional.softplus(self.rho)


def spread_of(part: Part) -> Spread:
    assert isinstance(part.own, Spread)
    return part.own


def kl(mean: Tensor, deviation: Tensor, prior: float) -> Tensor:
    """() KL(N(mean, deviation^2) || N(0, prior^2)), summed over independent weights."""
    share = (deviation.square() + mean.square()) / (2 * prior**2)
    return (share - 0.5 - (deviation / prior).log()).sum()


def bbb(making: Making, prior: float = 1.0, begin: float = 0.05, weight: float = 1.0) -> AddOn:
    """Blundell et al. 2015, 1505.05424: mean-field variational Bayes for the last layer.

    prior   deviation of the weights before any label
    begin   their deviation when the fit begins
    weight  of the KL term; 1 is the evidence lower bound, less is a colder posterior

    The likelihood is taken at logits drawn for each sample (the local reparameterisation of Kingma et al. 2015), which
    has the same mean as one draw of the weights and less noise.
    """
    if prior <= 0 or begin <= 0 or weight < 0:
        raise BadLearner("bbb wants prior and begin above 0 and weight of 0 or more")

    def build(place: Place) -> Part:
        check_last_layer("bbb", place)
        made = Spread(last_layer(place.net).shape, begin)
        made.drawn.fill(labelled=torch.tensor(float(max(place.labelled, 1))))
        return Part(made)

    def loss(part: Part, step: Step) -> Tensor:
        """What makes of the task's loss the bound divided by the number of labels."""
        assert step.seen.embeddings is not None
        mean, deviation, inside = last_layer(step.look.net), part.own(), with_one(step.seen.embeddings)
        centre = inside @ mean.T
        noise = (inside.square() @ deviation.square().T + 1e-12).sqrt() * torch.randn_like(centre)
        drawn = functional.cross_entropy(centre + noise, step.y)
        bound = drawn + weight * kl(mean, deviation, prior) / spread_of(part).drawn["labelled"]
        return bound - step.losses.mean()

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        mean, deviation, drawn = last_layer(look.net), part.own(), spread_of(part).drawn
        heads = [mean + deviation * drawn.normal(tuple(mean.shape), t) for t in range(making.passes)]
        return {"members": softmax_of(torch.stack(heads), features_of(look, x))}

    return AddOn("bbb", embeddings=True, build=build, loss=loss, says=says)
