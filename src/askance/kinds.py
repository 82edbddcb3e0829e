"""What a strategy function may return, and what its author says of it.  Floor 1."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np

from askance.errors import BadStrategy, nearest
from askance.view import View

Utility = Annotated[np.ndarray, "utility"]
Vectors = Annotated[Any, "vectors"]
Picks = Annotated[np.ndarray, "picks"]
Greedy = Generator[np.ndarray, View, None]
Kind = Any  # one of the four above
Bounds = tuple[Any, ...]  # (low, high), either None; or the words that are allowed

KINDS: dict[Any, str] = {Utility: "scorer", Vectors: "embedder", Picks: "selector", Greedy: "greedy selector"}


@dataclass(frozen=True)
class Meta:
    """What the author says of a part besides its signature."""

    paper: str
    doc: str = ""
    family: str = ""
    local: bool = False  # row i of the result depends on row i alone
    part: bool = False  # of use only inside an expression: not listed as a strategy
    lockstep: bool = True  # a greedy selector gives the same picks run shard by shard
    sampled: bool = False  # its scores are keys of a random draw, which say nothing to a person
    kernel: Callable[..., tuple[np.ndarray, np.ndarray]] | None = None  # the same picks, faster, on one machine
    labelled: bool = False  # it cannot start before there are labelled samples
    bounds: dict[str, Bounds] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)  # contract check -> why; strict: passing is a failure too
    cost: str = ""  # e.g. "O(N C)"


WORDS = {int: "a whole number", float: "a number", str: "a word in quotes", bool: "True or False"}


def check_parameter(owner: str, name: str, value: Any, defaults: dict[str, Any], bounds: dict[str, Bounds]) -> None:
    """A BadStrategy that names the strategy, the parameter and what would be right."""
    if name not in defaults:
        has = f"it has {', '.join(defaults)}" if defaults else "it has none"
        raise BadStrategy(f"{owner} has no parameter {name!r}; {has}{nearest(name, defaults)}")
    wanted = type(defaults[name])
    fits = isinstance(value, wanted) or (wanted is float and isinstance(value, int))
    if defaults[name] is not None and (not fits or (isinstance(value, bool) and wanted is not bool)):
        raise BadStrategy(f"{owner}: {name} must be {WORDS.get(wanted, wanted.__name__)}, not {value!r}")
    limit = bounds.get(name)
    if limit is None or value is None:
        return
    if any(isinstance(w, str) for w in limit):
        if value not in limit:
            raise BadStrategy(f"{owner}: {name} must be one of {', '.join(map(repr, limit))}, not {value!r}")
        return
    low, high = limit
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        span = f"{low} or more" if high is None else f"{high} or less" if low is None else f"from {low} to {high}"
        raise BadStrategy(f"{owner}: {name} must be {span}, not {value!r}")
