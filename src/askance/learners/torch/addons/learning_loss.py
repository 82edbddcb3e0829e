"""A small head that learns how large the loss of a sample will be.  Floor 4."""

import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Place, Step, addon
from askance.learners.torch.caught import Look

Tensor = torch.Tensor
WIDTH = 128


class Head(nn.Module):
    """Of each map its mean over space, a dense layer of 128 and ReLU; all of them side by side to one number."""

    def __init__(self, sizes: list[int]):
        super().__init__()
        self.taps = nn.ModuleList(nn.Linear(size, WIDTH) for size in sizes)
        self.last = nn.Linear(WIDTH * len(sizes), 1)

    def forward(self, maps: tuple[Tensor, ...]) -> Tensor:
        """maps: (B, C, ...) each -> (B,)"""
        inner = [functional.relu(tap(pooled(m))) for tap, m in zip(self.taps, maps, strict=True)]
        out: Tensor = self.last(torch.cat(inner, 1))
        return out[:, 0]


def pooled(x: Tensor) -> Tensor:
    """(B, C, ...) -> (B, C): the mean over all that comes after the channels."""
    return x.float().flatten(2).mean(2) if x.ndim > 2 else x.float()


def pair_loss(losses: Tensor, said: Tensor, margin: float = 1.0) -> Tensor:
    """() mean over pairs (i, B - 1 - i) of max(0, -sign(l_i - l_j) (s_i - s_j) + margin).

    losses, said (B,).  Of an odd batch the last sample has no partner and is left out; the paper's code fails there.
    """
    half = len(losses) // 2
    if not half:
        return said.sum() * 0
    true, guess = losses[: 2 * half], said[: 2 * half]
    sign = torch.sign(true[:half] - true.flip(0)[:half])
    return functional.relu(margin - sign * (guess[:half] - guess.flip(0)[:half])).mean()


@addon("Yoo & Kweon 2019, Learning Loss for Active Learning, CVPR, 1905.03677")
def learning_loss(weight: float = 1.0, margin: float = 1.0, detach: float = 0.6) -> AddOn:
    """A head on inner layers that learns to rank samples by their loss; gives the signal `loss`.

    weight  of the ranking loss beside the task's
    margin  by how much the larger of two losses is to be said to be larger
    detach  share of the fit after which the head no longer moves the network (epoch 120 of 200 in the paper)
    """
    if weight < 0 or margin <= 0 or not 0 <= detach <= 1:
        raise BadLearner("learning_loss wants weight of 0 or more, margin above 0 and detach from 0 to 1")

    def build(place: Place) -> Part:
        return Part(Head([pooled(m).shape[1] for m in place.seen.maps]))

    def loss(part: Part, step: Step) -> Tensor:
        maps = step.seen.maps if step.done < detach else tuple(m.detach() for m in step.seen.maps)
        return weight * pair_loss(step.losses.detach(), part.own(maps), margin)

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        return {"loss": part.own(look(x).maps)}

    return AddOn("learning_loss", frozenset({"loss"}), maps=True, build=build, loss=loss, says=says)
