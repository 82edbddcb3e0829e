"""Gradients of the outputs of a network with respect to what goes in, a sample at a time.  Floor 4.

The network is asked as it is, in evaluation mode: no sample of a batch changes what another one gets.
"""

import torch

from askance.errors import BadLearner
from askance.learners.torch.caught import Look
from askance.learners.torch.forward import forward

Tensor = torch.Tensor


def numbers(x: Tensor, who: str) -> None:
    if not x.is_floating_point():
        raise BadLearner(f"{who} moves what goes into the network, which must be numbers, and here is {x.dtype}")


def outputs(look: Look, x: Tensor) -> tuple[Tensor, Tensor]:
    """A copy of x that gradients are followed to, and the logits (B, C) that come of it, in single precision."""
    own = x.detach().clone().requires_grad_(True)
    return own, forward(look.net, own)


def along(logits: Tensor, own: Tensor, weights: Tensor, more: bool = True) -> Tensor:
    """(B, D) gradient of sum_c weights_c logits_c of each sample to its own input.  weights (B, C); more: asked again.

    0 where the logits do not depend on the input at all.
    """
    wanted = (logits * weights.detach()).sum()
    (found,) = torch.autograd.grad(wanted, own, retain_graph=more, allow_unused=True)
    return (torch.zeros_like(own) if found is None else found).detach().float().flatten(1)


def one_hot(columns: Tensor, classes: int) -> Tensor:
    """(B,) class numbers -> (B, C)."""
    return torch.nn.functional.one_hot(columns, classes).float()


def likeliest(logits: Tensor, most: int) -> Tensor:
    """(B, k) the k = min(most, C) classes with the largest logits, the largest first."""
    return logits.detach().topk(min(most, logits.shape[1]), 1).indices
