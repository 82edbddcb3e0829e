"""From a text to what makes a network: ours, the user's own, or a pretrained one by name.  Floor 4."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import torch
from torch import nn

from askance.errors import BadLearner, MissingExtra, nearest
from askance.learners.torch.cnn import SIZE, cnn


@dataclass(frozen=True)
class Factory:
    """make(classes) -> a new network that maps a batch to logits (B, classes).

    text         what opens it again
    size         pixels a side of the photos that it wants, where the user does not say
    mean, scale  of each channel: a photo comes as (pixel / 255 - mean) / scale
    """

    text: str
    make: Callable[[int], nn.Module]
    size: int = 64
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)

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


def open_factory(text: str) -> Factory:
    """'cnn', 'torch:module:factory' or 'torch:transformers:NAME' -> Factory."""
    if text == "cnn":
        return Factory(text, cnn, SIZE)
    scheme, _, rest = text.partition(":")
    module, _, name = rest.rpartition(":") if not rest.startswith("transformers:") else rest.partition(":")
    if scheme != "torch" or not module or not name:
        raise BadLearner(f"{text!r} names no network; write cnn, torch:module:factory or torch:transformers:NAME")
    if module == "transformers":
        return _pretrained(text, name)
    return Factory(text, _found(text, _imported(text, module), name))


def _imported(text: str, module: str) -> ModuleType:
    with _here_first():
        try:
            return import_module(module)
        except ModuleNotFoundError as e:
            raise BadLearner(
                f"{text}: there is no module {e.name!r}; looked in {os.getcwd()} and in Python's path"
            ) from None


@contextmanager
def _here_first() -> Iterator[None]:
    """An installed command does not look for modules in the folder that it is called in; users expect it to."""
    here = os.getcwd()
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)


def _found(text: str, module: ModuleType, name: str) -> Callable[[int], nn.Module]:
    make = vars(module).get(name)
    if not callable(make):
        known = [n for n, v in vars(module).items() if callable(v) and not n.startswith("_")]
        raise BadLearner(f"{text}: the module {module.__name__} has no factory {name!r}{nearest(name, known)}")
    return make


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
