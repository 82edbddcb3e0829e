"""CoNLL-2003, BIO and BIOES: a word a line with its tag, an empty line between texts.  Floor 4.

A text is its words with one blank between them; words are what stands between blanks, cut also where a span ends.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from askance.errors import FormatError
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.report import Tally
from askance.formats.source import Source
from askance.formats.tags import OUTSIDE, decoded, encoded, rebuilt, words_of
from askance.formats.values import canonical

START = "-DOCSTART-"
TAG = re.compile(r"^(O|[BIESLUM]-.+)$")
BLANKS = re.compile(r"[ \t]+")
Line = tuple[int, list[str]]


def _texts(text: str) -> Iterator[list[Line]]:
    """Lines with their numbers, text by text; lines that only begin a document are passed over."""
    lines: list[Line] = []
    for n, raw in enumerate(text.split("\n"), 1):
        cells = BLANKS.split(raw.strip(" \t\r"))
        if cells != [""]:
            lines.append((n, cells))
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _read(source: Source, tally: Tally) -> Document:
    items: list[Item] = []
    annotations = []
    for lines in _texts(source.text()):
        if lines[0][1][0] == START and lines[0][1][-1] == OUTSIDE:
            lines = lines[1:]
        if not lines:
            continue
        words, tags = _words(lines, source.where, tally)
        text, places = rebuilt(words)
        item = Item(str(len(items) + 1), {"text": text})
        items.append(item)
        annotations.append(Annotation(item.name, "spans", canonical("spans", decoded(tags, places))))
    return Document(tuple(items), tuple(annotations))


def _words(lines: list[Line], where: str, tally: Tally) -> tuple[list[str], list[str]]:
    for n, cells in lines:
        if len(cells) < 2:
            raise FormatError(f"{where}, line {n}: {cells[0]!r} has no tag; a line is a word and its tag")
        if not TAG.match(cells[-1]):
            raise FormatError(f"{where}, line {n}: {cells[-1]!r} is no tag; a tag is O, or B-NAME, I-NAME and so on")
        if any(c not in ("-X-", "_", "O") for c in cells[1:-1]):
            tally.lost("columns between the word and its tag (part of speech, chunk)", f"line {n}")
    return [cells[0] for _, cells in lines], [cells[-1] for _, cells in lines]


def _write(document: Document, tally: Tally, ends: bool) -> Files:
    texts = {item.name: item.data.get("text") for item in document.items}
    blocks = [f"{START} -X- {OUTSIDE}\n"] if not ends else []
    for a in document.annotations:
        text = texts[a.item]
        if not isinstance(text, str) or not text.strip():
            tally.lost("samples without a text", a.item)
        elif text.split() == [START]:
            tally.lost("texts that would begin a document", a.item)
        else:
            blocks.append(_block(a, text, tally, ends))
    first = "\n" if blocks and blocks[0].startswith("\ufeff") else ""  # it would be taken for a mark of the byte order
    return {"": (first + "\n".join(blocks)).encode("utf-8")}


def _block(a: Annotation, text: str, tally: Tally, ends: bool) -> str:
    spans = _kept(json.loads(a.value), text, a.item, tally)
    places = words_of(text, spans)
    tags = encoded(places, spans, ends)
    words = [text[start:end] for start, end in places]
    if rebuilt(words)[0] != text:
        tally.lost("blanks of a text (words are joined by one)", a.item)
    return "".join(f"{w} {t}\n" if ends else f"{w} -X- _ {t}\n" for w, t in zip(words, tags, strict=True))


def _kept(spans: list[dict[str, Any]], text: str, item: str, tally: Tally) -> list[dict[str, Any]]:
    """In order, apart from each other, around words, with classes of one word."""
    inside = []
    for span in spans:
        start, end = span["start"], span["end"]
        said = text[start:end]
        if end > len(text) or not said.strip():
            tally.lost("spans that hold no word of the text", f"{item}: {start} to {end}")
            continue
        if said != said.strip():
            tally.lost("blanks at the ends of spans", f"{item}: {said!r}")
        start, end = start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip())
        label = re.sub(r"\s", "_", span["label"])
        if label != span["label"]:
            tally.lost("blanks in the names of classes (now _)", f"{item}: {span['label']}")
        inside.append({"start": start, "end": end, "label": label})
    return _apart(inside, item, tally)


def _apart(spans: list[dict[str, Any]], item: str, tally: Tally) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for span in sorted(spans, key=lambda s: (s["start"], s["end"])):
        if kept and span["start"] < kept[-1]["end"]:
            tally.lost("spans that overlap an earlier one", f"{item}: {span['start']} to {span['end']}")
        else:
            kept.append(span)
    return kept


def _sniff(source: Source, ends: bool) -> bool:
    """Lines of words and tags; BIOES is known by an E or an S."""
    if source.suffix() not in (".conll", ".txt", ".bio", ".iob", ".bioes", ".tsv", ""):
        return False
    lines = [BLANKS.split(line.strip()) for line in source.head().split("\n")[:-1] if line.strip()]
    if not lines or any(len(c) < 2 or not TAG.match(c[-1]) for c in lines):
        return False
    marks = {c[-1][0] for c in lines}
    return bool(marks & set("ESLU")) == ends


def _format(name: str, suffix: str, about: str, ends: bool) -> Format:
    return Format(
        name,
        about,
        (suffix,),
        frozenset({"spans"}),
        frozenset({"text"}),
        sniff=lambda source: _sniff(source, ends),
        read=_read,
        write=lambda document, tally: _write(document, tally, ends),
    )


CONLL = register(_format("conll", ".conll", "CoNLL-2003: words with BIO tags in four columns", False))
BIOES = register(_format("bioes", ".bioes", "words with BIOES tags in two columns", True))
