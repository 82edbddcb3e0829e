"""What two views of the same photo are to have in common: SimCLR and VICReg.  Floor 4."""

from dataclasses import dataclass

import torch
from torch.nn import functional

Tensor = torch.Tensor
GAP = 1e-4  # under the root of a variance, as in the paper


def nt_xent(a: Tensor, b: Tensor, temperature: float = 0.5) -> Tensor:
    """() the loss of SimCLR (Chen et al. 2020, 2002.05709): of 2 B views, each is to find its other among all the rest.

    a, b (B, D): row i of both are views of one photo.  Similarity is the cosine over the temperature.
    """
    z = functional.normalize(torch.cat([a, b]), dim=1)
    likeness = z @ z.T / temperature
    likeness.fill_diagonal_(float("-inf"))
    other = torch.arange(len(z), device=z.device).roll(len(a))
    return functional.cross_entropy(likeness, other)


@dataclass(frozen=True)
class Terms:
    """() each: the three parts of VICReg before they are weighed."""

    invariance: Tensor
    variance: Tensor
    covariance: Tensor


def vicreg_terms(a: Tensor, b: Tensor) -> Terms:
    """Bardes, Ponce & LeCun 2022, 2105.04906.  a, b (B, D), B of 2 or more.

    invariance  mean squared difference of the views
    variance    mean over columns of what a deviation lacks to 1, of both views halved
    covariance  sum of squared covariances between columns over D, of both views
    """
    return Terms(
        functional.mse_loss(a, b),
        (_narrow(a) + _narrow(b)) / 2,
        _entangled(a) + _entangled(b),
    )


def vicreg(a: Tensor, b: Tensor) -> Tensor:
    """() 25 invariance + 25 variance + covariance, as in the paper."""
    found = vicreg_terms(a, b)
    return 25 * found.invariance + 25 * found.variance + found.covariance


def _narrow(z: Tensor) -> Tensor:
    return functional.relu(1 - (z.var(0) + GAP).sqrt()).mean()


def _entangled(z: Tensor) -> Tensor:
    centred = z - z.mean(0)
    covariance = centred.T @ centred / (len(z) - 1)
    return (covariance.square().sum() - covariance.diagonal().square().sum()) / z.shape[1]
