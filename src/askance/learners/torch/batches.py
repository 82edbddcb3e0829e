"""What a network is fed: batches of tensors, their order and augmentation.  Floor 4."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch

Tensor = torch.Tensor


@dataclass(frozen=True)
class Data:
    """x (N, S, S, 3) uint8 photos or (N, ...) float32 arrays; y (N,) class numbers, -1 for a class never trained on.

    ids  (N,) uint64 of the samples, rising
    """

    x: Tensor
    y: Tensor
    ids: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Feeding:
    """Moves a batch to the device and makes numbers of photos: (pixel / 255 - mean) / scale."""

    device: torch.device
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]

    def __call__(self, x: Tensor) -> Tensor:
        """(B, S, S, 3) uint8 -> (B, 3, S, S) float32, its channels last in memory; other tensors as they are."""
        x = x.to(self.device, non_blocking=True)
        if x.dtype != torch.uint8:
            return x
        mean, scale = (torch.tensor(v, device=self.device).view(1, 3, 1, 1) for v in (self.mean, self.scale))
        return ((x.permute(0, 3, 1, 2).float() / 255 - mean) / scale).contiguous(memory_format=torch.channels_last)


def shuffled(n: int, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Rows 0 .. n - 1 in random order, in batches of about equal size; none of one row: batch norm cannot take it."""
    yield from np.array_split(rng.permutation(n), count(n, size))


def count(n: int, size: int) -> int:
    """Batches, which are steps, in one pass over n samples."""
    return max(1, min(-(-n // size), n // 2))


def in_order(x: Tensor, size: int) -> Iterator[Tensor]:
    for start in range(0, len(x), size):
        yield x[start : start + size]


def augmented(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Each photo flipped left to right or not, and shifted by up to a sixteenth of its side; edges are repeated.

    (B, S, S, 3) uint8 -> the same shape; arrays that are no photos are given back as they are.
    """
    if x.dtype != torch.uint8:
        return x
    count, side = len(x), x.shape[1]
    most = max(1, side // 16)
    moves = rng.integers(-most, most + 1, (2, count, 1))
    rows, columns = (np.clip(np.arange(side) + m, 0, side - 1) for m in moves)
    columns = np.where(rng.random((count, 1)) < 0.5, columns[:, ::-1], columns)
    which = torch.arange(count).view(-1, 1, 1)
    return x[which, torch.from_numpy(rows)[:, :, None], torch.from_numpy(columns)[:, None, :]]
