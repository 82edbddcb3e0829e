"""Argilla's records as JSON: fields, with the responses of people and the suggestions of models.  Floor 4.

A record does not say what sort of question was asked; the value does: a word is a class, a list of words several, a
number a rating, a list of objects with start and end spans.
"""

import json
from collections.abc import Iterator
from typing import Any

from askance.formats.document import Annotation, Document, Item, Prediction
from askance.formats.format import Files, Format, register
from askance.formats.node import Node, parse_json
from askance.formats.report import Tally
from askance.formats.source import Source
from askance.formats.values import gathered, single

EMPTY = "answers in which nothing is, where no other answer tells the question"


def _read(source: Source, tally: Tally) -> Document:
    root = parse_json(source.text(), source.where)
    if not isinstance(root.value, list):
        root.fault("a list of records")
    records = list(root.each())
    spans = {q for r in records for q, node in _values(r) if isinstance(node.value, list) and _is_spans(node)}
    items, annotations, predictions = [], [], []
    for n, record in enumerate(records, 1):
        item = Item(record["id"].name(str(n)), record["fields"].object())
        items.append(item)
        for word in ("metadata", "vectors"):
            if record[word].value:
                tally.lost(f"{word} of records", record.where)
        annotations += list(_responses(record, item.name, spans, tally))
        predictions += list(_suggestions(record, item.name, spans, tally))
    return Document(tuple(items), tuple(annotations), tuple(predictions))


def _asked(record: Node, word: str) -> Iterator[tuple[str, Node]]:
    part = record[word]
    for question in part.object() if part.value is not None else ():
        yield question, part[question]


def _values(record: Node) -> Iterator[tuple[str, Node]]:
    for question, node in _asked(record, "responses"):
        yield from ((question, said["value"]) for said in node.each())
    for question, node in _asked(record, "suggestions"):
        yield question, node["value"]


def _is_spans(node: Node) -> bool:
    return any(isinstance(piece.value, dict) for piece in node.each())


def _responses(record: Node, item: str, spans: set[str], tally: Tally) -> Iterator[Annotation]:
    for question, node in _asked(record, "responses"):
        for said in node.each():
            who = said["user_id"].name("")
            if said["status"].text("") == "discarded":
                yield Annotation(item, "", "", who=who, skipped=True)
                continue
            found = _label(said["value"], question in spans, tally)
            if found is not None:
                yield Annotation(item, *found, question=_question(question, found[0]), who=who)


def _suggestions(record: Node, item: str, spans: set[str], tally: Tally) -> Iterator[Prediction]:
    for question, node in _asked(record, "suggestions"):
        found = _label(node["value"], question in spans, tally)
        score = node["score"]
        if isinstance(score.value, list):
            tally.lost("scores of single parts of a suggestion", score.where)
        elif found is not None:
            told = None if score.value is None else float(score.number())
            yield Prediction(item, *found, _question(question, found[0]), told, node["agent"].text(""))


def _question(name: str, kind: str) -> str:
    """How we call a question that has no name."""
    return "" if name == kind else name


def _label(node: Node, spans: bool, tally: Tally) -> tuple[str, str] | None:
    """(kind, label)"""
    value = node.value
    if isinstance(value, list) and spans:
        return "spans", gathered("spans", [(_span(n), n.where) for n in node.each()], tally)
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        tally.lost("rankings", node.where)
        return None
    kind = "classes" if isinstance(value, list) else "class" if isinstance(value, str) else "rating"
    given = [n.text() for n in node.each()] if kind == "classes" else value if kind == "class" else node.whole()
    label = single(kind, given, node.where, tally)
    return None if label is None else (kind, label)


def _span(node: Node) -> dict[str, Any]:
    return {"start": node["start"].whole(), "end": node["end"].whole(), "label": node["label"].text()}


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally) -> Files:
    _warn(document, tally)
    records = {item.name: _record(item) for item in document.items}
    for a in document.annotations:
        said = {"value": _value(a.kind, a.value)} | ({"user_id": a.who} if a.who else {})
        records[a.item]["responses"].setdefault(a.question or a.kind, []).append(said)
        records[a.item]["status"] = "completed"
    for p in document.predictions:
        said = {"value": _value(p.kind, p.value), "score": p.score, "agent": p.model or None}
        if (p.question or p.kind) in records[p.item]["suggestions"]:
            tally.lost("further predictions for one question", p.item)
        records[p.item]["suggestions"].setdefault(p.question or p.kind, said)
    return {"": (json.dumps(list(records.values()), ensure_ascii=False, indent=1) + "\n").encode("utf-8")}


def _record(item: Item) -> dict[str, Any]:
    usual: dict[str, Any] = {"metadata": {}, "vectors": {}, "suggestions": {}, "responses": {}}
    return {"id": item.name, "status": "pending", "fields": dict(item.data), **usual}


def _value(kind: str, label: str) -> Any:
    return label if kind == "class" else json.loads(label)


def _warn(document: Document, tally: Tally) -> None:
    """An empty list is of no sort, unless another answer to the question says of which."""
    told = {(a.kind, a.question) for a in document.answers if a.kind == "spans" and a.value != "[]"}
    for a in document.answers:
        if a.kind == "spans" and a.value == "[]" and (a.kind, a.question) not in told:
            tally.lost(EMPTY, a.item)


def _sniff(source: Source) -> bool:
    head = source.head()
    return head.startswith("[") and '"fields"' in head and any(f'"{w}"' in head for w in ("responses", "suggestions"))


ARGILLA = register(
    Format(
        "argilla",
        "Argilla's records as JSON",
        (),
        frozenset({"class", "classes", "rating", "spans"}),
        frozenset({"name", "text", "data", "question", "who", "several", "predictions", "unanswered"}),
        _sniff,
        _read,
        _write,
    )
)
