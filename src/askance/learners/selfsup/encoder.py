"""The network that features are learned with, and what is thrown away of it afterwards.  Floor 4."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from askance.learners.selfsup.recipe import Recipe

Tensor = torch.Tensor
STAGES = 4
HIDDEN, PROJECTED = 256, 128


def encoder(width: int) -> nn.Sequential:
    """(B, 3, S, S) in 0..1 -> embeddings (B, 8 width): four convolutions, each half as large and twice as wide."""
    sizes = [3, *(width * 2**n for n in range(STAGES))]
    layers = [_stage(a, b, 1 if n == 0 else 2) for n, (a, b) in enumerate(pairwise(sizes))]
    return nn.Sequential(*(m for stage in layers for m in stage), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def _stage(inside: int, outside: int, stride: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(),
    )


def projector(method: str, width: int) -> nn.Sequential:
    """Embeddings -> where views are compared.  VICReg wants it wide and normalised inside, SimCLR does not."""
    inside = width * 2 ** (STAGES - 1)
    if method == "simclr":
        return nn.Sequential(nn.Linear(inside, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, PROJECTED))
    return nn.Sequential(
        nn.Linear(inside, 2 * HIDDEN),
        nn.BatchNorm1d(2 * HIDDEN),
        nn.ReLU(),
        nn.Linear(2 * HIDDEN, 2 * HIDDEN),
    )


@dataclass(frozen=True)
class Pair:
    """The encoder, which is kept, and the projector, which is not."""

    encoder: nn.Sequential
    projector: nn.Sequential

    def both(self) -> nn.ModuleDict:
        return nn.ModuleDict({"encoder": self.encoder, "projector": self.projector})


def pair(recipe: Recipe) -> Pair:
    """New networks whose weights depend on the seed alone; the global random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(int(np.random.default_rng([recipe.seed, 7401]).integers(2**63)))
        return Pair(encoder(recipe.width), projector(recipe.method, recipe.width))
