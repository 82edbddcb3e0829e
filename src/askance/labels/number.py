"""One number a sample: the target of a regression.  Floor 2.

In the store and in files a number is text, always written the same way: what `repr` of the float says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from askance.errors import BadConfig, BadLabel
from askance.ops.numerals import is_number, read_number, shown


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
            if limit is not None and not (is_number(limit) and isfinite(limit)):
                raise BadConfig(f"number: {name} must be a number, not {limit!r}")
        if not isinstance(self.unit, str):
            raise BadConfig(f"number: unit must be a word in quotes, such as 'MPa', not {self.unit!r}")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise BadConfig(f"number: low={self.low:g} must be below high={self.high:g}")

    def check(self, value: Any) -> str:
        """'12.50' -> '12.5', or a BadLabel that says what would be right."""
        number = read_number(value)
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise BadLabel(f"{shown(value)} is out of range: a label here is a number {self.range()}")
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
