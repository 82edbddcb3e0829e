"""Image models of transformers.  Floor 4.

A classifier gives its logits, and as embedding what goes into its last layer.  Others give their pooled output where
they have one, else the average of their tokens or maps; CLIP and SigLIP the embedding that they share with texts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from askance.images import read_image
from askance.learners.backbones import Kind
from askance.learners.backbones.hashing import fingerprint_of
from askance.learners.backbones.hub import load
from askance.learners.backbones.torch_models import (
    Module,
    Tensor,
    device,
    hash_weights,
    heard,
    last_layer,
    on_device,
    pooled,
    widths,
)

Embed = Callable[[Tensor], dict[str, np.ndarray]]  # pixels (B, 3, H, W) -> {"embedding": (B, D), ...}


@dataclass(frozen=True)
class HubImages:
    text: str
    fingerprint: str
    outputs: Mapping[str, int]
    processor: Any = field(repr=False, compare=False)
    embed: Embed = field(repr=False, compare=False)
    kind: Kind = "image"

    def prepare(self, item: str) -> np.ndarray:
        return self.pixels(read_image(item))

    def run(self, batch: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        import torch

        with torch.inference_mode():
            return self.embed(on_device(batch))

    def pixels(self, image: Any) -> np.ndarray:
        return np.asarray(self.processor(images=image, return_tensors="np")["pixel_values"][0], np.float32)


def open_hub(text: str, where: Mapping[str, str], config: Any) -> HubImages:
    import transformers
    from PIL import Image

    classifies = any(name.endswith("ForImageClassification") for name in config.architectures or ())
    auto = transformers.AutoModelForImageClassification if classifies else transformers.AutoModel
    processor = transformers.AutoImageProcessor.from_pretrained(**where)
    model, missing = load(text, auto, where)
    model = model.to(device())
    embed = classified(model) if classifies else embedded(model, not missing)
    fingerprint = fingerprint_of(hash_weights(model, missing), str(processor.to_dict()), classifies, "float32")
    one = HubImages(text, fingerprint, {}, processor, embed)
    return replace(one, outputs=widths(one.run([one.pixels(Image.new("RGB", (64, 64)))])))


def classified(model: Module) -> Embed:
    layer = last_layer(model, model.config.num_labels)

    def embed(pixels: Tensor) -> dict[str, np.ndarray]:
        if layer is None:
            return {"embedding": pooled(model(pixel_values=pixels).logits)}
        inside, out = heard(layer, lambda: model(pixel_values=pixels).logits)
        return {"embedding": pooled(inside), "logits": pooled(out)}

    return embed


def embedded(model: Module, has_pooler: bool) -> Embed:
    shared = getattr(model, "get_image_features", None)

    def embed(pixels: Tensor) -> dict[str, np.ndarray]:
        out = model(pixel_values=pixels) if shared is None else shared(pixel_values=pixels)
        return {"embedding": pooled(one_tensor(out, has_pooler))}

    return embed


def one_tensor(out: Any, has_pooler: bool) -> Tensor:
    """The pooled output where the model has one that was trained, else its last tokens or maps."""
    pooler = getattr(out, "pooler_output", None) if has_pooler else None
    return pooler if pooler is not None else getattr(out, "last_hidden_state", out)
