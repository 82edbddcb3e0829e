"""A variational auto-encoder of photos or vectors, small enough for a processor.  Floor 4."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner

Tensor = torch.Tensor
WIDTHS = (32, 64, 128, 128)  # maps after each halving of a photo's side
DENSE = 128
GROUPS = 8


class AutoEncoder(nn.Module):
    """x (B, ...) -> a code (B, `latent`), and back from the code with `extra` numbers beside it.

    Photos, (B, C, H, W) with sides of 8 or more, go through convolutions that halve the side, down to 4 or four times;
    anything else through two dense layers.  Groups are normalised and not batches, so that what is said of a sample
    does not depend on who is with it, nor tell a labelled batch from another.
    """

    def __init__(self, x: Tensor, latent: int, extra: int = 0):
        super().__init__()
        if not x.is_floating_point():
            raise BadLearner(f"an auto-encoder makes numbers anew, and what goes into this network is {x.dtype}")
        self.shape = tuple(x.shape[1:])
        photos = len(self.shape) == 3 and min(self.shape[1:]) >= 8
        self.inward = _halving(self.shape) if photos else _dense(math.prod(self.shape))
        with torch.no_grad():
            self.inner = tuple(self.inward(x[:1].float()).shape[1:])
        size = math.prod(self.inner)
        self.mean, self.spread = nn.Linear(size, latent), nn.Linear(size, latent)
        self.start = nn.Linear(latent + extra, size)
        self.outward = (
            _doubling(self.shape) if photos else nn.Sequential(nn.ReLU(), nn.Linear(DENSE, math.prod(self.shape)))
        )

    def code(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """mean (B, latent) and the logarithm of the variance (B, latent)."""
        inner = self.inward(x.float()).flatten(1)
        return self.mean(inner), self.spread(inner)

    def forward(
        self, x: Tensor, rng: np.random.Generator, extra: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, ...), extra (B, E) -> x made anew, mean, logarithm of the variance; the draw comes from rng."""
        mean, spread = self.code(x)
        noise = torch.from_numpy(rng.standard_normal(tuple(mean.shape), np.float32)).to(mean.device)
        z = mean + (spread / 2).exp() * noise
        inner = self.start(z if extra is None else torch.cat([z, extra], 1))
        made = self.outward(inner.view(-1, *self.inner))
        if made.shape[1:] != self.shape and len(self.shape) == 3 and made.ndim == 4:
            made = functional.interpolate(made, self.shape[1:], mode="nearest")
        return made.view(-1, *self.shape), mean, spread


def elbo(x: Tensor, made: Tensor, mean: Tensor, spread: Tensor, beta: float = 1.0) -> Tensor:
    """() mean squared error plus beta times the divergence from a standard normal, both a number that goes in."""
    return functional.mse_loss(made, x.float()) + beta * divergence(mean, spread).mean() / math.prod(x.shape[1:])


def divergence(mean: Tensor, spread: Tensor) -> Tensor:
    """(B,) Kullback-Leibler divergence of N(mean, exp(spread)) from N(0, 1), summed over the code."""
    return (mean.square() + spread.exp() - 1 - spread).sum(1) / 2


def _halving(shape: tuple[int, ...]) -> nn.Module:
    channels, layers = shape[0], list[nn.Module]()
    for width in WIDTHS[: _stages(shape)]:
        layers += [nn.Conv2d(channels, width, 4, 2, 1), nn.GroupNorm(GROUPS, width), nn.ReLU()]
        channels = width
    return nn.Sequential(*layers)


def _doubling(shape: tuple[int, ...]) -> nn.Module:
    widths = WIDTHS[: _stages(shape)][::-1]
    layers: list[nn.Module] = [nn.ReLU()]
    for width, narrow in zip(widths, [*widths[1:], widths[-1]], strict=True):
        layers += [nn.Upsample(scale_factor=2), nn.Conv2d(width, narrow, 3, padding=1)]
        layers += [nn.GroupNorm(GROUPS, narrow), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], shape[0], 3, padding=1))


def _stages(shape: tuple[int, ...]) -> int:
    return max(1, min(len(WIDTHS), int(math.log2(min(shape[1:]) / 4))))


def _dense(size: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(size, DENSE), nn.ReLU(), nn.Linear(DENSE, DENSE), nn.ReLU())
