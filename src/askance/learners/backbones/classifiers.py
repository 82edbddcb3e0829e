"""Image classifiers of PyTorch's own kind: pixels in, class scores out, one last layer.  Floor 4.

timm and torchvision differ in how a model and its preprocessing are found; the rest is here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from askance.images import read_image
from askance.learners.backbones import Kind
from askance.learners.backbones.hashing import fingerprint_of
from askance.learners.backbones.torch_models import (
    Module,
    device,
    hash_weights,
    heard,
    last_layer,
    on_device,
    pooled,
    widths,
)


@dataclass(frozen=True)
class TorchClassifier:
    """transform: PIL image -> tensor (3, H, W), as the authors of the weights prepare their images.
    layer: the one that makes the scores, None where a model has none."""

    text: str
    fingerprint: str
    outputs: Mapping[str, int]
    model: Module = field(repr=False, compare=False)
    layer: Module | None = field(repr=False, compare=False)
    transform: Callable[[Any], Any] = field(repr=False, compare=False)
    kind: Kind = "image"

    def prepare(self, item: str) -> np.ndarray:
        return self.pixels(read_image(item))

    def run(self, batch: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        import torch

        x = on_device(batch)
        with torch.inference_mode():
            if self.layer is None:
                return {"embedding": pooled(self.model(x))}
            inside, out = heard(self.layer, lambda: self.model(x))
            return {"embedding": pooled(inside), "logits": pooled(out)}

    def pixels(self, image: Any) -> np.ndarray:
        return np.asarray(self.transform(image), np.float32)


def torch_classifier(text: str, model: Module, transform: Callable[[Any], Any], classes: int) -> TorchClassifier:
    """`classes`: the width of the scores, 0 for a model without a last layer."""
    from PIL import Image

    model = model.eval().float().to(device())
    layer = last_layer(model, classes) if classes else None
    fingerprint = fingerprint_of(hash_weights(model), repr(transform), "float32")
    one = TorchClassifier(text, fingerprint, {}, model, layer, transform)
    return replace(one, outputs=widths(one.run([one.pixels(Image.new("RGB", (64, 64)))])))
