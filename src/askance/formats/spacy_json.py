"""spaCy's training data as JSON: [text, {"entities": [[start, end, class]], "cats": {class: 1.0}}].  Floor 4."""

import json
import re
from collections.abc import Iterator
from typing import Any

from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.node import Node, parse_json
from askance.formats.report import Tally
from askance.formats.settling import CHOSEN, chosen, settled, warned
from askance.formats.source import Source
from askance.formats.values import gathered

BEGINS = re.compile(r'\[\s*\[\s*"')
HALF = 0.5
OTHERS = ("links", "heads", "deps", "tags", "pos", "morphs", "lemmas", "spans", "sent_starts", "words", "spaces")


def _read(source: Source, tally: Tally) -> Document:
    root = parse_json(source.text(), source.where)
    if not isinstance(root.value, list):
        root.fault("a list of [text, annotations]")
    items, annotations = [], []
    for n, pair in enumerate(root.each(), 1):
        parts = list(pair.each())
        if len(parts) != 2:
            pair.fault("[text, annotations]")
        item = Item(str(n), {"text": parts[0].text()})
        items.append(item)
        annotations += [Annotation(item.name, kind, value) for kind, value in _labels(parts[1], tally)]
    return settled(Document(tuple(items), tuple(annotations)), tally)


def _labels(node: Node, tally: Tally) -> Iterator[tuple[str, str]]:
    said = node.object()
    for word in OTHERS:
        if said.get(word):
            tally.lost(f"what {word} says of a text", node.where)
    if "entities" in node:
        yield "spans", gathered("spans", [_span(n, tally) for n in node["entities"].each()], tally)
    if "cats" in node:
        yield CHOSEN, chosen(name for name in node["cats"].object() if _is(node["cats"][name], tally))


def _span(node: Node, tally: Tally) -> tuple[Any, str]:
    parts = list(node.each())
    if len(parts) not in (3, 4):
        node.fault("[start, end, class]")
    if len(parts) == 4 and parts[3].value:
        tally.lost("which entry of a knowledge base a span is", node.where)
    return {"start": parts[0].whole(), "end": parts[1].whole(), "label": parts[2].text()}, node.where


def _is(node: Node, tally: Tally) -> bool:
    share = float(node.value) if isinstance(node.value, bool) else node.number()
    if share not in (0, 1):
        tally.lost("shares of classes (one half and more is taken for yes)", node.where)
    return share >= HALF


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally) -> Files:
    warned([a for a in document.annotations if a.kind != "spans"], tally)
    said: dict[str, dict[str, Any]] = {}
    for a in document.annotations:
        said.setdefault(a.item, {}).update(_told(a, document.classes))
    pairs = []
    for item in document.items:
        if isinstance(item.data.get("text"), str):
            pairs.append([item.data["text"], said.get(item.name, {})])
        else:
            tally.lost("samples without a text", item.name)
    return {"": (json.dumps(pairs, ensure_ascii=False, indent=1) + "\n").encode("utf-8")}


def _told(a: Annotation, classes: tuple[str, ...]) -> dict[str, Any]:
    if a.kind == "spans":
        return {"entities": [[s["start"], s["end"], s["label"]] for s in json.loads(a.value)]}
    names = [a.value] if a.kind == "class" else json.loads(a.value)
    return {"cats": {name: float(name in names) for name in classes}}


def _sniff(source: Source) -> bool:
    return BEGINS.match(source.head()) is not None


SPACY = register(
    Format(
        "spacy",
        "spaCy's training data as JSON: texts with entities and cats",
        (),
        frozenset({"class", "classes", "spans"}),
        frozenset({"text", "unanswered"}),
        _sniff,
        _read,
        _write,
    )
)
