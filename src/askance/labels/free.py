"""Words of one's own: an answer, a correction, or what is said in a recording.  Floor 2."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from askance.errors import BadConfig, BadLabel
from askance.labels.structured import shown

FORBIDDEN = {"Cc", "Cs"}  # control characters and halves of a character; line breaks and tabs are right


@dataclass(frozen=True)
class FreeText:
    """longest: characters; empty: whether nothing is an answer (silence, in a recording)."""

    longest: int = 10_000
    empty: bool = False
    name = "text"
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.longest, bool) or not isinstance(self.longest, int) or self.longest < 1:
            raise BadConfig(f"text: longest must be a whole number of 1 or more, not {self.longest!r}")

    def check(self, value: Any) -> str:
        """The text in composed form (NFC), lines ended by \\n, without blanks around it; or a BadLabel."""
        if not isinstance(value, str):
            raise BadLabel(f"a label is a text, not {shown(value)}")
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not text and not self.empty:
            raise BadLabel("a label is a text, and this one is empty; skip the sample instead")
        if len(text) > self.longest:
            raise BadLabel(f"a label has at most {self.longest:,} characters; this one has {len(text):,}")
        for place, c in enumerate(text):
            if unicodedata.category(c) in FORBIDDEN and c not in "\n\t":
                raise BadLabel(f"a label holds no control characters, and this one has {c!r} at {place}")
        return text

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "longest": self.longest, "empty": self.empty}

    def grown(self, seen: Iterable[str]) -> "FreeText":
        return self
