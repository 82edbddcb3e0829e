"""Named points on things in a picture: joints, corners, features of a face.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from askance.errors import BadConfig, BadLabel
from askance.labels import structured
from askance.labels.structured import coordinate, shown

SEEN = (0, 1, 2)  # as in COCO: not there, hidden, visible


@dataclass(frozen=True)
class Keypoints:
    """points: the names of the points of one thing, joined by commas; classes: what things there may be."""

    points: str
    classes: tuple[str, ...] = ()
    name = "keypoints"

    def __post_init__(self) -> None:
        if not isinstance(self.points, str) or not all(self.names()) or len(set(self.names())) < len(self.names()):
            raise BadConfig(f"keypoints: points must be distinct names joined by commas, not {self.points!r}")

    def names(self) -> list[str]:
        return [n.strip() for n in self.points.split(",")]

    def check(self, value: Any) -> str:
        """'[{"points": [[12, 30, 2], [0, 0, 0]], "label": "dog"}]', or a BadLabel."""
        found = structured.pieces(value, "things", self._thing)
        return structured.write(sorted(found, key=structured.write))

    def _thing(self, piece: Any, where: str) -> dict[str, Any]:
        p = structured.only(piece, ("points", "label") if self.classes else ("points",), (), where)
        names = self.names()
        if not isinstance(p["points"], list) or len(p["points"]) != len(names):
            raise BadLabel(f"{where}: points must be {len(names)} of [x, y, seen] ({', '.join(names)})")
        points = [_point(v, f"{where}, {n}") for n, v in zip(names, p["points"], strict=True)]
        label = {"label": structured.name(p["label"], self.classes, where)} if self.classes else {}
        return {"points": points, **label}

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "classes": list(self.classes), "points": self.names()}

    def grown(self, seen: Iterable[str]) -> "Keypoints":
        return self


def _point(p: Any, where: str) -> list[float | int]:
    """[x, y, seen]; [0, 0, 0] where it is not there."""
    if not isinstance(p, list | tuple) or len(p) != 3 or isinstance(p[2], bool) or p[2] not in SEEN:
        raise BadLabel(f"{where} must be [x, y, seen] with seen 0 (not there), 1 (hidden) or 2, not {shown(p)}")
    return [coordinate(p[0], where, 0.0), coordinate(p[1], where, 0.0), p[2]] if p[2] else [0, 0, 0]
