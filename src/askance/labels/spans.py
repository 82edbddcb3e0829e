"""Parts of a text with a class each: names, places, causes.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from askance.errors import BadLabel
from askance.labels import structured


@dataclass(frozen=True)
class Spans:
    """classes: the names that are right; overlapping: whether two spans may share a character.

    start and end count Unicode code points (as Python does, not UTF-16 as JavaScript does); end is not part of it.
    """

    classes: tuple[str, ...]
    overlapping: bool = False
    name = "spans"

    def check(self, value: Any) -> str:
        """'[{"start": 0, "end": 2, "label": "ORG"}]', by where they begin; or a BadLabel."""
        found = structured.pieces(value, "spans", self._span)
        distinct = {(s["start"], s["end"], s["label"]): s for s in found}
        ordered = [distinct[key] for key in sorted(distinct)]
        for a, b in pairwise(ordered):
            if not self.overlapping and b["start"] < a["end"]:
                allowed = "labels = 'spans(overlapping=True)' allows it"
                raise BadLabel(f"the spans {_said(a)} and {_said(b)} overlap; {allowed}")
        return structured.write(ordered)

    def _span(self, piece: Any, where: str) -> dict[str, Any]:
        p = structured.only(piece, ("start", "end", "label"), (), where)
        start, end = structured.whole(p["start"], f"{where}: start"), structured.whole(p["end"], f"{where}: end")
        if end <= start:
            raise BadLabel(f"{where} ends at {end}, which is not after its start, {start}")
        return {"start": start, "end": end, "label": structured.name(p["label"], self.classes, where)}

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "classes": list(self.classes), "overlapping": self.overlapping}

    def grown(self, seen: Iterable[str]) -> "Spans":
        return self


def _said(span: dict[str, Any]) -> str:
    return f"{span['start']} to {span['end']}"
