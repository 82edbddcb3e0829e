"""Who tells labelled samples from others, and what it is taught.  Floor 4.

Labelled is 1 and unlabelled is 0: one well-known library teaches 1 for both, and asks for what looks labelled most.
"""

from collections.abc import Callable
from typing import cast

import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import Part
from askance.learners.torch.caught import Look, Pass

Tensor = torch.Tensor
SIGNAL = "labelled_like"


class Judge(nn.Module):
    """Dense layers of 64 to one number a sample; `taught` counts the steps in which it saw samples without a label."""

    taught: Tensor

    def __init__(self, width: int, inner: int = 64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(width, inner), nn.ReLU(), nn.Linear(inner, inner), nn.ReLU(), nn.Linear(inner, 1)
        )
        self.register_buffer("taught", torch.zeros((), dtype=torch.long))

    def forward(self, x: Tensor) -> Tensor:
        """(B, D) -> (B,): the log-odds that a sample is labelled, or what a critic says."""
        out: Tensor = self.net(x)
        return out[:, 0]

    __call__: Callable[..., Tensor]


def judge_of(part: Part) -> Judge:
    return cast(Judge, part.rival)


def told(labelled: Tensor, free: Tensor) -> Tensor:
    """() what a judge is taught: that the first are labelled, 1, and the others are not, 0.  Log-odds (B,), (M,)."""
    return _says(labelled, 1.0) + _says(free, 0.0)


def fooled(labelled: Tensor, free: Tensor) -> Tensor:
    """() what is taught to who makes the codes: that both are to look labelled, 1."""
    return _says(labelled, 1.0) + _says(free, 1.0)


def _says(odds: Tensor, answer: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(odds, torch.full_like(odds, answer))


def quietly(look: Look, x: Tensor) -> Pass:
    """A pass in evaluation mode and without gradients: no dropout to tell batches apart by, no statistics moved."""
    training = look.net.training
    look.net.eval()
    with torch.no_grad():
        seen = look(x)
    look.net.train(training)
    return seen


def vectors(seen: Pass, who: str) -> Tensor:
    """(B, D) the embeddings of a pass."""
    if seen.embeddings is None:
        raise BadLearner(f"{who} looks at embeddings, and this network has none; name the layer: features=NAME")
    return seen.embeddings


def judged(judge: Judge, x: Tensor, who: str) -> Tensor:
    """(B,) what it says; one that never saw a sample without a label is a BadLearner."""
    if not int(judge.taught) and len(x):
        raise BadLearner(
            f"{who} tells labelled samples from others, and there were no others when it was trained; `offer` some "
            "before the fit, as a campaign does"
        )
    return judge(x)
