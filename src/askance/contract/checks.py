"""How a check is written down: a function with a sentence, and when it does not apply.  Floor 3."""

from collections.abc import Callable
from dataclasses import dataclass

from askance.contract.case import Case
from askance.errors import BadStrategy


@dataclass(frozen=True)
class Check:
    """One demand on every strategy.  `why_not(case)` says why it does not apply, "" when it does."""

    fn: Callable[[Case], None]
    why_not: Callable[[Case], str]
    slow: bool

    @property
    def name(self) -> str:
        return self.fn.__name__

    @property
    def sentence(self) -> str:
        return (self.fn.__doc__ or "").strip().splitlines()[0]

    def __call__(self, case: Case) -> None:
        self.fn(case)


CHECKS: dict[str, Check] = {}


def always(case: Case) -> str:
    return ""


def check(
    why_not: Callable[[Case], str] = always, *, slow: bool = False
) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    def register(fn: Callable[[Case], None]) -> Callable[[Case], None]:
        CHECKS[fn.__name__] = Check(fn, why_not, slow)
        return fn

    return register


def demand(holds: bool, sentence: str) -> None:
    if not holds:
        raise BadStrategy(sentence)
