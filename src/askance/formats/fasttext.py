"""fastText: a text a line, its classes before it as __label__NAME.  Floor 4."""

import json
import re

from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.report import Tally
from askance.formats.settling import CHOSEN, chosen, settled, warned
from askance.formats.source import Source

MARK = "__label__"
FIRST = re.compile(rf"{MARK}(\S+)(?:\s|$)")


def _read(source: Source, tally: Tally) -> Document:
    items: list[Item] = []
    annotations = []
    for line in source.text().split("\n"):
        names, text = _taken_apart(line.removesuffix("\r"))
        if not names and not text.strip():
            continue
        item = Item(str(len(items) + 1), {"text": text})
        items.append(item)
        if names:
            annotations.append(Annotation(item.name, CHOSEN, chosen(names)))
    return settled(Document(tuple(items), tuple(annotations)), tally)


def _taken_apart(line: str) -> tuple[list[str], str]:
    names = []
    while found := FIRST.match(line):
        names.append(found[1])
        line = line[found.end() :]
    return names, line


def _write(document: Document, tally: Tally) -> Files:
    warned(document.annotations, tally)
    said = {a.item: a for a in document.annotations}
    lines = [line for item in document.items if (line := _line(item, said.get(item.name), tally)) is not None]
    first = "\n" if lines and lines[0].startswith("\ufeff") else ""  # it would be taken for a mark of the byte order
    return {"": (first + "".join(lines)).encode("utf-8")}


def _line(item: Item, a: Annotation | None, tally: Tally) -> str | None:
    text = item.data.get("text")
    if not isinstance(text, str):
        tally.lost("samples without a text", item.name)
        return None
    flat = re.sub(r"[\r\n]", " ", text)
    if flat != text:
        tally.lost("ends of lines inside a text (now blanks)", item.name)
    names = [_plain(name, item.name, tally) for name in _names(a)]
    if a is not None and not names:
        tally.lost("answers in which nothing is (a line without a class is a text without an answer)", item.name)
    if FIRST.match(flat) or not (names or flat.strip()):
        tally.lost("texts that are empty, or begin like a class", item.name)
        return None
    return "".join(f"{MARK}{name} " for name in names) + flat + "\n"


def _names(a: Annotation | None) -> list[str]:
    if a is None:
        return []
    return [a.value] if a.kind == "class" else list(json.loads(a.value))


def _plain(name: str, item: str, tally: Tally) -> str:
    plain = re.sub(r"\s", "_", name)
    if plain != name:
        tally.lost("blanks in the names of classes (now _)", f"{item}: {name}")
    return plain


def _sniff(source: Source) -> bool:
    return source.head().startswith(MARK)


FASTTEXT = register(
    Format(
        "fasttext",
        "fastText: __label__NAME before a text, a line each",
        (),
        frozenset({"class", "classes"}),
        frozenset({"text", "unanswered"}),
        _sniff,
        _read,
        _write,
    )
)
