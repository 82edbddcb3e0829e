"""doccano's JSON Lines: a sample a line, with its labels in a list.  Floor 4."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from askance.formats import geometry
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.jsonl import first_line
from askance.formats.node import Node, parse_lines
from askance.formats.report import Tally
from askance.formats.settling import CHOSEN, chosen, settled, warned
from askance.formats.source import Source
from askance.formats.values import gathered

OURS = (
    "id",
    "text",
    "filename",
    "label",
    "labels",
    "entities",
    "cats",
    "relations",
    "bbox",
    "segmentation",
    "Comments",
)


def _read(source: Source, tally: Tally) -> Document:
    items: dict[str, Item] = {}
    annotations = []
    for n, node in enumerate(parse_lines(source.text(), source.where), 1):
        item = _item(node, n)
        if item.name in items:
            item = replace(item, name=f"{item.name} (line {n})")
        items[item.name] = item
        answers = [Annotation(item.name, kind, value) for kind, value in _labels(node, tally)]
        told = any(k in node for k in ("label", "labels", "entities", "cats", "bbox", "segmentation"))
        annotations += answers or ([Annotation(item.name, "", "")] if told else [])
    return settled(Document(tuple(items.values()), tuple(annotations)), tally)


def _item(node: Node, n: int) -> Item:
    """Called by its file, its id or the number of its line."""
    shows = {k: v for k, v in node.object().items() if k not in OURS}
    shows |= {"text": node["text"].text()} if "text" in node else {}
    return Item(node["filename"].text("") or node["id"].name("") or str(n), shows)


def _labels(node: Node, tally: Tally) -> Iterator[tuple[str, str]]:
    for word in ("relations", "Comments"):
        if node[word].value:
            tally.lost("relations between spans" if word == "relations" else "comments", node.where)
    names, spans = [n.text() for n in node["cats"].each()], [_entity(n) for n in node["entities"].each()]
    for label in (*node["label"].each(), *node["labels"].each()):
        if isinstance(label.value, list):
            spans.append(_triple(label))
        else:
            names.append(label.name())
    if names:
        yield CHOSEN, chosen(names)
    things = {"spans": spans, "boxes": [_box(n) for n in node["bbox"].each()]}
    things["polygons"] = [_outline(n) for n in node["segmentation"].each()]
    for kind, pieces in things.items():
        if pieces:
            yield kind, gathered(kind, pieces, tally)


def _triple(node: Node) -> tuple[Any, str]:
    parts = list(node.each())
    if len(parts) != 3:
        node.fault("[start, end, class]")
    return {"start": parts[0].whole(), "end": parts[1].whole(), "label": parts[2].text()}, node.where


def _entity(node: Node) -> tuple[Any, str]:
    """A triple, or an object where the spans have relations."""
    if isinstance(node.value, list):
        return _triple(node)
    start, end = node["start_offset"].whole(), node["end_offset"].whole()
    return {"start": start, "end": end, "label": node["label"].text()}, node.where


def _box(node: Node) -> tuple[Any, str]:
    x, y, w, h = (node[k].number() for k in ("x", "y", "width", "height"))
    return {"x": x, "y": y, "w": w, "h": h, "label": node["label"].text()}, node.where


def _outline(node: Node) -> tuple[Any, str]:
    numbers = node["points"].numbers()
    if len(numbers) % 2:
        node["points"].fault("x and y in turn")
    return {"rings": [geometry.flat(numbers)], "label": node["label"].text()}, node.where


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally) -> Files:
    warned(document.annotations, tally)
    items = {item.name: item for item in document.items}
    lines: dict[str, dict[str, Any]] = {}
    for a in document.annotations:
        line = lines.setdefault(a.item, _shown(items[a.item], tally))
        for word, value in _said(a, tally).items():
            line[word] = [*line.get(word, []), *value]
    return {"": "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines.values()).encode("utf-8")}


def _shown(item: Item, tally: Tally) -> dict[str, Any]:
    out = {k: v for k, v in item.data.items() if k == "text" or k not in OURS}
    if len(out) < len(item.data):
        tally.lost("columns that have a name of doccano's own", item.name)
    if not isinstance(out.get("text", ""), str):
        tally.lost("texts that are no text", item.name)
        del out["text"]
    return {"id" if "text" in out else "filename": item.name, **out}


def _said(a: Annotation, tally: Tally) -> dict[str, list[Any]]:
    value: Any = [a.value] if a.kind == "class" else json.loads(a.value)
    match a.kind:
        case "class" | "classes":
            return {"label": value}
        case "spans":
            return {"label": [[s["start"], s["end"], s["label"]] for s in value]}
        case "boxes":
            return {"bbox": [_rect(b, a.item, tally) for b in value]}
    holes = sum(len(p["rings"]) - 1 for p in value)
    if holes:
        tally.lost("holes of outlines", a.item, holes)
    return {"segmentation": [{"points": [v for p in t["rings"][0] for v in p], "label": t["label"]} for t in value]}


def _rect(b: dict[str, Any], item: str, tally: Tally) -> dict[str, Any]:
    if b.get("rotation"):
        tally.lost("the rotation of boxes (the upright box around it was written)", item)
    x, y, w, h = geometry.upright(b)
    return {"x": x, "y": y, "width": w, "height": h, "label": b["label"]}


def _sniff(source: Source) -> bool:
    node = first_line(source)
    if node is None or node.object().keys() & {"_input_hash", "_task_hash", "answer", "kind", "file_name"}:
        return False
    keys = node.object().keys()
    return bool(keys & {"entities", "cats", "bbox", "segmentation"}) or isinstance(node["label"].value, list)


DOCCANO = register(
    Format(
        "doccano",
        "doccano's JSON Lines",
        (),
        frozenset({"class", "classes", "spans", "boxes", "polygons"}),
        frozenset({"name", "text", "data"}),
        _sniff,
        _read,
        _write,
    )
)
