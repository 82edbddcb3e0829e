"""NeMo's manifest: an object a recording, with its path, its length and what is said in it, or its class.  Floor 4.

{"audio_filepath": "a.wav", "duration": 3.2, "text": "hello"}
{"audio_filepath": "b.wav", "duration": 1.0, "label": "dog"}
"""

import json

from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.jsonl import first_line
from askance.formats.node import Node, parse_lines
from askance.formats.report import Tally
from askance.formats.source import Source
from askance.formats.values import single

PATH, LENGTH = "audio_filepath", "duration"
TELLS = {"text": "text", "label": "class"}  # key of the manifest -> our kind


def _read(source: Source, tally: Tally) -> Document:
    items: list[Item] = []
    annotations: list[Annotation] = []
    for node in parse_lines(source.text(), source.where):
        item = Item(node[PATH].text(), {LENGTH: node[LENGTH].number()} if LENGTH in node else {})
        items.append(item)
        annotations += _told(node, item, tally)
    return Document(tuple(items), tuple(annotations))


def _told(node: Node, item: Item, tally: Tally) -> list[Annotation]:
    for key in node.object():
        if key == "offset" and node[key].number():
            tally.lost("where in a file a recording begins (offset)", node.where)
        elif key not in (PATH, LENGTH, "offset", *TELLS):
            tally.lost(f"what a manifest says besides ({key})", node.where)
    found = []
    for key, kind in TELLS.items():
        if key in node:
            value = single(kind, node[key].text(), node.where, tally)
            found += [] if value is None else [Annotation(item.name, kind, value)]
    return found


def _write(document: Document, tally: Tally) -> Files:
    said: dict[str, dict[str, str]] = {}
    for a in document.annotations:
        key = next(key for key, kind in TELLS.items() if kind == a.kind)
        said.setdefault(a.item, {})[key] = a.value
    lines = [_line(item, said.get(item.name, {}), tally) for item in document.items]
    return {"": "".join(lines).encode("utf-8")}


def _line(item: Item, said: dict[str, str], tally: Tally) -> str:
    length = item.data.get(LENGTH)
    known = isinstance(length, int | float) and not isinstance(length, bool)
    if not known:
        tally.lost("lengths of recordings, which nobody told (NeMo needs them)", item.name)
    for key in item.data:
        if key != LENGTH or not known:
            tally.lost("what samples show beside a text", item.name)
    out = {PATH: item.name, **({LENGTH: length} if known else {}), **said}
    return json.dumps(out, ensure_ascii=False) + "\n"


def _sniff(source: Source) -> bool:
    node = first_line(source)
    return node is not None and PATH in node.object()


NEMO = register(
    Format(
        "nemo",
        "NeMo's manifest: a recording a line, with its transcript or its class",
        (),
        frozenset({"text", "class"}),
        frozenset({"name", "data", "unanswered"}),
        _sniff,
        _read,
        _write,
    )
)
