"""How far two marks in a text or a picture overlap, as a share of what both cover together (IoU).  Floor 2."""

from collections.abc import Mapping, Sequence
from math import cos, exp, radians, sin
from typing import Any

from askance.labels.mask import stretches

Piece = Mapping[str, Any]
Ring = Sequence[Sequence[float]]
FINE = 512  # pixels along the longer side, when outlines are drawn to be compared
KAPPA = 0.1  # of COCO's keypoint similarity; its own are 0.05 to 0.21, by the part of the body


def of_spans(a: Piece, b: Piece) -> float:
    both = min(a["end"], b["end"]) - max(a["start"], b["start"])
    return max(0, both) / (max(a["end"], b["end"]) - min(a["start"], b["start"])) if both > 0 else 0.0


def of_boxes(a: Piece, b: Piece) -> float:
    if a.get("rotation") or b.get("rotation"):
        return of_polygons({"rings": [_corners(a)]}, {"rings": [_corners(b)]})
    w = min(a["x"] + a["w"], b["x"] + b["w"]) - max(a["x"], b["x"])
    h = min(a["y"] + a["h"], b["y"] + b["h"]) - max(a["y"], b["y"])
    both = max(0.0, w) * max(0.0, h)
    return float(both / (a["w"] * a["h"] + b["w"] * b["h"] - both))


def of_polygons(a: Piece, b: Piece) -> float:
    """Drawn on a grid of at most 512 by 512 around both, so within about a hundredth."""
    from PIL import ImageChops

    points = [p for piece in (a, b) for p in piece["rings"][0]]
    left, top = min(p[0] for p in points), min(p[1] for p in points)
    wide, high = max(p[0] for p in points) - left, max(p[1] for p in points) - top
    scale = (FINE - 1) / max(wide, high, 1e-9)
    size = (int(wide * scale) + 1, int(high * scale) + 1)
    one, other = (_drawn(piece["rings"], left, top, scale, size) for piece in (a, b))
    both, any_ = (f(one, other).histogram()[-1] for f in (ImageChops.logical_and, ImageChops.logical_or))
    return both / any_ if any_ else 0.0


def _drawn(rings: Sequence[Ring], left: float, top: float, scale: float, size: tuple[int, int]) -> Any:
    from PIL import Image, ImageDraw

    image = Image.new("1", size)
    pen = ImageDraw.Draw(image)
    for n, ring in enumerate(rings):  # the outline, then its holes
        pen.polygon([((x - left) * scale, (y - top) * scale) for x, y in ring], fill=int(n == 0))
    return image


def _corners(box: Piece) -> list[tuple[float, float]]:
    """Of a box that may be turned, clockwise about its centre."""
    a = radians(box.get("rotation", 0))
    x, y = box["x"] + box["w"] / 2, box["y"] + box["h"] / 2
    half = [(sx * box["w"] / 2, sy * box["h"] / 2) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return [(x + dx * cos(a) - dy * sin(a), y + dx * sin(a) + dy * cos(a)) for dx, dy in half]


def of_keypoints(a: Piece, b: Piece) -> float:
    """COCO's object keypoint similarity, one kappa for all points, the scale from the points of both; a point that one
    of them has and the other has not is 0."""
    pairs = [(p, q) for p, q in zip(a["points"], b["points"], strict=False) if p[2] or q[2]]
    there = [p for pair in pairs for p in pair if p[2]]
    if not there:
        return 1.0
    xs, ys = [p[0] for p in there], [p[1] for p in there]
    area = max(1.0, (max(xs) - min(xs)) * (max(ys) - min(ys)))
    alike = [exp(-_square(p, q) / (2 * area * KAPPA**2)) if p[2] and q[2] else 0.0 for p, q in pairs]
    return sum(alike) / len(alike)


def _square(p: Sequence[float], q: Sequence[float]) -> float:
    return float((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2)


def of_masks(a: Mapping[str, list[int]], b: Mapping[str, list[int]]) -> float:
    """Of two masks of one size, class by class; two that are empty are the same."""
    both = sum(_shared(stretches(a[c]), stretches(b[c])) for c in a.keys() & b.keys())
    covered = [[s for counts in m.values() for s in stretches(counts)] for m in (a, b)]
    sizes = [sum(end - first for first, end in found) for found in covered]
    union = sum(sizes) - _shared(sorted(covered[0]), sorted(covered[1]))
    return both / union if union else 1.0


def _shared(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]]) -> int:
    """Pixels in both, of sorted stretches that do not meet."""
    n = m = total = 0
    while n < len(a) and m < len(b):
        total += max(0, min(a[n][1], b[m][1]) - max(a[n][0], b[m][0]))
        if a[n][1] < b[m][1]:
            n += 1
        else:
            m += 1
    return total
