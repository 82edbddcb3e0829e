"""How a network is trained and asked, as plain values, and how they are read from text.  Floor 4."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from askance.errors import BadLearner, nearest
from askance.learners.torch.addons.text import written


@dataclass(frozen=True)
class Settings:
    """The options of `cnn` and `torch:module:factory`.

    size        pixels a side to which photos are squeezed
    epochs      at most so many passes over the labels; an epoch has as many steps as the labels fill batches
    batch       samples a step, 2 or more: batch normalisation needs two
    rate        step size of Adam
    decay       decoupled weight decay (Loshchilov & Hutter 2019)
    patience    epochs without a better validation loss after which training ends
    min_delta   by how much a validation loss must be lower to count as better
    validation  share of the labels held back to judge by, where no validation set is given; 0 holds none back
    start       cold: new weights each fit; warm: from the weights of the last one, with a new optimiser
    augment     photos are flipped and shifted a little at random while training
    passes      members drawn by dropout
    precision   f32, or bf16 for bfloat16 arithmetic where the device is fast at it
    device      auto takes CUDA where there is one; else cpu, cuda, ...
    checkpoint  seconds between two checkpoints of a running fit; 0 writes one after every epoch
    add         add-ons that train with the network: learning_loss(weight=0.5)+fixmatch
    free        at most so many samples without a label are kept at hand for the add-ons that want some
    features    the layer whose input is the embedding, where it is not the last dense one
    maps        layers whose outputs add-ons look at, by name and with commas between
    """

    size: int = 64
    epochs: int = 100
    batch: int = 32
    rate: float = 1e-3
    decay: float = 1e-2
    patience: int = 10
    min_delta: float = 1e-3
    validation: float = 0.1
    start: str = "cold"
    augment: bool = True
    passes: int = 20
    precision: str = "f32"
    device: str = "auto"
    checkpoint: float = 5.0
    add: str = ""
    free: int = 10_000
    features: str = ""
    maps: str = ""

    def __post_init__(self) -> None:
        for name, (low, high) in BOUNDS.items():
            if not low <= getattr(self, name) <= high:
                span = f"from {low:g} to {high:g}" if high < HUGE else f"{low:g} or more"
                raise BadLearner(f"the setting {name} must be {span}, not {getattr(self, name):g}")
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise BadLearner(f"the setting {name} must be {' or '.join(allowed)}, not {getattr(self, name)!r}")


HUGE = 1e9
BOUNDS: Mapping[str, tuple[float, float]] = {
    "size": (8, 4096),
    "epochs": (1, HUGE),
    "batch": (2, HUGE),
    "rate": (1e-12, 10),
    "decay": (0, 10),
    "patience": (1, HUGE),
    "min_delta": (0, HUGE),
    "validation": (0, 0.5),
    "passes": (1, 10_000),
    "checkpoint": (0, HUGE),
    "free": (0, HUGE),
}
CHOICES = {"start": ("cold", "warm"), "precision": ("f32", "bf16")}
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_settings(text: str, options: Mapping[str, str], size: int) -> Settings:
    """{"epochs": "30"} -> Settings; `size`: what the network wants where the options do not say.

    An option with a dot belongs to an add-on: {"add": "learning_loss", "learning_loss.weight": "0.5"}.
    """
    kinds: dict[str, Any] = {f.name: type(f.default) for f in fields(Settings)}
    dotted = {name: word for name, word in options.items() if "." in name}
    values: dict[str, Any] = {"size": size}
    for name, word in options.items():
        if name in dotted:
            continue
        if name not in kinds:
            raise BadLearner(f"{text} has no setting {name!r}{nearest(name, kinds)}; it has {', '.join(kinds)}")
        values[name] = _value(text, name, word, kinds[name])
    if dotted or values.get("add"):
        values["add"] = written(values.get("add", ""), dotted)
    return Settings(**values)


def _value(text: str, name: str, word: str, kind: type) -> Any:
    try:
        return WORDS[word.strip().lower()] if kind is bool else kind(word.strip())
    except (ValueError, KeyError):
        wanted = {bool: "yes or no", int: "a whole number", float: "a number"}[kind]
        raise BadLearner(f"{text}: {name} must be {wanted}, not {word!r}") from None
