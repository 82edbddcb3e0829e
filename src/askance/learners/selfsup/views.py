"""A random view of each photo: a part of it, mirrored, in other colours.  Floor 4.

SimCLR's, without the turning of hues and the blur: at 32 pixels the authors leave the blur out too.
"""

import numpy as np
import torch
from torch.nn import functional

Tensor = torch.Tensor
LEAST_PART = 0.2  # of the area
GREY_WEIGHTS = (0.299, 0.587, 0.114)


def view(x: Tensor, rng: np.random.Generator) -> Tensor:
    """(B, S, S, 3) uint8 -> (B, 3, S, S) float32 in 0..1, on the device of x; all draws are the generator's."""
    planes = x.permute(0, 3, 1, 2).float() / 255
    return greyed(jittered(cropped(planes, rng), rng), rng)


def cropped(x: Tensor, rng: np.random.Generator) -> Tensor:
    """A part of 0.2 to 1 of the area, its sides as 3:4 to 4:3, brought to the whole size; half of them mirrored."""
    count = len(x)
    area = rng.uniform(LEAST_PART, 1.0, count)
    shape = np.exp(rng.uniform(np.log(3 / 4), np.log(4 / 3), count))
    wide, high = np.minimum(np.sqrt(area * shape), 1.0), np.minimum(np.sqrt(area / shape), 1.0)
    right, down = rng.uniform(-1, 1, (2, count)) * np.stack([1 - wide, 1 - high])
    mirror = np.where(rng.random(count) < 0.5, -1.0, 1.0)
    zero = np.zeros(count)
    matrix = np.stack([wide * mirror, zero, right, zero, high, down], 1).reshape(count, 2, 3)
    grid = functional.affine_grid(torch.from_numpy(matrix).to(x), list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)


def jittered(x: Tensor, rng: np.random.Generator, chance: float = 0.8, most: float = 0.4) -> Tensor:
    """Brightness, contrast and colour times 0.6 to 1.4 each, of 80 % of the photos."""
    factors = 1 + most * rng.uniform(-1, 1, (3, len(x)))
    factors[:, rng.random(len(x)) >= chance] = 1.0
    bright, contrast, colour = torch.from_numpy(factors).to(x).view(3, -1, 1, 1, 1)
    x = (bright * x).clamp(0, 1)
    x = _toward(x, grey(x).mean((2, 3), keepdim=True), contrast)
    return _toward(x, grey(x), colour)


def greyed(x: Tensor, rng: np.random.Generator, chance: float = 0.2) -> Tensor:
    """A fifth of the photos without colour."""
    which = torch.from_numpy(rng.random(len(x)) < chance).to(x.device).view(-1, 1, 1, 1)
    return torch.where(which, grey(x), x)


def grey(x: Tensor) -> Tensor:
    """(B, 3, S, S) -> (B, 1, S, S)"""
    weights = torch.tensor(GREY_WEIGHTS, device=x.device).view(1, 3, 1, 1)
    return (x * weights).sum(1, keepdim=True)


def _toward(x: Tensor, other: Tensor, factor: Tensor) -> Tensor:
    return (other + factor * (x - other)).clamp(0, 1)
