"""What add-ons that learn from samples without a label share: guesses, their loss, ramps, notes by row.  Floor 4."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import exp
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from askance.learners.torch.addons.addon import Step
from askance.learners.torch.caught import Look
from askance.learners.torch.forward import dropouts

Tensor = torch.Tensor


def nothing(step: Step) -> Tensor:
    """() 0: what is added where there is no sample without a label.  The fit is then that on the labels, to the bit."""
    return step.losses.new_zeros(())


@contextmanager
def sober(net: nn.Module) -> Iterator[None]:
    """Inside, dropout is off and all else is as it was: a guess is not to be drawn at random."""
    layers = [layer for layer in dropouts(net) if layer.training]
    for layer in layers:
        layer.eval()
    try:
        yield
    finally:
        for layer in layers:
            layer.train()


def guessed(look: Look, x: Tensor) -> Tensor:
    """(B, C) probabilities without dropout and without gradients."""
    with torch.no_grad(), sober(look.net):
        return look(x).logits.softmax(1)


def sure_loss(logits: Tensor, probs: Tensor, threshold: float | Tensor) -> Tensor:
    """() cross-entropy of logits with the likeliest class of probs, of those likely enough, over the size of the batch.

    logits, probs (B, C); threshold: one, or (B,): a guess counts that is as likely as this or likelier.
    """
    sure, said = probs.max(1)
    losses = functional.cross_entropy(logits, said, reduction="none")
    return torch.where(sure >= threshold, losses, 0.0).mean()


def linear_ramp(done: float, start: float, full: float) -> float:
    """0 until `start` of the fit, 1 from `full` on, a straight line between them."""
    if done < start or (done == start and full > start):
        return 0.0
    return 1.0 if done >= full else (done - start) / (full - start)


def sigmoid_ramp(done: float, full: float) -> float:
    """exp(-5 (1 - done / full)^2), 1 from `full` on (Laine & Aila 2017)."""
    return 1.0 if done >= full else exp(-5.0 * (1.0 - done / full) ** 2)


class Rows(nn.Module):
    """Notes on each sample without a label, by its place: whole numbers and weights.  Saved with the network.

    How many there are is known only when they come, so that what is loaded says how long the notes are.
    """

    number: Tensor
    weight: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("number", torch.full((0,), -1, dtype=torch.int64))
        self.register_buffer("weight", torch.zeros(0))

    def reset(self, count: int) -> None:
        """-1 and 0 for each of `count` samples."""
        self.number = torch.full((count,), -1, dtype=torch.int64, device=self.number.device)
        self.weight = torch.zeros(count, device=self.weight.device)

    def _load_from_state_dict(self, state: dict[str, Any], prefix: str, *args: Any) -> None:
        if f"{prefix}number" in state:
            self.reset(len(state[f"{prefix}number"]))
        super()._load_from_state_dict(state, prefix, *args)
