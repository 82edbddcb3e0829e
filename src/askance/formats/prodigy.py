"""Prodigy's JSON Lines: a task a line, with its answer.  Floor 4.

Of a yes or no about one label, yes is an answer of several classes with that one, and no is one with none.  A rejected
task of another sort is no answer, and is reported.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from askance.formats import geometry
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.jsonl import first_line
from askance.formats.node import Node, parse_lines
from askance.formats.report import Tally
from askance.formats.settling import CHOSEN, chosen, settled, warned
from askance.formats.source import Source
from askance.formats.values import gathered, moment, single

OURS = ("text", "image", "spans", "options", "accept", "label", "answer", "tokens", "config", "width", "height", "name")
SYSTEM = ("_input_hash", "_task_hash", "_view_id", "_session_id", "_annotator_id", "_timestamp")
IMAGE = {"rect": "boxes", "polygon": "polygons"}


def _read(source: Source, tally: Tally) -> Document:
    nodes = list(parse_lines(source.text(), source.where))
    items: dict[str, Item] = {}
    annotations, classes = [], []
    for n, node in enumerate(nodes, 1):
        item = _item(node, n)
        if item.name in items and items[item.name] != item:
            item = replace(item, name=_other(item.name, items))
        items[item.name] = item
        classes += [o["id"].name() for o in node["options"].each()]
        annotations += list(_answer(node, item, tally))
    document = Document(tuple(items.values()), tuple(annotations), (), tuple(dict.fromkeys(classes)))
    return settled(document, tally)


def _item(node: Node, n: int) -> Item:
    """Called by its name, its picture or the number of its line; what is told of an answer is no part of it."""
    shows = {k: v for k, v in node.object().items() if k not in (*OURS, *SYSTEM)}
    shows |= {"text": node["text"].text()} if "text" in node else {}
    picture = node["image"].text("")
    if picture.startswith("data:"):
        picture = ""
    width, height = (node[k].whole(0) if not isinstance(node[k].value, float) else 0 for k in ("width", "height"))
    return Item(node["name"].text(picture or str(n)), shows, max(width, 0), max(height, 0))


def _other(name: str, taken: Mapping[str, Item]) -> str:
    return next(f"{name} ({n})" for n in range(2, len(taken) + 3) if f"{name} ({n})" not in taken)


def _answer(node: Node, item: Item, tally: Tally) -> Iterator[Annotation]:
    answer = node["answer"].text("accept")
    said = Annotation(item.name, "", "", who=_who(node), at=_at(node["_timestamp"]))
    if answer == "ignore":
        yield replace(said, skipped=True)
    elif answer not in ("accept", "reject"):
        node["answer"].fault("accept, reject or ignore")
    elif answer == "reject" and "label" not in node:
        tally.lost("tasks that were rejected (they say what is wrong, not what is right)", node.where)
    else:
        for kind, value in _labels(node, answer == "accept", tally):
            yield replace(said, kind=kind, value=value)


def _who(node: Node) -> str:
    return node["_annotator_id"].name("") or node["_session_id"].name("")


def _at(node: Node) -> str:
    if node.value is None:
        return ""
    try:
        return moment(datetime.fromtimestamp(node.number(), UTC).isoformat())
    except (ValueError, OverflowError, OSError):
        node.fault("seconds since 1970")


def _labels(node: Node, accepted: bool, tally: Tally) -> Iterator[tuple[str, str]]:
    if "options" in node:
        names = [n.name() for n in node["accept"].each()]
        several = "config" in node and node["config"]["choice_style"].text("") == "multiple"
        value = single("classes", names, node["accept"].where, tally) if several else chosen(names)
        yield from [] if value is None else [("classes" if several else CHOSEN, value)]
    elif "label" in node:
        yield CHOSEN, chosen([node["label"].text()] if accepted else [])
    elif "spans" in node:
        yield from _spans(node, tally)
    else:
        tally.lost("tasks in which no question was asked (no options, label or spans)", node.where)


def _spans(node: Node, tally: Tally) -> Iterator[tuple[str, str]]:
    found: dict[str, list[tuple[Any, str]]] = {}
    for span in node["spans"].each():
        kind, thing = _thing(span)
        if "label" not in span:
            tally.lost("spans without a class", span.where)
        elif kind:
            found.setdefault(kind, []).append(({**thing, "label": span["label"].text()}, span.where))
        else:
            tally.lost(f"shapes of the type {span['type'].text('')}", span.where)
    for kind, things in found.items():
        yield kind, gathered(kind, things, tally)
    if not found:
        yield ("spans", "[]") if "text" in node else ("", "")  # of a picture the other tasks tell


def _thing(span: Node) -> tuple[str, dict[str, Any]]:
    if "start" in span:
        return "spans", {"start": span["start"].whole(), "end": span["end"].whole()}
    kind = IMAGE.get(span["type"].text("polygon"), "")
    points = [p.numbers(2) for p in span["points"].each()]
    if kind == "boxes":
        x, y, w, h = geometry.extent(points) if points else [span[k].number() for k in ("x", "y", "width", "height")]
        return kind, {"x": x, "y": y, "w": w, "h": h}
    return kind, {"rings": [points]}


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally) -> Files:
    warned([a for a in document.annotations if a.kind not in ("classes", "spans")], tally)
    items = {item.name: item for item in document.items}
    lines = [_task(a, items[a.item], document.classes, tally) for a in document.annotations]
    return {"": "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode("utf-8")}


def _task(a: Annotation, item: Item, classes: Sequence[str], tally: Tally) -> dict[str, Any]:
    picture = not isinstance(item.data.get("text"), str)
    out: dict[str, Any] = {k: v for k, v in item.data.items() if k == "text" or k not in (*OURS, *SYSTEM)}
    if picture and "text" in out:
        tally.lost("texts that are no text", item.name)
        del out["text"]
    elif len(out) < len(item.data):
        tally.lost("columns that have a name of Prodigy's own", item.name)
    out |= {"image": item.name} if picture else {"name": item.name}
    out |= {"width": item.width, "height": item.height} if item.width and item.height else {}
    out |= {} if a.skipped else _said(a, item, classes, tally)
    out |= {"_annotator_id": a.who} if a.who else {}
    out |= {"_timestamp": _seconds(a, tally)} if a.at else {}
    return out | {"answer": "ignore" if a.skipped else "accept"}


def _seconds(a: Annotation, tally: Tally) -> int:
    at = datetime.fromisoformat(a.at).timestamp()
    if at != int(at):
        tally.lost("parts of seconds", a.item)
    return int(at)


def _said(a: Annotation, item: Item, classes: Sequence[str], tally: Tally) -> dict[str, Any]:
    value: Any = a.value if a.kind == "class" else json.loads(a.value)
    if a.kind in ("class", "classes"):
        many = a.kind == "classes"
        options = [{"id": name, "text": name} for name in classes]
        style = "multiple" if many else "single"
        return {"options": options, "accept": value if many else [value], "config": {"choice_style": style}}
    if a.kind == "spans":
        return {"spans": value}
    make = _rect if a.kind == "boxes" else _outline
    return {"spans": [make(thing, item.name, tally) for thing in value]}


def _rect(b: dict[str, Any], item: str, tally: Tally) -> dict[str, Any]:
    if b.get("rotation"):
        tally.lost("the rotation of boxes (the upright box around it was written)", item)
    x, y, w, h = geometry.upright(b)
    points = [[x, y], [x, y + h], [x + w, y + h], [x + w, y]]
    said = {"x": x, "y": y, "width": w, "height": h, "center": [x + w / 2, y + h / 2]}
    return {"label": b["label"], "type": "rect", "points": points, **said}


def _outline(p: dict[str, Any], item: str, tally: Tally) -> dict[str, Any]:
    if len(p["rings"]) > 1:
        tally.lost("holes of outlines", item, len(p["rings"]) - 1)
    return {"label": p["label"], "type": "polygon", "points": p["rings"][0]}


def _sniff(source: Source) -> bool:
    node = first_line(source)
    if node is None:
        return False
    keys = set(node.object())
    return bool(keys & {"_input_hash", "_task_hash", "_view_id"}) or ("answer" in keys and "kind" not in keys)


PRODIGY = register(
    Format(
        "prodigy",
        "Prodigy's JSON Lines",
        (),
        frozenset({"class", "classes", "spans", "boxes", "polygons"}),
        frozenset({"name", "text", "data", "size", "who", "at", "skipped", "several"}),
        _sniff,
        _read,
        _write,
    )
)
