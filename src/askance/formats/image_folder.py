"""Pictures in folders named by class, or with metadata.jsonl beside them, as ImageFolder of `datasets`.  Floor 4.

Pictures are not copied: metadata.jsonl alone is written, to be put beside them.
"""

import json
import posixpath
from collections.abc import Iterator

from askance.errors import FormatError
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.node import Node, parse_lines
from askance.formats.report import Tally
from askance.formats.settling import CHOSEN, chosen, settled, warned
from askance.formats.source import Source, clean
from askance.formats.values import gathered, single
from askance.images import is_image_name

META = "metadata.jsonl"
OURS = ("file_name", "label", "labels", "objects")
SPLITS = ("train", "test", "validation", "val")


def _read(source: Source, tally: Tally) -> Document:
    metas = [n for n in source.names() if posixpath.basename(n) == META]
    found = (
        [pair for meta in metas for pair in _listed(source, meta, tally)] if metas else list(_by_folder(source, tally))
    )
    if not found and not metas:
        raise FormatError(f"{source.where} holds no pictures in folders named by class, and no {META}")
    items: dict[str, Item] = {}
    for item, _ in found:
        if item.name in items:
            raise FormatError(f"{source.where} names {item.name!r} twice")
        items[item.name] = item
    return settled(Document(tuple(items.values()), tuple(a for _, answers in found for a in answers)), tally)


def _by_folder(source: Source, tally: Tally) -> Iterator[tuple[Item, list[Annotation]]]:
    """train/cat/a.jpg is a cat."""
    for name in source.names():
        label = posixpath.basename(posixpath.dirname(name))
        if not is_image_name(name):
            tally.lost("files that are no pictures", name)
        elif not label or label in SPLITS:
            tally.lost("pictures in no folder of a class", name)
        else:
            yield Item(name), [Annotation(name, CHOSEN, chosen([label]))]


def _listed(source: Source, meta: str, tally: Tally) -> Iterator[tuple[Item, list[Annotation]]]:
    for node in parse_lines(source.text(meta), source.called(meta)):
        name = posixpath.join(posixpath.dirname(meta), clean(node["file_name"].text()))
        item = Item(name, {k: v for k, v in node.object().items() if k not in OURS})
        yield item, list(_answers(node, name, tally))


def _answers(node: Node, name: str, tally: Tally) -> Iterator[Annotation]:
    if "label" in node:
        yield Annotation(name, CHOSEN, chosen([node["label"].name()]))
    if "labels" in node:
        value = single("classes", [n.name() for n in node["labels"].each()], node["labels"].where, tally)
        yield from [] if value is None else [Annotation(name, "classes", value)]
    if "objects" in node:
        objects = node["objects"]
        boxes, names_ = list(objects["bbox"].each()), list((objects["categories"] or objects["category"]).each())
        if len(boxes) != len(names_):
            objects.fault("as many categories as boxes")
        pairs = ((b.numbers(4), n.name(), b.where) for b, n in zip(boxes, names_, strict=True))
        things = [({"x": b[0], "y": b[1], "w": b[2], "h": b[3], "label": label}, where) for b, label, where in pairs]
        yield Annotation(name, "boxes", gathered("boxes", things, tally))


def _write(document: Document, tally: Tally) -> Files:
    warned([a for a in document.annotations if a.kind == "class"], tally)
    items = {item.name: item for item in document.items}
    lines: dict[str, dict[str, object]] = {}
    for a in document.annotations:
        shown = {k: v for k, v in items[a.item].data.items() if k not in OURS}
        if len(shown) < len(items[a.item].data):
            tally.lost("columns that have a name of ImageFolder's own", a.item)
        if clean(a.item) != a.item:
            tally.lost("names that lead out of the folder, or that a file cannot have", a.item)
        line = lines.setdefault(a.item, {"file_name": clean(a.item), **shown})
        line |= _said(a, tally)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines.values())
    return {META: text.encode("utf-8")}


def _said(a: Annotation, tally: Tally) -> dict[str, object]:
    if a.kind == "class":
        return {"label": a.value}
    value = json.loads(a.value)
    if a.kind == "classes":
        return {"labels": value}
    if any(b.get("rotation") for b in value):
        tally.lost("the rotation of boxes (its own corner and sides were written)", a.item)
    boxes = [[b[k] for k in ("x", "y", "w", "h")] for b in value]
    return {"objects": {"bbox": boxes, "categories": [b["label"] for b in value]}}


def _sniff(source: Source) -> bool:
    if not source.folder:
        return False
    names = source.names()
    if any(posixpath.basename(n) == META for n in names):
        return True
    labelled = [n for n in names if is_image_name(n) and "/" in n and n.split("/")[0] not in ("images", "labels")]
    return bool(labelled) and not source.names(".xml", ".txt", ".yaml", ".parquet", ".arrow")


IMAGE_FOLDER = register(
    Format(
        "imagefolder",
        "pictures in folders named by class, or metadata.jsonl beside them",
        (),
        frozenset({"class", "classes", "boxes"}),
        frozenset({"name", "text", "data"}),
        _sniff,
        _read,
        _write,
        folder=True,
    )
)
