"""Entropy that the classifier raises and the features lower, and a judge of the features.  Floor 4."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Place, Step, addon
from askance.learners.torch.addons.told_apart import SIGNAL, Judge, judge_of, judged, quietly, told, vectors
from askance.learners.torch.caught import Look
from askance.learners.torch.forward import forward

Tensor = torch.Tensor


class Turned(torch.autograd.Function):
    """Nothing on the way forward; gradients change their sign on the way back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return -grad


def turned_logits(look: Look, x: Tensor) -> Tensor:
    """(B, C) logits; what is before the layer of the embeddings gets the gradient with the other sign."""
    layer: nn.Module = dict(look.net.named_modules())[look.layers.features]
    hook = layer.register_forward_pre_hook(
        lambda _, args: (Turned.apply(args[0]), *args[1:])  # type: ignore[no-untyped-call]
    )
    try:
        return forward(look.net, x, look.precision)
    finally:
        hook.remove()


def entropy(logits: Tensor) -> Tensor:
    """() mean entropy in nats."""
    return -(functional.softmax(logits, 1) * functional.log_softmax(logits, 1)).sum(1).mean()


@addon("Ebrahimi et al. 2020, 2012.10467; Saito et al. 2019, 1904.06487")
def mal(weight: float = 0.1) -> AddOn:
    """Minimax entropy on samples without a label, and a discriminator of features; gives the signal `labelled_like`.

    weight  of the entropy, which the last layer raises and all before it lowers
    """
    if weight < 0:
        raise BadLearner("mal wants weight of 0 or more")

    def build(place: Place) -> Part:
        return Part(rival=Judge(vectors(place.seen, "mal").shape[1]))

    def loss(part: Part, step: Step) -> Tensor:
        if step.free is None:
            return step.losses.sum() * 0
        return -weight * entropy(turned_logits(step.look, step.free.x))

    def against(part: Part, step: Step) -> Tensor:
        judge, labelled = judge_of(part), vectors(quietly(step.look, step.x), "mal")
        if step.free is None:
            return judge(labelled).sum() * 0
        judge.taught += 1
        return told(judge(labelled), judge(vectors(quietly(step.look, step.free.x), "mal")))

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        return {SIGNAL: judged(judge_of(part), vectors(look(x), "mal"), "mal").sigmoid()}

    return AddOn(
        "mal", frozenset({SIGNAL}), embeddings=True, free=1.0, build=build, loss=loss, against=against, says=says
    )
