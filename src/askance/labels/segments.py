"""Stretches of a recording with a class each: who speaks, what calls, where it rains.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from askance.errors import BadLabel
from askance.labels import structured
from askance.labels.structured import coordinate


@dataclass(frozen=True)
class Segments:
    """classes: the names that are right; overlapping: whether two may sound at once.

    start and end are seconds from the beginning, to a thousandth.
    """

    classes: tuple[str, ...]
    overlapping: bool = True
    name = "segments"

    def check(self, value: Any) -> str:
        """'[{"end": 1.25, "label": "owl", "start": 0.5}]', by where they begin; or a BadLabel."""
        found = structured.pieces(value, "segments", self._segment)
        distinct = {(s["start"], s["end"], s["label"]): s for s in found}
        ordered = [distinct[key] for key in sorted(distinct)]
        for a, b in pairwise(ordered):
            if not self.overlapping and b["start"] < a["end"]:
                allowed = "labels = 'segments' allows it"
                raise BadLabel(f"the segments {_said(a)} and {_said(b)} overlap; {allowed}")
        return structured.write(ordered)

    def _segment(self, piece: Any, where: str) -> dict[str, Any]:
        p = structured.only(piece, ("start", "end", "label"), (), where)
        start, end = (coordinate(p[key], f"{where}: {key}", 0) for key in ("start", "end"))
        if end <= start:
            raise BadLabel(f"{where} ends at {end:g} s, which is not after its start, {start:g} s")
        return {"start": start, "end": end, "label": structured.name(p["label"], self.classes, where)}

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "classes": list(self.classes), "overlapping": self.overlapping}

    def grown(self, seen: Iterable[str]) -> "Segments":
        return self


def _said(segment: dict[str, Any]) -> str:
    return f"{segment['start']:g} to {segment['end']:g} s"
