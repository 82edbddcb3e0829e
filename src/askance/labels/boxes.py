"""Boxes around things in a picture, with a class each.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from askance.labels import structured
from askance.labels.structured import coordinate


@dataclass(frozen=True)
class Boxes:
    """classes: the names that are right; turned: whether a box may be rotated.

    x and y are the left upper corner, w and h the size, in pixels of the picture as it lies on the disk, turned
    upright by its EXIF; rotation is in degrees, clockwise, around the centre.
    """

    classes: tuple[str, ...]
    turned: bool = False
    name = "boxes"

    def check(self, value: Any) -> str:
        """'[{"x": 1, "y": 2, "w": 30, "h": 40, "label": "cat"}]', from the upper left on; or a BadLabel."""
        found = structured.pieces(value, "boxes", self._box)
        return structured.write(sorted(found, key=lambda b: (b["y"], b["x"], b["w"], b["h"], b["label"])))

    def _box(self, piece: Any, where: str) -> dict[str, Any]:
        may = ("rotation",) if self.turned else ()
        p = structured.only(piece, ("x", "y", "w", "h", "label"), may, where)
        turn = coordinate(p.get("rotation", 0), f"{where}: rotation") % 360
        least = None if turn else 0.0  # before it is turned, a corner may lie outside
        box: dict[str, Any] = {key: coordinate(p[key], f"{where}: {key}", least) for key in ("x", "y")}
        box |= {key: coordinate(p[key], f"{where}: {key}", 0.001) for key in ("w", "h")}
        box |= {"rotation": coordinate(turn, where)} if turn else {}
        return box | {"label": structured.name(p["label"], self.classes, where)}

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "classes": list(self.classes), "turned": self.turned}

    def grown(self, seen: Iterable[str]) -> "Boxes":
        return self
