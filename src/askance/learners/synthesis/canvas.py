"""Between samples as they were read, what a generator makes, and what a classifier takes.  Floor 4."""

from dataclasses import dataclass

import torch

from askance.learners.torch.batches import Feeding

Tensor = torch.Tensor


@dataclass(frozen=True)
class Canvas:
    """Photos are drawn as (B, 3, S, S) in -1..1, arrays as (B, D), each column with mean 0 and deviation 1.

    shape         of one sample as it was read: (S, S, 3), or (...) of an array
    photos        bytes, or numbers
    shift, scale  (D,) of the columns of an array; empty for photos
    """

    shape: tuple[int, ...]
    photos: bool
    shift: Tensor
    scale: Tensor

    def drawn(self, raw: Tensor) -> Tensor:
        """As read -> as drawn."""
        if self.photos:
            return raw.permute(0, 3, 1, 2).float() / 127.5 - 1
        return (raw.flatten(1) - self.shift.to(raw)) / self.scale.to(raw)

    def raw(self, drawn: Tensor) -> Tensor:
        """As drawn -> as read: bytes of a photo (B, S, S, 3), or numbers (B, ...)."""
        if self.photos:
            return ((drawn + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)
        return self._numbers(drawn)

    def seen(self, drawn: Tensor, feed: Feeding) -> Tensor:
        """As drawn -> as a classifier takes it; gradients go through."""
        if not self.photos:
            return self._numbers(drawn)
        mean, scale = (torch.tensor(v, device=drawn.device).view(1, 3, 1, 1) for v in (feed.mean, feed.scale))
        return ((drawn + 1) / 2 - mean) / scale

    def _numbers(self, drawn: Tensor) -> Tensor:
        return (drawn * self.scale.to(drawn) + self.shift.to(drawn)).view(-1, *self.shape)


def canvas_of(raw: Tensor) -> Canvas:
    """raw (N, S, S, 3) uint8 or (N, ...) float32; a constant column has scale 1."""
    if raw.dtype == torch.uint8:
        return Canvas(tuple(raw.shape[1:]), True, torch.zeros(0), torch.zeros(0))
    flat = raw.flatten(1)
    scale = flat.std(0, correction=0)
    return Canvas(tuple(raw.shape[1:]), False, flat.mean(0), torch.where(scale > 0, scale, 1.0))
