"""Where the distance between samples is measured: the critic's last inner layer, or principal components.  Floor 4."""

from collections.abc import Callable

import numpy as np
import torch

from askance.learners.synthesis.canvas import Canvas
from askance.learners.synthesis.gan import Gan
from askance.learners.torch.batches import in_order

Tensor = torch.Tensor
Measure = Callable[[Tensor], np.ndarray]  # samples as drawn (B, ...) -> (B, F) float32
COMPONENTS = 64
AT_ONCE = 256


def measure(space: str, gan: Gan, canvas: Canvas, raw: Tensor) -> Measure:
    """raw: the samples that the generator was learned from; principal components are theirs."""
    return by_critic(gan) if space == "critic" else by_components(canvas.drawn(raw))


def by_critic(gan: Gan) -> Measure:
    def rows(drawn: Tensor) -> np.ndarray:
        device = gan.critic.last.weight.device
        with torch.no_grad():
            return torch.cat([gan.critic.inner(part.to(device)).cpu() for part in in_order(drawn, AT_ONCE)]).numpy()

    return rows


def by_components(drawn: Tensor) -> Measure:
    """At most 64 components; of samples with fewer numbers all, which is the distance itself, rotated."""
    x = drawn.flatten(1).double()
    mean = x.mean(0)
    count = min(COMPONENTS, x.shape[1])
    if x.shape[1] <= len(x):
        _, vectors = torch.linalg.eigh((x - mean).T @ (x - mean))
        axes = vectors[:, -count:]
    else:
        axes = torch.linalg.svd(x - mean, full_matrices=False).Vh[:count].T
    return lambda some: ((some.flatten(1).double().cpu() - mean) @ axes).float().numpy()
