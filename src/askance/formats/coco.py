"""COCO: boxes, outlines, masks and keypoints of pictures, in one JSON file.  Floor 4.

A thing with an outline is read as its outline; its bbox is read as a box of its own only where it is not the extent of
what else the thing has.  Things without an outline are boxes.  Runs (iscrowd) of a picture become one mask.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from askance.errors import FormatError
from askance.formats import geometry, runs
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import KEEPS, Files, Format, register
from askance.formats.layers import layered
from askance.formats.node import Node, parse_json
from askance.formats.report import Tally
from askance.formats.settling import settled, warned
from askance.formats.source import Source
from askance.formats.values import IMAGE_KINDS, gathered
from askance.progress import track

NEAR = 1.0  # pixels by which a bbox may differ from the extent of the outline and still be that

Thing = dict[str, Any]


@dataclass
class Things:
    """What a picture has, as it is gathered."""

    pieces: dict[str, list[tuple[Any, str]]] = field(default_factory=dict)  # kind -> (thing, where)
    areas: list[tuple[str, list[int]]] = field(default_factory=list)

    def add(self, kind: str, thing: Thing, where: str) -> None:
        self.pieces.setdefault(kind, []).append((thing, where))


def _read(source: Source, tally: Tally) -> Document:
    root = parse_json(source.text(), source.where)
    if "images" not in root or "categories" not in root:
        root.fault("an object with images, annotations and categories; a list of results alone names no files")
    names, points = _categories(root["categories"], tally)
    images = {node["id"].name(): _image(node) for node in root["images"].each()}
    if len(images) < sum(1 for _ in root["images"].each()):
        root["images"].fault("a list of pictures with an id each, all different")
    found = {key: Things() for key in images}
    for node in track(list(root["annotations"].each()), f"reading {source.where}"):
        key = node["image_id"].name()
        if key not in images:
            node["image_id"].fault("the id of one of the images")
        _thing(node, names, images[key], found[key], points, tally)
    annotations = [a for key, item in images.items() for a in _answers(item, found[key], tally)]
    document = Document(tuple(images.values()), tuple(annotations), (), tuple(dict.fromkeys(names.values())), points)
    return settled(document, tally)


def _categories(nodes: Node, tally: Tally) -> tuple[dict[int, str], tuple[str, ...]]:
    """{id: name} by the ids, and the names of the keypoints."""
    names = dict(sorted((n["id"].whole(), n["name"].text()) for n in nodes.each()))
    points = {tuple(p.text() for p in n["keypoints"].each()) for n in nodes.each()} - {()}
    for node in nodes.each():
        if node["skeleton"].value:
            tally.lost("skeletons (which keypoints are joined)", node["name"].text())
        if node["supercategory"].value not in (None, "", node["name"].value):
            tally.lost("supercategories", node["name"].text())
    if len(points) > 1:
        raise FormatError(f"{nodes.where}: two categories have different keypoints; convert them one by one")
    return names, next(iter(points), ())


def _image(node: Node) -> Item:
    return Item(node["file_name"].text(), {}, node["width"].whole(0), node["height"].whole(0))


def _thing(node: Node, names: dict[int, str], item: Item, found: Things, points: tuple[str, ...], tally: Tally) -> None:
    category = node["category_id"].whole()
    if category not in names:
        node["category_id"].fault("the id of one of the categories")
    label = names[category]
    around: list[list[float]] = []  # what the bbox should go around
    if "keypoints" in node and any(node["keypoints"].numbers()[2::3]):
        around = _keypoints(node["keypoints"], label, len(points), found)
    outline = _segmentation(node, label, item, found, tally)
    if outline and around:
        tally.lost("that the outline and the keypoints are of one thing", node.where)
    if "bbox" in node:
        x, y, w, h = node["bbox"].numbers(4)
        if not _is_around(outline or around, (x, y, w, h)):
            found.add("boxes", {"x": x, "y": y, "w": w, "h": h, "label": label}, node["bbox"].where)
            if outline or around:
                tally.lost("that the box and the outline or the keypoints are of one thing", node.where)
    elif not outline and not around:
        tally.lost("things without a bbox, an outline or keypoints", node.where)


def _keypoints(node: Node, label: str, count: int, found: Things) -> list[list[float]]:
    numbers = node.numbers(3 * count)
    if len(numbers) % 3:
        node.fault("x, y and how it is seen, in turn")
    points = [list(p) for p in zip(numbers[::3], numbers[1::3], map(int, numbers[2::3]), strict=True)]
    found.add("keypoints", {"points": points, "label": label}, node.where)
    return [p[:2] for p in points if p[2]]


def _segmentation(node: Node, label: str, item: Item, found: Things, tally: Tally) -> list[list[float]]:
    """The points around which the bbox goes; [] where there is no outline."""
    segmentation = node["segmentation"]
    if isinstance(segmentation.value, dict):
        counts, height = _counts(segmentation)
        if (height, sum(counts)) != (item.height, item.height * item.width):
            segmentation.fault(f"runs of a picture of {item.width} x {item.height}")
        found.areas.append((label, counts))
        x, y, w, h = runs.extent(counts, height)
        return [[x, y], [x + w, y + h]]
    rings = [(geometry.flat(r.numbers()), r.where) for r in segmentation.each() if _even(r)]
    for ring, where in rings:
        found.add("polygons", {"rings": [ring], "label": label}, where)
    if len(rings) > 1:
        tally.lost("that several outlines are of one thing", node.where)
    return [p for ring, _ in rings for p in ring]


def _even(ring: Node) -> bool:
    if len(ring.numbers()) % 2:
        ring.fault("x and y in turn")
    return True


def _counts(node: Node) -> tuple[list[int], int]:
    """Counts and the height, of a list or of COCO's text."""
    height, width = (n.whole() for n in node["size"].each()) if len(node["size"].numbers(2)) == 2 else (0, 0)
    runs.size(height, width, node.where)
    if isinstance(node["counts"].value, str):
        counts = runs.from_text(node["counts"].text(), node["counts"].where)
    else:
        counts = [n.whole() for n in node["counts"].each()]
    if any(c < 0 for c in counts) or sum(counts) != height * width:
        node["counts"].fault(f"runs of {height * width:,} pixels in all")
    return counts, height


