"""How a model of another framework is trained, as plain values.  Floor 4."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from askance.errors import BadLearner, nearest


@dataclass(frozen=True)
class Plan:
    """The options of keras:, lightning:, skorch:, trainer: and call:, of which each uses those that it has a use for.

    size    pixels a side to which photos are squeezed
    epochs  passes over the labels
    batch   samples a step
    passes  members by dropout, where the network is PyTorch's and has such layers
    """

    size: int = 64
    epochs: int = 20
    batch: int = 32
    passes: int = 20


def read_plan(text: str, options: Mapping[str, str]) -> Plan:
    names = [f.name for f in fields(Plan)]
    values: dict[str, int] = {}
    for name, word in options.items():
        if name not in names:
            raise BadLearner(f"{text} has no setting {name!r}{nearest(name, names)}; it has {', '.join(names)}")
        if not word.strip().isdecimal() or int(word) < (2 if name == "batch" else 1):
            least = 2 if name == "batch" else 1
            raise BadLearner(f"{text}: {name} must be a whole number of {least} or more, not {word!r}")
        values[name] = int(word)
    return Plan(**values)
