"""Any number of classes a sample.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from askance.errors import BadLabel
from askance.labels import structured


@dataclass(frozen=True)
class SeveralClasses:
    """classes: the names that are right; least, most: how many an answer must and may have.  'none of them' is []."""

    classes: tuple[str, ...]
    least: int = 0
    most: int = 0  # 0: as many as there are classes
    name = "classes"

    def check(self, value: Any) -> str:
        """'["dog", "cat"]' -> '["cat","dog"]', or a BadLabel."""
        found = structured.pieces(value, "classes", lambda v, where: structured.name(v, self.classes, where))
        chosen = sorted(set(found))
        top = self.most or len(self.classes)
        if not self.least <= len(chosen) <= top:
            raise BadLabel(f"an answer has {self.least} to {top} classes; this one has {len(chosen)}")
        return structured.write(chosen)

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        top = self.most or len(self.classes)
        return {"kind": self.name, "classes": list(self.classes), "least": self.least, "most": top}

    def grown(self, seen: Iterable[str]) -> "SeveralClasses":
        return self
