"""VAAL that knows the task: the code stands beside how large the loss of a sample is said to be.  Floor 4."""

from typing import cast

import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Place, Step, addon
from askance.learners.torch.addons.autoencoder import AutoEncoder, elbo
from askance.learners.torch.addons.learning_loss import Head, pooled
from askance.learners.torch.addons.told_apart import SIGNAL, Judge, fooled, judge_of, judged, quietly, told
from askance.learners.torch.caught import Look

Tensor = torch.Tensor


class Both(nn.Module):
    """The auto-encoder, whose way back sees the rank too, and the head that ranks samples by their loss."""

    def __init__(self, place: Place, latent: int):
        super().__init__()
        self.code = AutoEncoder(place.x, latent, extra=1)
        self.ranker = Head([pooled(m).shape[1] for m in place.seen.maps])

    def rank(self, look: Look, x: Tensor) -> Tensor:
        """(B, 1) in (0, 1); no gradients."""
        with torch.no_grad():
            said: Tensor = self.ranker(quietly(look, x).maps)
        return said.sigmoid()[:, None]


def own(part: Part) -> Both:
    return cast(Both, part.own)


def rank_loss(losses: Tensor, said: Tensor) -> Tensor:
    """() over pairs (i, B - 1 - i), the cross-entropy of sigmoid(s_i - s_j) with 1 where l_i > l_j, else 0.

    losses, said (B,); of an odd batch the last is left out.
    """
    half = len(losses) // 2
    if not half:
        return said.sum() * 0
    true, guess = losses[: 2 * half], said[: 2 * half]
    larger = (true[:half] > true.flip(0)[:half]).float()
    return functional.binary_cross_entropy_with_logits(guess[:half] - guess.flip(0)[:half], larger)


@addon("Kim, Park, Kim & Chun 2021, 2002.04709")
def ta_vaal(
    latent: int = 32, beta: float = 1.0, adversary: float = 1.0, rank: float = 1.0, detach: float = 0.6
) -> AddOn:
    """VAAL on what goes into the network and on the rank of its loss; gives the signal `labelled_like`.

    latent, beta, adversary  as for vaal
    rank    of the ranking loss beside the task's
    detach  share of the fit after which ranking no longer moves the network
    """
    if latent < 1 or min(beta, adversary, rank) < 0 or not 0 <= detach <= 1:
        raise BadLearner("ta_vaal wants latent of 1 or more, weights of 0 or more and detach from 0 to 1")

    def build(place: Place) -> Part:
        return Part(Both(place, latent), Judge(latent + 1))

    def ranking(part: Part, step: Step) -> Tensor:
        maps = step.seen.maps if step.done < detach else tuple(m.detach() for m in step.seen.maps)
        return rank * rank_loss(step.losses.detach(), own(part).ranker(maps))

    def loss(part: Part, step: Step) -> Tensor:
        total = ranking(part, step)
        if step.free is None:
            return total
        both, judge, codes = own(part), judge_of(part), []
        for x in (step.x, step.free.x):
            place = both.rank(step.look, x)
            made, mean, spread = both.code(x, step.rng, place)
            total = total + elbo(x, made, mean, spread, beta)
            codes.append(judge(torch.cat([mean, place], 1)))
        return total + adversary * fooled(*codes)

    def beside(part: Part, look: Look, x: Tensor) -> Tensor:
        with torch.no_grad():
            return torch.cat([own(part).code.code(x)[0], own(part).rank(look, x)], 1)

    def against(part: Part, step: Step) -> Tensor:
        judge = judge_of(part)
        if step.free is None:
            return judge(beside(part, step.look, step.x)).sum() * 0
        judge.taught += 1
        return told(judge(beside(part, step.look, step.x)), judge(beside(part, step.look, step.free.x)))

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        return {SIGNAL: judged(judge_of(part), beside(part, look, x), "ta_vaal").sigmoid()}

    return AddOn(
        "ta_vaal", frozenset({SIGNAL}), maps=True, free=1.0, build=build, loss=loss, against=against, says=says
    )
