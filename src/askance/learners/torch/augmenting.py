"""Strong views of a batch as it was read: photos as bytes, arrays as numbers.  Floor 4.

RandAugment as FixMatch has it (Cubuk et al. 2020; Sohn et al. 2020): of each photo two operations, each drawn anew with
a strength drawn from its range, then a grey square.  `equalize` and `sharpness` of the authors' list are left out.
All that is drawn comes from the generator that is handed in, on the CPU, so that a device changes nothing of it.
"""

from collections.abc import Callable
from math import pi

import numpy as np
import torch
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch.batches import augmented

Tensor = torch.Tensor
Operation = Callable[[Tensor, Tensor], Tensor]  # (B, 3, S, S) in 0..255 float32, (B,) strength in 0..1 -> the same
GREY = 127.0
NOISE = 0.1  # of a column's deviation in the batch
SWAPPED = 0.2  # of the columns


def weak(raw: Tensor, rng: np.random.Generator) -> Tensor:
    """Photos flipped and shifted; arrays with a little noise in each column that is not constant; texts as they are."""
    if raw.dtype == torch.uint8:
        return augmented(raw, rng)
    return noisy(raw, rng) if raw.is_floating_point() else raw


def strong(raw: Tensor, rng: np.random.Generator, operations: int = 2, square: float = 0.5) -> Tensor:
    """Photos (B, S, S, 3) uint8: flipped, shifted, changed by `operations`, with a grey square of up to `square` of the
    side.  Arrays (B, ...) float32: with noise, and a fifth of the columns taken from another row of the batch."""
    if raw.dtype == torch.uint8:
        return cutout(rand_augment(augmented(raw, rng), rng, operations), rng, square)
    if not raw.is_floating_point():
        raise BadLearner(
            "there are no strong views of texts; add pseudo_label, propagation or mean_teacher, which need none"
        )
    return swapped(noisy(raw, rng), rng)


def noisy(x: Tensor, rng: np.random.Generator, share: float = NOISE) -> Tensor:
    """(B, ...) float32 -> the same with Gaussian noise of `share` of each column's deviation over the batch."""
    drawn = torch.from_numpy(rng.standard_normal(tuple(x.shape), np.float32)).to(x)
    return x + share * drawn * x.std(0, correction=0)


def swapped(x: Tensor, rng: np.random.Generator, share: float = SWAPPED) -> Tensor:
    """Each number is, with chance `share`, that of another row in the same place: of its own scale, whatever that is
    (Bahri et al. 2022, SCARF)."""
    taken = torch.from_numpy(rng.random(tuple(x.shape)) < share).to(x.device)
    other = torch.from_numpy(rng.integers(0, len(x), tuple(x.shape))).to(x.device)
    return torch.where(taken, x.gather(0, other), x)


def rand_augment(x: Tensor, rng: np.random.Generator, operations: int = 2) -> Tensor:
    """(B, S, S, 3) uint8 -> the same: each photo through so many operations, each drawn alike and for itself."""
    planes = x.permute(0, 3, 1, 2).float()
    for _ in range(operations):
        which, strength = rng.integers(0, len(OPERATIONS), len(x)), rng.random(len(x))
        for n, operation in enumerate(OPERATIONS):
            mine = torch.from_numpy(np.flatnonzero(which == n)).to(x.device)
            if len(mine):
                s = torch.from_numpy(strength[which == n]).to(planes)
                planes[mine] = operation(planes[mine], s).clamp(0, 255)
    return planes.round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def cutout(x: Tensor, rng: np.random.Generator, most: float = 0.5) -> Tensor:
    """A grey square in each photo, of a side up to `most` of the photo's, its middle anywhere (DeVries & Taylor)."""
    side = x.shape[1]
    half = rng.random((len(x), 1)) * most * side / 2
    middle = rng.random((2, len(x), 1)) * side
    rows, columns = (torch.from_numpy(np.abs(np.arange(side) + 0.5 - m) < half).to(x.device) for m in middle)
    inside = (rows[:, :, None] & columns[:, None, :])[..., None]
    return torch.where(inside, torch.tensor(int(GREY), dtype=x.dtype, device=x.device), x)


def _signed(s: Tensor) -> Tensor:
    return 2 * s - 1


def _moved(x: Tensor, s: Tensor, entries: tuple[Tensor | float, ...]) -> Tensor:
    """By a 2 x 3 matrix for each photo, its entries in order; what comes from outside is grey."""
    matrix = torch.stack([torch.zeros_like(s) + e for e in entries], 1).view(-1, 2, 3)
    grid = functional.affine_grid(matrix, list(x.shape), align_corners=False)
    return functional.grid_sample(x - GREY, grid, mode="bilinear", align_corners=False) + GREY


def _rotated(x: Tensor, s: Tensor) -> Tensor:
    """By up to 30 degrees either way."""
    angle = _signed(s) * pi / 6
    return _moved(x, s, (angle.cos(), -angle.sin(), 0.0, angle.sin(), angle.cos(), 0.0))


def _sheared_x(x: Tensor, s: Tensor) -> Tensor:
    return _moved(x, s, (1.0, 0.3 * _signed(s), 0.0, 0.0, 1.0, 0.0))


def _sheared_y(x: Tensor, s: Tensor) -> Tensor:
    return _moved(x, s, (1.0, 0.0, 0.0, 0.3 * _signed(s), 1.0, 0.0))


def _shifted_x(x: Tensor, s: Tensor) -> Tensor:
    """By up to 0.3 of the side either way."""
    return _moved(x, s, (1.0, 0.0, 0.6 * _signed(s), 0.0, 1.0, 0.0))


def _shifted_y(x: Tensor, s: Tensor) -> Tensor:
    return _moved(x, s, (1.0, 0.0, 0.0, 0.0, 1.0, 0.6 * _signed(s)))


def _mixed(x: Tensor, other: Tensor | float, s: Tensor) -> Tensor:
    """other + f (x - other), f from 0.05 to 1.95: the authors' brightness, contrast and colour."""
    return other + (0.05 + 1.9 * s).view(-1, 1, 1, 1) * (x - other)


def _brightness(x: Tensor, s: Tensor) -> Tensor:
    return _mixed(x, 0.0, s)


def _contrast(x: Tensor, s: Tensor) -> Tensor:
    return _mixed(x, x.mean((1, 2, 3), keepdim=True), s)


def _colour(x: Tensor, s: Tensor) -> Tensor:
    return _mixed(x, x.mean(1, keepdim=True), s)


def _auto_contrast(x: Tensor, s: Tensor) -> Tensor:
    """Each channel stretched to 0..255; one of a single value is left alone."""
    low, high = x.amin((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
    return torch.where(high > low, (x - low) * 255 / (high - low).clamp(min=1), x)


def _posterized(x: Tensor, s: Tensor) -> Tensor:
    """To 4 to 8 bits a channel."""
    step = 2.0 ** (4 - (4 * s).round()).view(-1, 1, 1, 1)
    return (x / step).floor() * step


def _solarized(x: Tensor, s: Tensor) -> Tensor:
    """What is as bright as a threshold or brighter is inverted."""
    return torch.where(x >= 256 * s.view(-1, 1, 1, 1), 255 - x, x)


def _same(x: Tensor, s: Tensor) -> Tensor:
    return x


OPERATIONS: tuple[Operation, ...] = (
    _same,
    _auto_contrast,
    _brightness,
    _colour,
    _contrast,
    _posterized,
    _rotated,
    _sheared_x,
    _sheared_y,
    _solarized,
    _shifted_x,
    _shifted_y,
)
