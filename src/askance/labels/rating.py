"""A grade on a scale of whole numbers, such as one to five stars.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from askance.errors import BadConfig, BadLabel
from askance.labels.structured import shown

WIDEST = 100  # steps of a scale; beyond that it is a number


@dataclass(frozen=True)
class Rating:
    """low, high: the ends of the scale, both right."""

    low: int = 1
    high: int = 5
    name = "rating"
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        whole = all(isinstance(v, int) and not isinstance(v, bool) for v in (self.low, self.high))
        if not whole or not 1 <= self.high - self.low <= WIDEST:
            said = f"low={self.low!r}, high={self.high!r}"
            raise BadConfig(f"rating: low and high must be whole numbers, 1 to {WIDEST} apart, not {said}")

    def check(self, value: Any) -> str:
        """'4' or 4 -> '4', or a BadLabel."""
        text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not text.lstrip("+-").isdecimal() or not self.low <= int(text) <= self.high:
            raise BadLabel(f"a label is a whole number from {self.low} to {self.high}, not {shown(value)}")
        return str(int(text))

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "low": self.low, "high": self.high}

    def grown(self, seen: Iterable[str]) -> "Rating":
        return self