def _is_around(points: list[list[float]], box: tuple[float, float, float, float]) -> bool:
    if not points:
        return False
    x, y, w, h = geometry.extent(points)
    sides = zip((x, y, x + w, y + h), (box[0], box[1], box[0] + box[2], box[1] + box[3]), strict=True)
    return all(abs(a - b) <= NEAR for a, b in sides)


def _answers(item: Item, found: Things, tally: Tally) -> Iterator[Annotation]:
    """An answer a kind; a picture in which nothing is has one of no kind, which is settled later."""
    for kind, pieces in found.pieces.items():
        yield Annotation(item.name, kind, gathered(kind, pieces, tally))
    if found.areas:
        yield Annotation(item.name, "mask", layered(found.areas, item.height, item.width, item.name, tally))
    if not found.pieces and not found.areas:
        yield Annotation(item.name, "", "")


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally) -> Files:
    warned(document.annotations, tally)
    ids = {name: n for n, name in enumerate(document.classes, 1)}
    anonymous = len(ids) + 1  # keypoints need no class, and COCO needs one
    numbers = {item.name: n for n, item in enumerate(document.items, 1)}
    things: list[Thing] = []
    unnamed = False
    for a in document.annotations:
        for thing, label in _things(a, tally):
            unnamed |= label is None
            category = anonymous if label is None else ids[label]
            things.append({"id": len(things) + 1, "image_id": numbers[a.item], "category_id": category, **thing})
    names = [*document.classes, *([_free("thing", ids)] if unnamed else [])]
    if unnamed:
        tally.lost("that a thing has no class (COCO asks for one)", names[-1])
    if document.points and not names:
        tally.lost(KEEPS["points"], ", ".join(document.points))
    points = {"keypoints": _joint_names(document), "skeleton": []} if _joint_names(document) else {}
    out = {
        "info": {"version": "1.0"},
        "licenses": [],
        "images": [_picture(n, item, tally) for n, item in enumerate(document.items, 1)],
        "categories": [{"id": n, "name": c, "supercategory": "", **points} for n, c in enumerate(names, 1)],
        "annotations": things,
    }
    return {"": json.dumps(out, ensure_ascii=False).encode("utf-8")}


