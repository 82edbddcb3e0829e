"""Which of two is better.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from askance.errors import BadLabel, nearest
from askance.labels.structured import shown

LEFT, RIGHT, TIE = "left", "right", "tie"


@dataclass(frozen=True)
class Preference:
    """ties: whether 'they are equal' is an answer.  A sample is a row with two columns, or two files."""

    ties: bool = True
    name = "preference"

    @property
    def classes(self) -> tuple[str, ...]:
        """Sorted, as everywhere: a preference can be learned as a class."""
        return (LEFT, RIGHT, TIE) if self.ties else (LEFT, RIGHT)

    def check(self, value: Any) -> str:
        if isinstance(value, str) and value in self.classes:
            return value
        hint = nearest(value, self.classes) if isinstance(value, str) else ""
        raise BadLabel(f"a label is one of {', '.join(self.classes)}, not {shown(value)}{hint}")

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "ties": self.ties}

    def grown(self, seen: Iterable[str]) -> "Preference":
        return self
