"""One number a sample: the target of a regression.  Floor 2.

In the store and in files a number is text, always written the same way: what `repr` of the float says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from askance.errors import BadConfig, BadLabel

LONGEST = 60  # characters: what is longer was not meant as a number


@dataclass(frozen=True)
class Number:
    """low, high: the least and the largest number that is right, None for no limit; unit: of what, for people."""

    low: float | None = None
    high: float | None = None
    unit: str = ""
    name = "number"
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            limit = getattr(self, name)
            if limit is not None and not (_is_plain(limit) and isfinite(limit)):
                raise BadConfig(f"number: {name} must be a number, not {limit!r}")
        if not isinstance(self.unit, str):
            raise BadConfig(f"number: unit must be a word in quotes, such as 'MPa', not {self.unit!r}")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise BadConfig(f"number: low={self.low:g} must be below high={self.high:g}")

    def check(self, value: Any) -> str:
        """'12.50' -> '12.5', or a BadLabel that says what would be right."""
        number = _read(value)
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise BadLabel(f"{_shown(value)} is out of range: a label here is a number {self.range()}")
        return repr(number + 0.0)  # -0.0 is 0.0

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "low": self.low, "high": self.high, "unit": self.unit}

    def grown(self, seen: Iterable[str]) -> "Number":
        """Answers add nothing to what is right."""
        return self

    def range(self) -> str:
        """'from 0 to 100 MPa', 'of 0 or more', 'of any size'."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and self.high is not None:
            return f"from {self.low:g} to {self.high:g}{unit}"
        if self.low is not None:
            return f"of {self.low:g} or more{unit}"
        return f"of {self.high:g} or less{unit}" if self.high is not None else f"of any size{unit}"


def as_numbers(labels: Sequence[str] | np.ndarray) -> np.ndarray:
    """Labels as they are stored -> (N,) float64; one that is no number is a BadLabel that names it."""
    return np.array([_read(label) for label in labels], np.float64)


def _read(value: Any) -> float:
    if not isinstance(value, str) and not _is_plain(value):
        raise BadLabel(f"a label here is a number, such as 12.5, not {_shown(value)}")
    number = _parsed(value)
    if number is None:
        raise BadLabel(f"a label here is a number, such as 12.5, and {_shown(value)} is none{_comma(value)}")
    if not isfinite(number):
        raise BadLabel(f"{_shown(value)} is not a finite number; skip a sample that has no answer")
    return number


def _parsed(value: Any) -> float | None:
    """Digits with a point, a sign and an exponent; Python's own float() also takes 1_000 and other scripts."""
    if isinstance(value, str) and (len(value) > LONGEST or "_" in value or not value.isascii()):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _comma(value: Any) -> str:
    """A hint where the number is written with a comma: whether that is a point or thousands is not ours to guess."""
    comma = isinstance(value, str) and "," in value and _parsed(value.replace(",", "")) is not None
    return "; write decimals with a point, and thousands without a comma" if comma else ""


def _is_plain(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."
