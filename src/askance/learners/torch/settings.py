"""How a network is trained and asked, as plain values, and how they are read from text.  Floor 4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from askance.errors import BadLearner, nearest
from askance.learners.torch.addons.text import written


@dataclass(frozen=True)
class Settings:
    """The options of `cnn` and `torch:module:factory`.

    size        pixels a side to which photos are squeezed
    epochs      at most so many passes over the labels; an epoch has as many steps as the labels fill batches
    least       optimiser steps that a fit has whatever the labels are: more epochs for few, and no stop before; 0: none
    most        optimiser steps that a fit does not go beyond, whatever the labels are; 0: no bound
    batch       samples a step, 2 or more: batch normalisation needs two
    rate        step size of Adam
    schedule    constant, or cosine: the rate rises for the share `warmup` of the fit, then falls along a cosine to 0
    warmup      share of the fit in which the rate rises from 0, where the schedule is cosine
    decay       decoupled weight decay (Loshchilov & Hutter 2019) of weights; biases and normalisations have none
    patience    epochs without a better validation loss after which training ends
    min_delta   by how much a validation loss must be lower to count as better
    validation  share of the labels held back to judge by, where no validation set is given; 0 holds none back
    start       cold: new weights each fit; warm: from the weights of the last one, with a new optimiser; shrink: from
                `shrink` times those and `perturb` times new ones (Ash & Adams 2020)
    augment     photos are flipped and shifted a little at random while training
    tune        trials with other settings before each fit, by Optuna; 0: as they are given
    choose      least: the trial of the least loss; clear: the settings as given, where no trial is clearly better
    calibrate   none, or temperature: probabilities are scaled by what was held back
    posterior   where members come from: dropout, ensemble, snapshot, swag, laplace, bbb or heads, with its options in
                brackets or after a dot: posterior=laplace&laplace.prior=1
    passes      members; 0: 5 where each is trained for itself, else 20
    precision   f32; bf16 or f16 for arithmetic in half the bits where the device is fast at it
    compile     torch.compile for training, where it works; else plainly, and it is said why
    device      auto takes CUDA where there is one; else cpu, cuda, ...; several with commas, cuda:0,cuda:1, or all CUDA
                cards: a process each, which share every batch, and the pool when it is scored
    checkpoint  seconds between two checkpoints of a running fit; 0 writes one after every epoch
    add         add-ons that train with the network: learning_loss(weight=0.5)+fixmatch
    tokens      words and pieces of words that a text is cut to, where the network reads texts
    free        at most so many samples without a label are kept at hand for the add-ons that want some
    features    the layer whose input is the embedding, where it is not the last dense one
    maps        layers whose outputs add-ons look at, by name and with commas between
    """

    size: int = 64
    epochs: int = 100
    least: int = 0
    most: int = 0
    batch: int = 32
    rate: float = 1e-3
    schedule: str = "constant"
    warmup: float = 0.05
    decay: float = 1e-2
    patience: int = 10
    min_delta: float = 1e-3
    validation: float = 0.1
    start: str = "cold"
    shrink: float = 0.5
    perturb: float = 0.1
    augment: bool = True
    tune: int = 0
    choose: str = "least"
    calibrate: str = "none"
    posterior: str = "dropout"
    passes: int = 0
    precision: str = "f32"
    compile: bool = False
    device: str = "auto"
    checkpoint: float = 5.0
    add: str = ""
    tokens: int = 128
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
                raise BadLearner(f"the setting {name} must be {_either(allowed)}, not {getattr(self, name)!r}")


def _either(words: Sequence[str]) -> str:
    """'cold, warm or shrink'"""
    return f"{', '.join(words[:-1])} or {words[-1]}"


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
    "passes": (0, 10_000),
    "least": (0, HUGE),
    "most": (0, HUGE),
    "warmup": (0, 1),
    "shrink": (0, 1),
    "perturb": (0, 1),
    "tune": (0, 10_000),
    "tokens": (1, 1_000_000),
    "checkpoint": (0, HUGE),
    "free": (0, HUGE),
}
CHOICES = {
    "start": ("cold", "warm", "shrink"),
    "precision": ("f32", "bf16", "f16"),
    "schedule": ("constant", "cosine"),
    "calibrate": ("none", "temperature"),
    "choose": ("least", "clear"),
}
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_settings(text: str, options: Mapping[str, str], size: int) -> Settings:
    """{"epochs": "30"} -> Settings; `size`: what the network wants where the options do not say.

    An option with a dot belongs to an add-on or to the posterior: {"add": "learning_loss", "learning_loss.weight":
    "0.5"}.
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
    whose = values.get("posterior", "").partition("(")[0].strip()
    inside = {name: word for name, word in dotted.items() if name.partition(".")[0] == whose}
    if inside:
        values["posterior"] = written(values["posterior"], inside)
    dotted = {name: word for name, word in dotted.items() if name not in inside}
    if dotted or values.get("add"):
        values["add"] = written(values.get("add", ""), dotted)
    return Settings(**values)


def _value(text: str, name: str, word: str, kind: type) -> Any:
    try:
        return WORDS[word.strip().lower()] if kind is bool else kind(word.strip())
    except (ValueError, KeyError):
        wanted = {bool: "yes or no", int: "a whole number", float: "a number"}[kind]
        raise BadLearner(f"{text}: {name} must be {wanted}, not {word!r}") from None
