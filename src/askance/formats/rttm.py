"""RTTM: who speaks when, a line a turn of ten fields with blanks between (NIST, Rich Transcription 2009).  Floor 4.

    SPEAKER meeting.wav 1 0.500 0.750 <NA> <NA> ann <NA> <NA>

A turn is given by its start and how long it lasts.
"""

import json
from collections.abc import Iterator
from typing import Any

from askance.errors import FormatError
from askance.formats.audacity import seconds
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.report import Tally
from askance.formats.source import Source
from askance.formats.values import gathered

TURN, NOTHING = "SPEAKER", "<NA>"
FIELDS = 9  # at least; the tenth, how far ahead the decision looked, is left out by many
Turn = tuple[dict[str, Any], str]


def _read(source: Source, tally: Tally) -> Document:
    turns: dict[str, list[Turn]] = {}
    for n, line in enumerate(source.text().split("\n"), 1):
        cells = line.split()
        where = f"{source.where}, line {n}"
        if not cells or cells[0].startswith(";;"):
            continue
        if cells[0] != TURN:
            tally.lost("lines that are no turn of a speaker", where)
            continue
        if len(cells) < FIELDS:
            raise FormatError(f"{where}: a turn has ten fields, and this one has {len(cells)}")
        turns.setdefault(cells[1], []).extend(_turn(cells, where, tally))
    items = tuple(Item(name) for name in turns)
    labels = {name: gathered("segments", found, tally) for name, found in turns.items()}
    return Document(items, tuple(Annotation(name, "segments", label) for name, label in labels.items()))


def _turn(cells: list[str], where: str, tally: Tally) -> Iterator[Turn]:
    start, length = seconds(cells[3], where), seconds(cells[4], where)
    if cells[2] not in ("0", "1", NOTHING):
        tally.lost("which channel a turn is on", where)
    if length > 0:
        yield {"start": start, "end": start + length, "label": cells[7]}, where
    else:
        tally.lost("turns that last no time", where)


def _write(document: Document, tally: Tally) -> Files:
    lines = []
    for a in document.annotations:
        found = json.loads(a.value)
        if a.item.split() != [a.item] or a.item.startswith(";;"):
            tally.lost("samples whose names have blanks in them", a.item)
            continue
        if not found:
            tally.lost("that nothing is heard", a.item)
        for s in found:
            label = "_".join(s["label"].split())
            if label != s["label"]:
                tally.lost("blanks in the names of classes (now _)", s["label"])
            length = s["end"] - s["start"]
            times, none = f"{s['start']:.3f} {length:.3f}", f"{NOTHING} {NOTHING}"
            lines.append(f"{TURN} {a.item} 1 {times} {none} {label} {none}\n")
    return {"": "".join(lines).encode("utf-8")}


def _sniff(source: Source) -> bool:
    turns = [cells for line in source.head().split("\n") if (cells := line.split())[:1] == [TURN]]
    return bool(turns) and len(turns[0]) >= FIELDS


RTTM = register(
    Format(
        "rttm",
        "RTTM: who speaks when, a line a turn",
        (".rttm",),
        frozenset({"segments"}),
        frozenset({"name"}),
        _sniff,
        _read,
        _write,
    )
)
