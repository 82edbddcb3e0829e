"""One learner that was asked for: its text taken apart, and the pool that it is for.  Floor 4."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from askance.errors import BadLearner
from askance.samples import Kind

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """One learner that was asked for, read but not made."""

    text: str
    scheme: str
    target: str  # after the colon; "" where there is none
    options: Mapping[str, str]
    pool_kind: Kind
    cache: Path | None = None
    classes: Sequence[str] = ()
    strict: bool = False

    def plain(self) -> str:
        """The text without its options."""
        return f"{self.scheme}:{self.target}" if self.target else self.scheme

    def whole(self, name: str, default: int) -> int:
        """An option that is a whole number."""
        return self._read(name, default, int, "a whole number")

    def number(self, name: str, default: float) -> float:
        """An option that is a number."""
        return self._read(name, default, float, "a number")

    def _read(self, name: str, default: T, kind: Callable[[str], T], what: str) -> T:
        value = self.options.get(name, str(default))
        try:
            return kind(value)
        except ValueError:
            raise BadLearner(f"{name}={value} in {self.text!r} must be {what}") from None
