"""The search for the latent code of which a classifier is most in doubt.  Floor 4."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi

import torch

Tensor = torch.Tensor


@dataclass(frozen=True)
class Found:
    """z (Q, L) codes, drawn (Q, ...) what they make, entropy (Q,) of the classifier there in nats; doubtful first."""

    z: Tensor
    drawn: Tensor
    entropy: Tensor


def seek(
    generate: Callable[[Tensor], Tensor],
    classify: Callable[[Tensor], Tensor],
    z: Tensor,
    steps: int = 100,
    reach: float = 0.1,
) -> Found:
    """Gradient ascent from each of the codes z (Q, L) to the largest entropy; the best of each path is kept.

    generate, classify  codes -> samples as drawn -> logits (Q, C); both in evaluation mode
    By Adam, its steps falling by a cosine.  Nothing here grows with a pool.  (Mayer & Timofte 2020, equation 3.)
    """
    z = z.clone().requires_grad_()
    mover = torch.optim.Adam([z], reach)
    best, top = z.detach().clone(), torch.full((len(z),), -1.0, device=z.device)
    for step in range(steps + 1):
        entropy = entropy_of(classify(generate(z)))
        better = entropy.detach() > top
        top, best = torch.where(better, entropy.detach(), top), torch.where(better[:, None], z.detach(), best)
        if step < steps:
            mover.param_groups[0]["lr"] = 0.5 * reach * (1 + cos(pi * step / steps))
            (z.grad,) = torch.autograd.grad(-entropy.sum(), z)
            mover.step()
    order = torch.argsort(top, descending=True, stable=True)
    with torch.no_grad():
        return Found(best[order], generate(best[order]), top[order])


def entropy_of(logits: Tensor) -> Tensor:
    """(Q, C) -> (Q,) nats, with a gradient wherever there is one."""
    logs = logits.log_softmax(1)
    return -(logs.exp() * logs).sum(1)
