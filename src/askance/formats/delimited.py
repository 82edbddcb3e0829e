"""CSV and TSV: a row an answer; what a spreadsheet would run is made harmless, and read as it was.  Floor 4."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from askance.errors import FormatError
from askance.formats.document import Document
from askance.formats.format import Files, Format, register
from askance.formats.report import Tally
from askance.formats.rows import KEPT, LABELS, NAMES, Row, columns, from_rows, to_rows
from askance.formats.source import Source
from askance.formats.values import EVERY_KIND

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would run
QUOTE = "'"
LONGEST = 8_000_000  # characters of a cell
BETWEEN = (",", ";", "\t", "|")


def cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a ' before it; a number stays one."""
    if not isinstance(value, str) or not value.lstrip(QUOTE).startswith(FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return QUOTE + value
    return value


def uncell(text: str) -> str:
    """What `cell` was given."""
    if text.startswith(QUOTE) and text.lstrip(QUOTE).startswith(FORMULA):
        return text[1:]
    return text


def table(names: Sequence[str], rows: Iterable[Row], between: str = ",") -> bytes:
    """A header and rows, in UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=between)
    writer.writerow(map(cell, names))
    writer.writerows([cell(_plain(row.get(name))) for name in names] for row in rows)
    return out.getvalue().encode("utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def read_table(text: str, where: str, between: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """('a.csv, line 3', {column: cell}); the delimiter is found in the header."""
    header = text[: text.find("\n")] if "\n" in text else text
    rows = _parsed(text, where, between or max(BETWEEN, key=header.count))
    _, names = next(rows, (0, []))
    names = [uncell(n.strip()) for n in names]
    twice = [n for n in names if names.count(n) > 1]
    if not names or twice:
        raise FormatError(f"{where} has two columns named {twice[0]!r}" if twice else f"{where} has no header")
    for line, cells in rows:
        if not cells:
            continue
        if len(cells) != len(names):
            raise FormatError(f"{where}, line {line}: {len(cells)} cells, and the header has {len(names)} columns")
        yield f"{where}, line {line}", dict(zip(names, map(uncell, cells), strict=True))


def _parsed(text: str, where: str, between: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    while True:
        before = csv.field_size_limit(LONGEST)  # one for the whole process: put back after each row
        try:
            cells = next(reader, None)
        except csv.Error as e:
            raise FormatError(f"{where}, line {reader.line_num}: {e}") from None
        finally:
            csv.field_size_limit(before)
        if cells is None:
            return
        yield reader.line_num, cells


def _read(source: Source, tally: Tally) -> Document:
    between = "\t" if source.suffix() == ".tsv" else ""
    return from_rows(read_table(source.text(), source.where, between), tally)


def _write(document: Document, tally: Tally, between: str) -> Files:
    for item in document.items:
        if any(not isinstance(v, str) for v in item.data.values()):
            tally.lost("the types of columns that are no text", item.name)
    rows = to_rows(document, tally)
    return {"": table(columns(rows), rows, between)}


def header(source: Source) -> list[str]:
    """The columns of a single file of text, [] where it is none."""
    first = source.head().partition("\n")[0].strip("\r")
    if not first or first[0] in "[{<" or source.suffix() not in (".csv", ".tsv", ".txt", ""):
        return []
    return [c.strip().strip('"') for c in first.split(max(BETWEEN, key=first.count))]


def _looks(source: Source, between: str) -> bool:
    names, tabs = header(source), source.head().partition("\n")[0].count("\t") > 0
    foreign = {"annotation_id", "lead_time"} <= set(names)
    told = any(n in names for n in (*NAMES, "text")) and any(n in names for n in LABELS)
    return told and not foreign and tabs == (between == "\t")


def _format(name: str, suffix: str, between: str, about: str) -> Format:
    return Format(
        name,
        about,
        (suffix,),
        EVERY_KIND,
        KEPT,
        sniff=lambda source: _looks(source, between),
        read=_read,
        write=lambda document, tally: _write(document, tally, between),
    )


CSV = register(
    _format("csv", ".csv", ",", "a table with a row an answer; foreign ones with a name and a label column too")
)
TSV = register(_format("tsv", ".tsv", "\t", "the same with tabs"))
