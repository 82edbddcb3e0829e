"""A learned encoder as a frozen backbone.  Floor 4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from PIL import Image
from torch import nn

from askance.images import read_image
from askance.learners.backbones import Kind
from askance.learners.selfsup.encoder import STAGES, encoder
from askance.learners.selfsup.recipe import Recipe
from askance.learners.torch import checkpoint


@dataclass(frozen=True)
class Encoder:
    """Photos squeezed to `size`, as they were while the encoder was learned."""

    text: str
    fingerprint: str
    size: int
    net: nn.Module = field(repr=False, compare=False)
    outputs: Mapping[str, int] = field(default_factory=dict)
    kind: Kind = "image"

    def prepare(self, item: str) -> np.ndarray:
        return np.asarray(read_image(item, self.size).resize((self.size, self.size), Image.Resampling.BILINEAR))

    def run(self, batch: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        x = torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2).float() / 255
        with torch.inference_mode():
            return {"embedding": self.net(x.contiguous(memory_format=torch.channels_last)).numpy()}


def encoder_of(text: str, recipe: Recipe, weights: checkpoint.Tensors) -> Encoder:
    """On the CPU, where its small passes are as fast as the photos are decoded."""
    with torch.random.fork_rng(devices=[]):
        net = encoder(recipe.width)
    checkpoint.restore(net, weights, text)
    net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    found = checkpoint.fingerprint([recipe.size, "squeezed bilinear"], weights)
    return Encoder(text, found, recipe.size, net, {"embedding": recipe.width * 2 ** (STAGES - 1)})
