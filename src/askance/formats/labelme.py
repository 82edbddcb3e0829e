"""LabelMe: a JSON file a picture, with its rectangles and outlines.  Floor 4."""

import json
import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from askance.errors import FormatError
from askance.formats import geometry
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.node import Node, parse_json
from askance.formats.report import Tally
from askance.formats.settling import settled, warned
from askance.formats.source import Source, clean
from askance.formats.values import gathered
from askance.progress import track

Thing = dict[str, Any]
VERSION = "5.5.0"  # of the files that we write


def _read(source: Source, tally: Tally) -> Document:
    names = source.names(".json") if source.folder else [""]
    if not names:
        raise FormatError(f"{source.where} holds no .json file")
    items, annotations = [], []
    for name in track(names, f"reading {source.where}"):
        root = parse_json(source.text(name), source.called(name))
        item = _item(root, name or posixpath.basename(source.where))
        items.append(item)
        found = list(_labels(root, tally))
        annotations += [Annotation(item.name, k, v) for k, v in found] or [Annotation(item.name, "", "")]
    if not any(a.kind for a in annotations):  # nothing was found in any picture
        annotations = [replace(a, kind="boxes", value="[]") for a in annotations]
    return settled(Document(tuple(items), tuple(annotations)), tally)


def _item(root: Node, name: str) -> Item:
    """Called by its picture; `..\\a.jpg` and `a.jpg` are one."""
    path = clean(root["imagePath"].text("") or posixpath.splitext(name)[0])
    width, height = root["imageWidth"].whole(0), root["imageHeight"].whole(0)
    if min(width, height) < 0:
        root["imageWidth"].fault("a number of pixels")
    return Item(path, {}, width, height)


def _labels(root: Node, tally: Tally) -> Iterator[tuple[str, str]]:
    if any(_flags(root)):
        tally.lost("flags of pictures", root.where)
    found: dict[str, list[tuple[Thing, str]]] = {}
    for shape in root["shapes"].each():
        kind, thing = _thing(shape)
        if any(_flags(shape)):
            tally.lost("flags of shapes", shape.where)
        if shape["group_id"].value is not None:
            tally.lost("which shapes belong together", shape.where)
        if not kind:
            tally.lost(f"shapes of the type {shape['shape_type'].text('')}", shape.where)
            continue
        found.setdefault(kind, []).append(({**thing, "label": shape["label"].text()}, shape.where))
    for kind, things in found.items():
        yield kind, gathered(kind, things, tally)


def _flags(node: Node) -> list[Any]:
    return list(node["flags"].object().values()) if node["flags"].value is not None else []


def _thing(shape: Node) -> tuple[str, Thing]:
    """('', {}) for what is neither; two points of a rectangle are any two opposite corners."""
    points = [p.numbers(2) for p in shape["points"].each()]
    match shape["shape_type"].text("polygon"):
        case "rectangle" if len(points) in (2, 4):
            x, y, w, h = geometry.extent(points)
            return "boxes", {"x": x, "y": y, "w": w, "h": h}
        case "rectangle":
            shape["points"].fault("two corners")
        case "polygon":
            return "polygons", {"rings": [points]}
    return "", {}


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally) -> Files:
    warned(document.annotations, tally)
    items = {item.name: item for item in document.items}
    shapes: dict[str, list[Thing]] = {}
    for a in document.annotations:
        shapes.setdefault(a.item, []).extend(_shape(t, a, tally) for t in json.loads(a.value))
    files: dict[str, bytes] = {}
    for name, found in shapes.items():
        stem = posixpath.splitext(clean(name))[0]
        if f"{stem}.json" in files:
            raise FormatError(f"two samples would be written to {stem}.json, one of them {name!r}; rename one")
        if clean(name) != name:
            tally.lost("names that lead out of the folder (made clean)", name)
        files[f"{stem}.json"] = (json.dumps(_file(items[name], found), ensure_ascii=False, indent=1) + "\n").encode()
    return files


def _file(item: Item, shapes: list[Thing]) -> Thing:
    said: Thing = {"version": VERSION, "flags": {}, "shapes": shapes, "imagePath": clean(item.name), "imageData": None}
    return said | {"imageHeight": item.height, "imageWidth": item.width}


def _shape(thing: Thing, a: Annotation, tally: Tally) -> Thing:
    if a.kind == "boxes":
        if thing.get("rotation"):
            tally.lost("the rotation of boxes (the upright box around it was written)", a.item)
        x, y, w, h = geometry.upright(thing)
        kind, points = "rectangle", [[x, y], [x + w, y + h]]
    else:
        if len(thing["rings"]) > 1:
            tally.lost("holes of outlines", a.item, len(thing["rings"]) - 1)
        kind, points = "polygon", thing["rings"][0]
    return {"label": thing["label"], "points": points, "group_id": None, "shape_type": kind, "flags": {}}


def _sniff(source: Source) -> bool:
    if not source.folder:
        head = source.head()
        return head.startswith("{") and '"shapes"' in head and ('"imagePath"' in head or '"shape_type"' in head)
    names = source.names(".json")
    return bool(names) and b'"shapes"' in source.read(names[0])


LABELME = register(
    Format(
        "labelme",
        "LabelMe: a JSON file a picture",
        (),
        frozenset({"boxes", "polygons"}),
        frozenset({"name", "size"}),
        _sniff,
        _read,
        _write,
        folder=True,
    )
)
