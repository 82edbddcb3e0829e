"""Boxes and outlines in pixels: turned about the centre or about a corner, corners and extents.  Floor 4."""

from collections.abc import Iterable, Mapping, Sequence
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Any

Point = tuple[float, float]
Box = Mapping[str, Any]  # x, y, w, h, label, and rotation where it is turned: clockwise degrees about the centre


def turned(x: float, y: float, degrees_: float) -> Point:
    """A vector after a clockwise turn, with y pointing down."""
    a = radians(degrees_)
    return x * cos(a) - y * sin(a), x * sin(a) + y * cos(a)


def centred(x: float, y: float, w: float, h: float, rotation: float) -> Point:
    """The corner (x, y) that a box turned about it has when it is turned about its centre instead."""
    dx, dy = turned(w / 2, h / 2, rotation)
    return x + dx - w / 2, y + dy - h / 2


def cornered(box: Box) -> Point:
    """The place of the left upper corner once the box is turned about its centre: what `centred` takes."""
    w, h = box["w"], box["h"]
    dx, dy = turned(w / 2, h / 2, box.get("rotation", 0))
    return box["x"] + w / 2 - dx, box["y"] + h / 2 - dy


def corners(box: Box) -> list[Point]:
    """Left upper, right upper, right lower, left lower, as they lie once it is turned."""
    x, y, w, h, r = box["x"], box["y"], box["w"], box["h"], box.get("rotation", 0)
    if not r:
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    half = [(-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2)]
    return [(x + w / 2 + dx, y + h / 2 + dy) for dx, dy in (turned(a, b, r) for a, b in half)]


def from_corners(points: Sequence[Point]) -> tuple[dict[str, float], float]:
    """The turned box of four corners in their order, and how far, in pixels, the corners are from its own."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    w = (hypot(bx - ax, by - ay) + hypot(cx - dx, cy - dy)) / 2
    h = (hypot(cx - bx, cy - by) + hypot(dx - ax, dy - ay)) / 2
    x, y = (ax + bx + cx + dx) / 4 - w / 2, (ay + by + cy + dy) / 4 - h / 2
    turn = degrees(atan2(by - ay + cy - dy, bx - ax + cx - dx)) % 360
    box = {"x": x, "y": y, "w": w, "h": h, "rotation": turn}
    off = max(hypot(p[0] - q[0], p[1] - q[1]) for p, q in zip(corners(box), points, strict=True))
    return box, off


def extent(points: Iterable[Sequence[float]]) -> tuple[float, float, float, float]:
    """x, y, w, h of the upright box around them."""
    found = list(points)
    xs, ys = [p[0] for p in found], [p[1] for p in found]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def upright(box: Box) -> tuple[float, float, float, float]:
    """x, y, w, h of the upright box around one that may be turned."""
    if not box.get("rotation"):
        return box["x"], box["y"], box["w"], box["h"]
    return extent(corners(box))


def area(ring: Sequence[Sequence[float]]) -> float:
    """Of an outline, in square pixels."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def flat(numbers: Sequence[float]) -> list[list[float]]:
    """[x, y, x, y] -> [[x, y], [x, y]]."""
    return [list(p) for p in zip(numbers[::2], numbers[1::2], strict=True)]