def _joint_names(document: Document) -> list[str]:
    """Those of the document, or numbers; [] where there are no keypoints."""
    things = [t for a in document.annotations if a.kind == "keypoints" for t in json.loads(a.value)]
    most = max((len(t["points"]) for t in things), default=0)
    return list(document.points) or [str(n) for n in range(1, most + 1)]


def _free(name: str, taken: Iterable[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _picture(n: int, item: Item, tally: Tally) -> Thing:
    if not item.width or not item.height:
        tally.lost("the sizes of pictures, which COCO asks for and nobody said (0 was written)", item.name)
    return {"id": n, "file_name": item.name, "width": item.width, "height": item.height}


def _things(a: Annotation, tally: Tally) -> Iterator[tuple[Thing, str | None]]:
    value = json.loads(a.value)
    if a.kind == "mask":
        for label, counts in value["counts"].items():
            yield _area(counts, value["height"], value["width"]), label
        return
    make = {"boxes": _box, "polygons": _outline, "keypoints": _joints}[a.kind]
    for thing in value:
        if a.kind == "keypoints" and not any(p[2] for p in thing["points"]):
            tally.lost("things of which no keypoint is there", a.item)
        else:
            yield make(thing, a.item, tally), thing.get("label")


def _box(b: Thing, item: str, tally: Tally) -> Thing:
    if b.get("rotation"):
        tally.lost("the rotation of boxes (the upright box around it was written)", item)
    x, y, w, h = geometry.upright(b)
    return {"bbox": [x, y, w, h], "area": w * h, "iscrowd": 0, "segmentation": []}


def _outline(p: Thing, item: str, tally: Tally) -> Thing:
    if len(p["rings"]) > 1:
        tally.lost("holes of outlines", item, len(p["rings"]) - 1)
    ring = p["rings"][0]
    outline = [[v for point in ring for v in point]]
    return {"bbox": _around(ring), "area": geometry.area(ring), "iscrowd": 0, "segmentation": outline}


def _joints(k: Thing, item: str, tally: Tally) -> Thing:
    seen = [p[:2] for p in k["points"] if p[2]]
    numbers = [v for p in k["points"] for v in p]
    box = _around(seen)
    said = {"bbox": box, "area": box[2] * box[3], "iscrowd": 0, "segmentation": []}
    return said | {"keypoints": numbers, "num_keypoints": len(seen)}


def _around(points: list[list[float]]) -> list[float]:
    return [round(v, 6) for v in geometry.extent(points)]


def _area(counts: list[int], height: int, width: int) -> Thing:
    said = {"bbox": list(runs.extent(counts, height)), "area": sum(counts[1::2]), "iscrowd": 1}
    return said | {"segmentation": {"size": [height, width], "counts": counts}}


def _sniff(source: Source) -> bool:
    if source.folder or not source.head().startswith("{"):
        return False
    data = source.read()
    return b'"images"' in data and b'"categories"' in data


COCO = register(
    Format(
        "coco",
        "COCO: boxes, outlines, masks and keypoints of pictures",
        (),
        IMAGE_KINDS,
        frozenset({"name", "size", "classes", "points"}),
        _sniff,
        _read,
        _write,
    )
)
