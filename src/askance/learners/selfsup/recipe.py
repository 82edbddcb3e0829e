"""How features are learned from a pool, as plain values, and how they are read from text.  Floor 4."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from askance.errors import BadLearner, nearest

METHODS = ("simclr", "vicreg")


@dataclass(frozen=True)
class Recipe:
    """The options of `ssl:simclr` and `ssl:vicreg`.

    size         pixels a side to which photos are squeezed
    epochs       passes over the photos
    batch        photos a step, each in two views
    rate         largest step size of Adam; it rises over the first tenth and falls by a cosine
    decay        decoupled weight decay
    width        channels of the first layer; embeddings have 8 times as many numbers
    temperature  of SimCLR's similarities
    limit        at most so many photos are learned from, drawn by their ids
    seed         of weights, views and order
    device       auto takes CUDA where there is one; else cpu, cuda, ...
    checkpoint   seconds between two checkpoints of a running fit; 0 writes one after every epoch
    """

    method: str = "simclr"
    size: int = 32
    epochs: int = 50
    batch: int = 128
    rate: float = 1e-3
    decay: float = 1e-4
    width: int = 32
    temperature: float = 0.5
    limit: int = 20_000
    seed: int = 0
    device: str = "auto"
    checkpoint: float = 10.0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise BadLearner(
                f"no recipe of self-supervised learning is named {self.method!r}{nearest(self.method, METHODS)}; there "
                f"are {' and '.join(METHODS)}"
            )
        for name, low in LEAST.items():
            if not getattr(self, name) >= low:
                raise BadLearner(f"the setting {name} must be {low:g} or more, not {getattr(self, name):g}")


LEAST: Mapping[str, float] = {
    "size": 8,
    "epochs": 1,
    "batch": 4,
    "rate": 1e-12,
    "decay": 0,
    "width": 1,
    "temperature": 1e-3,
    "limit": 4,
    "seed": 0,
    "checkpoint": 0,
}


def read_recipe(text: str, method: str, options: Mapping[str, str]) -> tuple[Recipe, int]:
    """{"epochs": "30", "members": "5"} -> the recipe, and the members of the head's committee."""
    kinds: dict[str, Any] = {f.name: type(f.default) for f in fields(Recipe) if f.name != "method"} | {"members": int}
    values: dict[str, Any] = {}
    for name, word in options.items():
        if name not in kinds:
            raise BadLearner(f"{text} has no setting {name!r}{nearest(name, kinds)}; it has {', '.join(kinds)}")
        try:
            values[name] = kinds[name](word.strip())
        except ValueError:
            wanted = "a whole number" if kinds[name] is int else "a number"
            raise BadLearner(f"{text}: {name} must be {wanted}, not {word!r}") from None
    members = values.pop("members", 0)
    return Recipe(method, **values), members
