"""Outlines of things in a picture, with a class each.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from askance.errors import BadLabel
from askance.labels import structured
from askance.labels.structured import coordinate, shown

MOST_POINTS = 10_000  # of one ring


@dataclass(frozen=True)
class Polygons:
    """classes: the names that are right.

    rings: the outline, then its holes; each a list of three points [x, y] or more, in pixels, not closed by repeating
    the first.
    """

    classes: tuple[str, ...]
    name = "polygons"

    def check(self, value: Any) -> str:
        """'[{"rings": [[[0, 0], [9, 0], [9, 9]]], "label": "cat"}]', or a BadLabel."""
        found = structured.pieces(value, "polygons", self._polygon)
        return structured.write(sorted(found, key=structured.write))

    def _polygon(self, piece: Any, where: str) -> dict[str, Any]:
        p = structured.only(piece, ("rings", "label"), (), where)
        if not isinstance(p["rings"], list) or not p["rings"]:
            raise BadLabel(f"{where}: rings must be a list with an outline in it, not {shown(p['rings'])}")
        rings = [ring(r, f"{where}, ring {n}") for n, r in enumerate(p["rings"], 1)]
        return {"rings": rings, "label": structured.name(p["label"], self.classes, where)}

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "classes": list(self.classes)}

    def grown(self, seen: Iterable[str]) -> "Polygons":
        return self


def ring(points: Any, where: str) -> list[list[float | int]]:
    """Three points or more; a last one that repeats the first is left out."""
    if not isinstance(points, list) or len(points) > MOST_POINTS:
        raise BadLabel(f"{where} must be a list of at most {MOST_POINTS:,} points [x, y], not {shown(points)}")
    found = [point(p, f"{where}, point {n}") for n, p in enumerate(points, 1)]
    found = found[:-1] if len(found) > 1 and found[0] == found[-1] else found
    if len(found) < 3:
        raise BadLabel(f"{where} has {len(found)} points; an outline takes three or more")
    return found


def point(p: Any, where: str) -> list[float | int]:
    if not isinstance(p, list | tuple) or len(p) != 2:
        raise BadLabel(f"{where} must be [x, y], not {shown(p)}")
    return [coordinate(v, where, 0.0) for v in p]
