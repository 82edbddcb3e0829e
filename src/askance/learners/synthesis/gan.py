"""A small generator and its critic: convolutions for photos, dense layers for arrays.  Floor 4."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from askance.learners.synthesis.canvas import Canvas
from askance.learners.synthesis.plan import Plan
from askance.learners.torch.averaging import Average

Tensor = torch.Tensor
INNER = 128  # numbers in the critic's last inner layer
PENALTY = 10.0


class Critic(nn.Module):
    """(B, ...) as drawn -> (B,): larger for what looks real.  No batch normalisation: a sample has its own penalty."""

    def __init__(self, inner: nn.Module, width: int):
        super().__init__()
        self.inner, self.last = inner, nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.last(self.inner(x))
        return out[:, 0]


class Photos(nn.Module):
    """Latent codes -> (B, 3, S, S): from a quarter of the side, twice enlarged; what is over is cut off.

    Normalised sample by sample: an average of weights has no batch statistics.
    """

    def __init__(self, latent: int, side: int, width: int):
        super().__init__()
        self.side, self.first = side, -(-side // 4)
        self.dense = nn.Linear(latent, 4 * width * self.first**2)
        self.layers = nn.Sequential(
            nn.GroupNorm(1, 4 * width),
            nn.ReLU(),
            *_larger(4 * width, 2 * width),
            *_larger(2 * width, width),
            nn.Conv2d(width, 3, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, z: Tensor) -> Tensor:
        x = self.dense(z).view(len(z), -1, self.first, self.first)
        out: Tensor = self.layers(x)[:, :, : self.side, : self.side]
        return out


def _larger(inside: int, outside: int) -> tuple[nn.Module, ...]:
    return (
        nn.Upsample(scale_factor=2),
        nn.Conv2d(inside, outside, 3, padding=1, bias=False),
        nn.GroupNorm(1, outside),
        nn.ReLU(),
    )


def _smaller(inside: int, outside: int) -> tuple[nn.Module, ...]:
    return (nn.Conv2d(inside, outside, 3, stride=2, padding=1), nn.LeakyReLU(0.2))


@dataclass(frozen=True)
class Gan:
    """average: the generator's weights over its last steps, which is what samples are made with; the generator itself
    circles around what it should be (Yazici et al. 2019, 1806.04498)."""

    generator: nn.Module
    critic: Critic
    average: Average

    def all(self) -> nn.ModuleDict:
        return nn.ModuleDict({"generator": self.generator, "critic": self.critic, "average": self.average})


def gan(plan: Plan, canvas: Canvas) -> Gan:
    """New networks whose weights depend on the seed alone; the global random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(int(np.random.default_rng([plan.gan_seed, 7501]).integers(2**63)))
        return _of_photos(plan, canvas.shape[0]) if canvas.photos else _of_arrays(plan, len(canvas.shift))


def _of_photos(plan: Plan, side: int) -> Gan:
    w, left = plan.gan_width, side
    for _ in range(3):
        left = -(-left // 2)
    inner = nn.Sequential(
        *_smaller(3, w),
        *_smaller(w, 2 * w),
        *_smaller(2 * w, 4 * w),
        nn.Flatten(),
        nn.Linear(4 * w * left**2, INNER),
        nn.LeakyReLU(0.2),
    )
    return _with_average(Photos(plan.latent, side, w), Critic(inner, INNER))


def _of_arrays(plan: Plan, columns: int) -> Gan:
    units = 16 * plan.gan_width
    generator = nn.Sequential(
        nn.Linear(plan.latent, units), nn.ReLU(), nn.Linear(units, units), nn.ReLU(), nn.Linear(units, columns)
    )
    inner = nn.Sequential(nn.Linear(columns, units), nn.LeakyReLU(0.2), nn.Linear(units, INNER), nn.LeakyReLU(0.2))
    return _with_average(generator, Critic(inner, INNER))


def _with_average(generator: nn.Module, critic: Critic) -> Gan:
    return Gan(generator, critic, Average(generator))


def critic_loss(critic: nn.Module, real: Tensor, made: Tensor, share: Tensor) -> Tensor:
    """() of WGAN-GP (Gulrajani et al. 2017, 1704.00028): made - real + 10 (|gradient| - 1)^2 between them.

    real, made (B, ...); share (B,) in 0..1: where between the two the gradient is taken.
    """
    t = share.view(-1, *(1 for _ in real.shape[1:]))
    between = (t * real + (1 - t) * made).detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    return critic(made.detach()).mean() - critic(real).mean() + PENALTY * penalty
