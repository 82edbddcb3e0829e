"""From a text to what makes a network: ours, the user's own, or a pretrained one by name.  Floor 4."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from askance.errors import BadLearner, MissingExtra
from askance.learners.named import found
from askance.learners.torch.cnn import SIZE, cnn
from askance.samples import Kind


@dataclass(frozen=True)
class Factory:
    """make(classes) -> a new network that maps a batch to logits (B, classes).

    text         what opens it again
    size         pixels a side of the photos that it wants, where the user does not say
    mean, scale  of each channel: a photo comes as (pixel / 255 - mean) / scale
    tokens       (texts, most) -> (N, 2, L) whole numbers, for a network that reads texts
    """

    text: str
    make: Callable[[int], nn.Module]
    size: int = 64
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    tokens: Callable[[Sequence[str], int], np.ndarray] | None = None

    def network(self, classes: int, seed: int) -> nn.Module:
        """A new network whose weights depend on the seed alone; the global random state is left as it was."""
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            try:
                net = self.make(classes)
            except TypeError as e:
                raise BadLearner(f"{self.text} must be callable with the number of classes alone: {e}") from None
        if not isinstance(net, nn.Module):
            raise BadLearner(f"{self.text} must return a torch.nn.Module, not {type(net).__name__}")
        return net


def open_factory(text: str, kind: Kind = "image") -> Factory:
    """'cnn', 'torch:module:factory' or 'torch:transformers:NAME' -> Factory.  kind: what is to be read."""
    if text == "cnn":
        return Factory(text, cnn, SIZE)
    scheme, _, rest = text.partition(":")
    module, _, name = rest.rpartition(":") if not rest.startswith("transformers:") else rest.partition(":")
    if scheme != "torch" or not module or not name:
        raise BadLearner(f"{text!r} names no network; write cnn, torch:module:factory or torch:transformers:NAME")
    if module == "transformers" and kind == "text":
        from askance.learners.torch.texts import pretrained_on_text

        return pretrained_on_text(text, name)
    if module == "transformers":
        return _pretrained(text, name)
    if kind == "text":
        raise BadLearner(
            f"{text} cannot read texts: a network of your own says nothing of how they are cut into tokens; give "
            "torch:transformers:NAME, or call:module:factory"
        )
    return Factory(text, found(text, f"{module}:{name}"))


class Logits(nn.Module):
    """A classifier of `transformers` as a network that returns logits and nothing else."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(pixel_values=pixels).logits
        return logits


def _pretrained(text: str, name: str) -> Factory:
    """An image classifier of the Hugging Face hub, or of a folder it was saved to, with a new last layer."""
    try:
        from transformers import AutoConfig, AutoModelForImageClassification
    except ImportError:
        raise MissingExtra(f"{text} needs transformers; install it with: pip install askance[vision]") from None
    try:
        config = AutoConfig.from_pretrained(name)
    except (OSError, ValueError) as e:
        raise BadLearner(f"{text}: no such model can be opened: {str(e).splitlines()[0]}") from None

    def make(classes: int) -> nn.Module:
        model = AutoModelForImageClassification.from_pretrained(name, num_labels=classes, ignore_mismatched_sizes=True)
        return Logits(model)

    size, mean, scale = _preprocessing(name, config)
    return Factory(text, make, size, mean, scale)


def _preprocessing(name: str, config: Any) -> tuple[int, tuple[float, float, float], tuple[float, float, float]]:
    """(pixels a side, mean, deviation) as the model's own preprocessing file says, else ImageNet's."""
    from transformers import ImageProcessingMixin

    said: dict[str, Any] = {}
    with suppress(OSError):  # a model without such a file
        said, _ = ImageProcessingMixin.get_image_processor_dict(name)
    mean = tuple(said.get("image_mean") or (0.485, 0.456, 0.406))
    scale = tuple(said.get("image_std") or (0.229, 0.224, 0.225))
    return _side(said.get("crop_size") or said.get("size"), config), mean, scale


def _side(size: Any, config: Any) -> int:
    if isinstance(size, dict):
        size = size.get("height") or size.get("shortest_edge")
    return int(size or getattr(config, "image_size", 0) or 224)
