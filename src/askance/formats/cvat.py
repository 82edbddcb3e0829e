"""CVAT for images 1.1: one XML file of pictures with tags, boxes, outlines, masks and points.  Floor 4.

A mask there is runs of pixels, row by row, of the rectangle around it; ours are column by column of the picture.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from askance.errors import FormatError
from askance.formats import runs
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.layers import layered
from askance.formats.report import Tally
from askance.formats.settling import CHOSEN, chosen, is_empty, settled, warned
from askance.formats.source import Source
from askance.formats.values import gathered
from askance.formats.xml_tree import Element, escaped, parse_xml

Thing = dict[str, Any]
SHAPES = ("tag", "box", "polygon", "mask", "points")


def _read(source: Source, tally: Tally) -> Document:
    root = parse_xml(source.read(), source.where)
    if root.name != "annotations":
        raise FormatError(f"{root.where}: it begins with <{root.name}>, and a file of CVAT with <annotations>")
    for _ in root.all("track"):
        tally.lost("tracks of videos", root.where)
    items, annotations = [], []
    for image in root.all("image"):
        item = _item(image)
        items.append(item)
        annotations += [Annotation(item.name, kind, value) for kind, value in _labels(image, item, tally)]
    return settled(Document(tuple(items), tuple(annotations), (), tuple(dict.fromkeys(_classes(root)))), tally)


def _classes(root: Element) -> Iterator[str]:
    """Those that the task or the project lists."""
    meta = root.get("meta")
    for part in meta.children if meta else []:
        for label in ((found := part.get("labels")) and found.all("label")) or ():
            yield label.need("name").text


def _item(image: Element) -> Item:
    width, height = (int(image.pixels(k)) for k in ("width", "height"))
    if min(width, height) < 0:
        raise FormatError(f"{image.where}: the picture is {width} x {height}; pixels are counted from 0 up")
    return Item(image.said("name"), {}, width, height)


def _labels(image: Element, item: Item, tally: Tally) -> Iterator[tuple[str, str]]:
    for shape in image.children:
        _told(shape, tally)
    if names := [tag.said("label") for tag in image.all("tag")]:
        yield CHOSEN, chosen(names)
    things = {
        "boxes": [(_box(s), s.where) for s in image.all("box")],
        "polygons": [({"rings": [_points(s)], "label": s.said("label")}, s.where) for s in image.all("polygon")],
        "keypoints": [(_seen(s), s.where) for s in image.all("points")],
    }
    for kind, pieces in things.items():
        if pieces:
            yield kind, gathered(kind, pieces, tally)
    if areas := [(s.said("label"), _area(s, item)) for s in image.all("mask")]:
        yield "mask", layered(areas, item.height, item.width, item.name, tally)


def _told(shape: Element, tally: Tally) -> None:
    if shape.name not in SHAPES:
        tally.lost(f"shapes of the type {shape.name}", shape.where)
    if shape.attributes.get("occluded", "0") != "0":
        tally.lost("that a thing is occluded", shape.where)
    if shape.get("attribute") is not None:
        tally.lost("attributes of things", shape.where)


def _box(s: Element) -> Thing:
    x, y, right, bottom = (s.pixels(k) for k in ("xtl", "ytl", "xbr", "ybr"))
    turn = s.pixels("rotation") if "rotation" in s.attributes else 0
    box = {"x": x, "y": y, "w": right - x, "h": bottom - y, "label": s.said("label")}
    return box | ({"rotation": turn} if turn % 360 else {})


def _points(s: Element) -> list[list[float]]:
    try:
        points = [[float(v) for v in pair.split(",")] for pair in s.said("points").split(";")]
    except ValueError:
        points = []
    if not points or any(len(p) != 2 or not all(abs(v) < 1e9 for v in p) for p in points):
        raise FormatError(f"{s.where}: points must be x,y;x,y in pixels")
    return points


def _seen(s: Element) -> Thing:
    return {"points": [[x, y, 2] for x, y in _points(s)], "label": s.said("label")}


def _area(s: Element, item: Item) -> list[int]:
    """Counts of the pixels of the picture."""
    left, top, width, height = (int(s.pixels(k)) for k in ("left", "top", "width", "height"))
    runs.size(item.height, item.width, s.where)
    fits = left >= 0 and top >= 0 and 0 < width <= item.width - left and 0 < height <= item.height - top
    if not fits:
        raise FormatError(f"{s.where}: a mask of {width} x {height} at {left}, {top} is not inside its picture")
    try:
        counts = [int(c) for c in s.said("rle").split(",")]
    except ValueError:
        counts = [-1]
    if min(counts) < 0 or sum(counts) != width * height:
        raise FormatError(f"{s.where}: rle must be the lengths of runs, {width * height} pixels in all")
    pixels = np.zeros((item.height, item.width), bool)
    inside = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    pixels[top : top + height, left : left + width] = inside.reshape(height, width)
    return runs.from_pixels(pixels)


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally) -> Files:
    warned([a for a in document.annotations if not is_empty(a.kind, a.value)], tally)
    shapes: dict[str, list[str]] = {item.name: [] for item in document.items}
    for a in document.annotations:
        found = list(_shapes(a, tally))
        if not found:
            tally.lost("answers in which nothing is (CVAT has the picture alone)", a.item)
        shapes[a.item] += found
    if any("\ufffd" in quoted(t) and "\ufffd" not in t for t in (*shapes, *document.classes)):
        tally.lost("characters that XML has no word for")
    labels = "".join(f"<label><name>{quoted(c)}</name><type>any</type></label>" for c in document.classes)
    size = f"<size>{len(document.items)}</size><mode>annotation</mode>"
    meta = f"<meta><task><name>askance</name>{size}<labels>{labels}</labels></task></meta>"
    pictures = "".join(_picture(n, item, shapes[item.name]) for n, item in enumerate(document.items))
    head = '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>'
    return {"": f"{head}{meta}\n{pictures}</annotations>\n".encode()}


def _picture(n: int, item: Item, shapes: list[str]) -> str:
    said = {"id": n, "name": item.name, "width": item.width, "height": item.height}
    return f"{_tag('image', said, '')}{''.join(shapes)}</image>\n"


def quoted(text: str) -> str:
    """Also inside an attribute, where the end of a line would become a blank."""
    return escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")


def _shapes(a: Annotation, tally: Tally) -> Iterator[str]:
    value: Any = a.value if a.kind == "class" else json.loads(a.value)
    match a.kind:
        case "class":
            yield _shape("tag", value)
        case "classes":
            yield from (_shape("tag", name) for name in value)
        case "boxes":
            yield from (_shape("box", b["label"], **_corners(b)) for b in value)
        case "polygons":
            yield from (_outline(p, a.item, tally) for p in value)
        case "keypoints":
            yield from (_marks(k, a.item, tally) for k in value)
        case "mask":
            yield from _masks(value)


def _shape(name: str, label: str, **said: str) -> str:
    usual = {} if name == "tag" else {"occluded": "0"}
    last = {} if name == "tag" else {"z_order": "0"}
    attributes = {"label": label, "source": "manual", **usual, **said, **last}
    return _tag(name, attributes, "/")


def _tag(name: str, attributes: Mapping[str, Any], end: str) -> str:
    said = " ".join(f'{k}="{quoted(str(v))}"' for k, v in attributes.items())
    return f"<{name} {said}{end}>"


def _corners(b: Thing) -> dict[str, str]:
    ends = {"xtl": b["x"], "ytl": b["y"], "xbr": b["x"] + b["w"], "ybr": b["y"] + b["h"]}
    turn = {"rotation": b["rotation"]} if b.get("rotation") else {}
    return {k: _number(v) for k, v in {**ends, **turn}.items()}


def _number(value: float) -> str:
    """Two decimals at least, as CVAT has them."""
    return f"{value:.2f}" if round(value, 2) == value else f"{value:.6f}".rstrip("0")


def _listed(points: list[list[float]]) -> str:
    return ";".join(f"{_number(p[0])},{_number(p[1])}" for p in points)


def _outline(p: Thing, item: str, tally: Tally) -> str:
    if len(p["rings"]) > 1:
        tally.lost("holes of outlines", item, len(p["rings"]) - 1)
    return _shape("polygon", p["label"], points=_listed(p["rings"][0]))


def _marks(k: Thing, item: str, tally: Tally) -> str:
    if any(seen != 2 for _, _, seen in k["points"]):
        tally.lost("whether keypoints are there and seen", item)
    if "label" not in k:
        tally.lost("keypoints without a class (now 'points')", item)
    return _shape("points", k.get("label", "points"), points=_listed(k["points"]))


def _masks(mask: Thing) -> Iterator[str]:
    for label, counts in mask["counts"].items():
        left, top, width, height = runs.extent(counts, mask["height"])
        if not width:
            continue
        pixels = runs.to_pixels(counts, mask["height"], mask["width"])[top : top + height, left : left + width]
        lengths = runs.from_pixels(pixels.T)  # by columns of what lies on its side: by rows
        place = {"left": left, "top": top, "width": width, "height": height}
        yield _shape("mask", label, rle=", ".join(map(str, lengths)), **{k: str(v) for k, v in place.items()})


def _sniff(source: Source) -> bool:
    head = source.head()[:20_000]
    return "<annotations>" in head and ("<image " in head or "<meta>" in head)


CVAT = register(
    Format(
        "cvat",
        "CVAT for images 1.1: one XML file",
        (),
        frozenset({"class", "classes", "boxes", "polygons", "mask", "keypoints"}),
        frozenset({"name", "size", "classes", "unanswered"}),
        _sniff,
        _read,
        _write,
    )
)
