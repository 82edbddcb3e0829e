"""A stopping rule is a small frozen dataclass that looks at the history and says what it thinks.  Floor 2.

    @rule("Bloodgood & Vijay-Shanker 2009")
    @dataclass(frozen=True)
    class stabilizing(Rule):
        k: int = bounded(3, low=1)
        def __call__(self, history: History) -> Verdict: ...

Rules bear lower-case names, as strategies do, because the text is the Python: `repr` of a rule parses back to it.  They
join with `|` (stop when either would) and `&` (when both would).  A verdict is shown; nothing here acts on it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from inspect import getdoc
from math import isfinite
from typing import Any, TypeVar

from askance.errors import BadConfig
from askance.history import History
from askance.protocols import Verdict
from askance.registry import Registry


class Rule(ABC):
    """Abstract: the registered rules, Either and Both are final."""

    def __post_init__(self) -> None:
        for f in fields(self):  # type: ignore[arg-type]  # every rule is a dataclass
            if isinstance(f.default, (int, float, str)):
                check(
                    type(self).__name__,
                    f.name,
                    getattr(self, f.name),
                    f.default,
                    f.metadata.get("bounds", (None, None)),
                )

    @abstractmethod
    def __call__(self, history: History) -> Verdict: ...

    def leaves(self) -> "tuple[Rule, ...]":
        """The rules that it is made of, left to right; a single rule is its own."""
        return (self,)

    def says(self, stop: bool, value: float, why: str) -> Verdict:
        return Verdict(stop, float(value), why, repr(self))

    def __or__(self, other: "Rule") -> "Either":
        return Either(self, other)

    def __and__(self, other: "Rule") -> "Both":
        return Both(self, other)


@dataclass(frozen=True, repr=False)
class Either(Rule):
    """Stops when one of the two would."""

    a: Rule
    b: Rule

    def __call__(self, history: History) -> Verdict:
        both = self.a(history), self.b(history)
        deciding = [v for v in both if v.stop] or both
        return self.says(any(v.stop for v in both), deciding[0].value, "; ".join(v.why for v in deciding))

    def leaves(self) -> tuple[Rule, ...]:
        return self.a.leaves() + self.b.leaves()

    def __repr__(self) -> str:
        return f"{self.a} | ({self.b})" if isinstance(self.b, Either) else f"{self.a} | {self.b}"


@dataclass(frozen=True, repr=False)
class Both(Rule):
    """Stops when both would."""

    a: Rule
    b: Rule

    def __call__(self, history: History) -> Verdict:
        both = self.a(history), self.b(history)
        deciding = [v for v in both if not v.stop] or both
        return self.says(all(v.stop for v in both), deciding[0].value, "; ".join(v.why for v in deciding))

    def leaves(self) -> tuple[Rule, ...]:
        return self.a.leaves() + self.b.leaves()

    def __repr__(self) -> str:
        a = f"({self.a})" if isinstance(self.a, Either) else f"{self.a}"
        b = f"({self.b})" if isinstance(self.b, (Either, Both)) else f"{self.b}"
        return f"{a} & {b}"


@dataclass(frozen=True)
class About:
    """What the list of rules says of one.  defaults: {parameter: default}."""

    name: str
    make: Callable[..., Rule]
    paper: str
    doc: str
    defaults: dict[str, Any]


R = TypeVar("R", bound=type[Rule])
SAID: dict[type, str] = {int: "a whole number", float: "a number", str: "a word in quotes"}
RULES: Registry[About] = Registry("stopping rule", "askance.stopping", BadConfig)


def rule(paper: str) -> Callable[[R], R]:
    """Registers a rule under its own name."""

    def register(made: R) -> R:
        defaults = {f.name: f.default for f in fields(made)}  # type: ignore[arg-type]  # a dataclass
        RULES.add(made.__name__, About(made.__name__, made, paper, getdoc(made) or "", defaults))
        return made

    return register


def bounded(default: Any, low: float | None = None, high: float | None = None) -> Any:
    """A parameter's default with the least and the most that it may be."""
    return field(default=default, metadata={"bounds": (low, high)})


def check(owner: str, name: str, value: Any, default: Any, bounds: tuple[float | None, float | None]) -> None:
    """A BadConfig that names the rule, the parameter, and what would be right."""
    wanted, (low, high) = type(default), bounds
    fits = isinstance(value, (int, float) if wanted is float else wanted) and not isinstance(value, bool)
    if not fits:
        raise BadConfig(f"{owner}: {name} must be {SAID[wanted]}, not {value!r}")
    if wanted is str:
        return
    if not isfinite(value) or (low is not None and not value >= low) or (high is not None and not value <= high):
        span = f"from {low} to {high}" if high is not None else f"{low} or more" if low is not None else "finite"
        raise BadConfig(f"{owner}: {name} must be {span}, not {value!r}")
