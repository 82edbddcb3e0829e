"""How samples are made up, as plain values, and how they are read from text.  Floor 4."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from askance.errors import BadLearner

SPACES = ("critic", "plain")


@dataclass(frozen=True)
class Plan:
    """The options of `asal:LEARNER`, beside those of the learner.

    queries    samples that are made up after each fit
    seek       steps of the search for the most doubtful latent code
    reach      size of the first of them, in deviations of the latent space
    latent     numbers in a latent code
    gan        steps of the generator
    critics    steps of the critic for each
    gan_batch  samples a step
    gan_width  channels of the narrowest layer of both networks; of arrays, a sixteenth of the units of a layer
    gan_limit  at most so many samples are learned from, drawn by their ids
    space      where the nearest real sample is looked for: critic, the last inner layer of the critic; plain, principal
               components of the samples themselves
    gan_rate   step size of Adam
    gan_seed   of weights, codes and order
    """

    queries: int = 100
    seek: int = 100
    reach: float = 0.1
    latent: int = 32
    gan: int = 1500
    critics: int = 3
    gan_batch: int = 64
    gan_width: int = 16
    gan_limit: int = 10_000
    space: str = "critic"
    gan_rate: float = 2e-4
    gan_seed: int = 0

    def __post_init__(self) -> None:
        for name, low in LEAST.items():
            if not getattr(self, name) >= low:
                raise BadLearner(f"the setting {name} must be {low:g} or more, not {getattr(self, name):g}")
        if self.space not in SPACES:
            raise BadLearner(f"the setting space must be {' or '.join(SPACES)}, not {self.space!r}")


LEAST: Mapping[str, float] = {
    "queries": 1,
    "seek": 1,
    "reach": 1e-9,
    "latent": 1,
    "gan": 1,
    "critics": 1,
    "gan_batch": 2,
    "gan_width": 1,
    "gan_limit": 2,
    "gan_rate": 1e-9,
    "gan_seed": 0,
}


KINDS: Mapping[str, Any] = {f.name: type(f.default) for f in fields(Plan)}
OPTIONS = frozenset(KINDS)
WORDS: Mapping[type, str] = {int: "a whole number", float: "a number"}


def read_plan(text: str, options: Mapping[str, str]) -> Plan:
    """{"queries": "50"} -> the plan."""
    values: dict[str, Any] = {}
    for name, word in options.items():
        try:
            values[name] = KINDS[name](word.strip())
        except ValueError:
            raise BadLearner(f"{name}={word} in {text!r} must be {WORDS[KINDS[name]]}") from None
    return Plan(**values)
