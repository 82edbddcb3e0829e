r"""Audacity's label tracks: a text file a recording, a line a segment: start, end and name with tabs between.  Floor 4.

    0.500000	1.250000	owl
    \	2000.000000	4000.000000        the frequencies of the line before, where there are some

The track of owls/1.wav is owls/1.wav.txt, so that two recordings of one name and different types stay apart; one called
1.txt, as Audacity itself suggests, is read as of `1`.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from askance.errors import FormatError
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.report import Tally
from askance.formats.source import Source, clean
from askance.formats.values import gathered

SUFFIX = ".txt"
LONGEST = 1e7  # seconds
LABEL = re.compile(r"\d+[.,]\d+\t\d+[.,]\d+(\t|$)")  # Audacity writes six decimals


def _read(source: Source, tally: Tally) -> Document:
    names = source.names(SUFFIX) if source.folder else [""]
    items = []
    annotations = []
    for name in names:
        item = Item((name or source.where.replace("\\", "/").rpartition("/")[2]).removesuffix(SUFFIX))
        found = list(_segments(source.text(name), source.called(name), tally))
        items.append(item)
        annotations.append(Annotation(item.name, "segments", gathered("segments", found, tally)))
    return Document(tuple(items), tuple(annotations))


def _segments(text: str, where: str, tally: Tally) -> Iterator[tuple[dict[str, Any], str]]:
    for n, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if line.startswith("\\"):
            tally.lost("frequencies of segments", f"{where}, line {n}")
        elif line.strip():
            cells = line.split("\t", 2)
            if len(cells) < 2:
                wanted = "a line is start, end and name, with tabs between"
                raise FormatError(f"{where}, line {n}: {line[:60]!r} is no label; {wanted}")
            start, end = (seconds(cell, f"{where}, line {n}") for cell in cells[:2])
            label = cells[2].strip() if len(cells) > 2 else ""
            if start == end:
                tally.lost("labels of a moment, which has no length", f"{where}, line {n}")
            elif not label:
                tally.lost("segments without a name", f"{where}, line {n}")
            else:
                yield {"start": start, "end": end, "label": label}, f"{where}, line {n}"


def seconds(cell: str, where: str) -> float:
    """A time, also with a comma for the point as Audacity writes it in some languages."""
    try:
        value = float(cell.strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value < LONGEST:
        raise FormatError(f"{where}: {cell[:40]!r} is no time; it must be seconds, 0 or more")
    return value


def _write(document: Document, tally: Tally) -> Files:
    files: dict[str, bytes] = {}
    for a in document.annotations:
        place = f"{clean(a.item)}{SUFFIX}"
        if place in files:
            raise FormatError(f"two samples would be written to {place}, one of them {a.item!r}; rename one")
        if clean(a.item) != a.item:
            tally.lost("names of samples that no file can have", a.item)
        lines = [f"{s['start']:.6f}\t{s['end']:.6f}\t{s['label']}\n" for s in json.loads(a.value)]
        files[place] = "".join(lines).encode("utf-8")
    return files


def _sniff(source: Source) -> bool:
    """The first lines of the first file are labels."""
    names = source.names(SUFFIX) if source.folder else [""]
    if not names or len(names) < len(source.members):
        return False
    text = source.read(names[0])[:4096].decode("utf-8-sig", "ignore")
    lines = [line for line in text.split("\n")[:-1] if line.strip()]
    return bool(lines) and all(_is_label(line) for line in lines)


def _is_label(line: str) -> bool:
    return line.startswith("\\") or LABEL.match(line) is not None


AUDACITY = register(
    Format(
        "audacity",
        "Audacity's label tracks: a text file a recording",
        (),
        frozenset({"segments"}),
        frozenset({"name"}),
        _sniff,
        _read,
        _write,
        folder=True,
    )
)
