"""A stream policy is a small frozen dataclass that says how likely it is to ask about an arrival.  Floor 2.

    @policy("Žliobaitė, Bifet, Pfahringer & Holmes 2014")
    @dataclass(frozen=True)
    class fixed(Policy):
        at: float = bounded(0.5, low=0)
        def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]: ...

Its own part is a chance, given the past and the arrival, and what it remembers afterwards.  The budget and the draw are
kept here, once for all: nobody goes over, and the chance that is recorded is the chance that it had.  Policies bear
lower-case names, as strategies do, because the text is the Python: `repr` of a policy parses back to it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from inspect import getdoc
from math import isfinite
from typing import Any, ClassVar, TypeVar

import numpy as np

from askance.errors import BadStrategy
from askance.kinds import check_parameter
from askance.policies.ledger import Ledger, revived
from askance.registry import Registry

SPENT = "the budget is spent"


@dataclass(frozen=True)
class Arrival:
    """One arrival as a policy sees it.

    utility  what the scorer said, 0 or more
    noise    uniform in (0, 1), of this arrival alone; a chance must not look at it
    vector   (D,) where the policy needs embeddings
    probs    (C,) where the policy needs them
    """

    utility: float
    noise: float = 0.5
    vector: np.ndarray | None = None
    probs: np.ndarray | None = None


@dataclass(frozen=True)
class Choice:
    """chance: the probability of asking, given the past and the arrival; 0 where the budget did not allow it."""

    ask: bool
    chance: float
    why: str

    @property
    def spent(self) -> bool:
        return self.why == SPENT


@dataclass(frozen=True)
class Policy(ABC):
    """Abstract: the registered policies are final.  State in, state out.

    budget  share of the arrivals, above 0 and up to 1: asked <= budget * seen + 1 holds after every arrival
    limit   the highest utility that it can read; infinite where any will do
    needs   the signals that it looks at beside the utility
    """

    budget: float = field(default=0.1, metadata={"bounds": (None, None)})  # its own message says more
    limit: ClassVar[float] = float("inf")
    needs: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        name, defaults = type(self).__name__, defaults_of(type(self))
        for f in fields(self):
            value = getattr(self, f.name)
            check_parameter(name, f.name, value, defaults, {f.name: f.metadata.get("bounds", (None, None))})
            if isinstance(value, float) and not isfinite(value):
                raise BadStrategy(f"{name}: {f.name} must be finite, not {value!r}")
        if not 0 < self.budget <= 1:
            raise BadStrategy(
                f"{name}: the budget of a stream is a share of the arrivals, above 0 and up to 1, not {self.budget}"
            )

    def start(self) -> Any:
        """What it remembers before the first arrival: numbers, None, tuples and frozen dataclasses of them."""
        return None

    @abstractmethod
    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        """(chance of asking in [0, 1], why) if the budget allows; only `why` may look at the noise."""

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> Any:
        """What it remembers next.  state: as before this arrival."""
        return state.own

    def told(self, state: Ledger, error: float) -> Ledger:
        """The state after hearing how wrong the model was on an answered arrival, in [0, 1]; most do not mind."""
        return state

    def init(self) -> Ledger:
        return Ledger(own=self.start())

    def restore(self, stored: Any) -> Ledger:
        """The state that `plain` gave, back from JSON."""
        return revived(self.init(), stored, repr(self))

    def __call__(self, state: Ledger, arrival: Arrival) -> tuple[Ledger, Choice]:
        chance, why = self.wants(state, arrival)
        if state.asked >= self.budget * (state.seen + 1):
            chance, why = 0.0, SPENT
        choice = Choice(arrival.noise < chance, chance, why)
        own = self.after(state, arrival, choice)
        return Ledger(state.seen + 1, state.asked + choice.ask, state.aside, state.shapes, own), choice


def certain(ask: bool) -> tuple[float, str]:
    """What a policy that draws nothing wants: a chance of 1 or 0."""
    return (1.0, "clears the bar") if ask else (0.0, "below the bar")


def drawn(chance: float, arrival: Arrival) -> tuple[float, str]:
    """What a policy that draws wants, and how the draw came out."""
    return chance, "drawn" if arrival.noise < chance else "not drawn"


@dataclass(frozen=True)
class About:
    """What the list of policies says of one.  defaults, bounds: {parameter: ...}."""

    name: str
    make: type[Policy]
    paper: str
    doc: str
    defaults: dict[str, Any]
    bounds: dict[str, tuple[Any, ...]]


P = TypeVar("P", bound=type[Policy])
POLICIES: Registry[About] = Registry("stream policy", "askance.policies", BadStrategy)


def policy(paper: str) -> Callable[[P], P]:
    """Registers a policy under its own name."""

    def register(made: P) -> P:
        bounds = {f.name: f.metadata["bounds"] for f in fields(made) if "bounds" in f.metadata}
        about = About(made.__name__, made, paper, getdoc(made) or "", defaults_of(made), bounds)
        POLICIES.add(made.__name__, about)
        return made

    return register


def defaults_of(made: type[Policy]) -> dict[str, Any]:
    return {f.name: f.default for f in fields(made)}


def bounded(default: Any, low: float | None = None, high: float | None = None) -> Any:
    """A parameter's default with the least and the most that it may be."""
    return field(default=default, metadata={"bounds": (low, high)})


def worded(*words: str) -> Any:
    """A parameter that is one of these words, the first unless another is given."""
    return field(default=words[0], metadata={"bounds": words})
