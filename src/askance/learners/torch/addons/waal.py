"""Embeddings of labelled and unlabelled samples drawn together by a Wasserstein distance.  Floor 4."""

import numpy as np
import torch

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Place, Step, addon
from askance.learners.torch.addons.told_apart import Judge, judge_of, judged, quietly, vectors
from askance.learners.torch.caught import Look

Tensor = torch.Tensor


def distance(critic: Judge, labelled: Tensor, free: Tensor) -> Tensor:
    """() mean of the critic on samples without a label, less its mean on those with one.  (B, D), (M, D)."""
    return critic(free).mean() - critic(labelled).mean()


def steepness(critic: Judge, labelled: Tensor, free: Tensor, rng: np.random.Generator) -> Tensor:
    """() mean of (|| gradient of the critic || - 1)^2 on lines between pairs of the two, one point a pair."""
    count = min(len(labelled), len(free))
    share = torch.from_numpy(rng.random((count, 1), np.float32)).to(labelled.device)
    between = (share * labelled[:count] + (1 - share) * free[:count]).detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.norm(dim=1) - 1).square().mean()


@addon("Shui, Zhou, Gagné & Wang 2020, 1911.09162")
def waal(weight: float = 0.01, penalty: float = 10.0) -> AddOn:
    """A critic of the embeddings that the network is trained to please; gives the signal `critic`.

    weight   of the distance beside the task's loss
    penalty  of the critic's steepness, which is to be 1

    The critic is high where samples are unlike the labelled ones.
    """
    if weight < 0 or penalty <= 0:
        raise BadLearner("waal wants weight of 0 or more and penalty above 0")

    def build(place: Place) -> Part:
        return Part(rival=Judge(vectors(place.seen, "waal").shape[1]))

    def loss(part: Part, step: Step) -> Tensor:
        if step.free is None:
            return step.losses.sum() * 0
        free = vectors(step.look(step.free.x), "waal")
        return weight * distance(judge_of(part), vectors(step.seen, "waal"), free)

    def against(part: Part, step: Step) -> Tensor:
        critic, labelled = judge_of(part), vectors(quietly(step.look, step.x), "waal")
        if step.free is None:
            return critic(labelled).sum() * 0
        critic.taught += 1
        free = vectors(quietly(step.look, step.free.x), "waal")
        return penalty * steepness(critic, labelled, free, step.rng) - distance(critic, labelled, free)

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        return {"critic": judged(judge_of(part), vectors(look(x), "waal"), "waal")}

    return AddOn(
        "waal",
        frozenset({"critic"}),
        embeddings=True,
        free=1.0,
        build=build,
        loss=loss,
        against=against,
        says=says,
    )
