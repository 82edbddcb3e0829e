"""JSON Lines: an object an answer, with the columns of our tables; more can be appended at any time.  Floor 4."""

import json

from askance.errors import FormatError
from askance.formats.document import Document
from askance.formats.format import Files, Format, register
from askance.formats.node import Node, parse_json, parse_lines
from askance.formats.report import Tally
from askance.formats.rows import KEPT, LABELS, NAMES, from_rows, to_rows
from askance.formats.source import Source
from askance.formats.values import EVERY_KIND

FOREIGN = {"answer", "_input_hash", "_task_hash", "entities", "cats", "bbox", "segmentation", "file_name"}


def _read(source: Source, tally: Tally) -> Document:
    lines = parse_lines(source.text(), source.where)
    return from_rows(((node.where, node.object()) for node in lines), tally)


def _write(document: Document, tally: Tally) -> Files:
    lines = [json.dumps(_plain(row), ensure_ascii=False) + "\n" for row in to_rows(document, tally)]
    return {"": "".join(lines).encode("utf-8")}


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {k: v for k, v in row.items() if v is not None and v != ""}


def first_line(source: Source) -> Node | None:
    """The object on the first line of a single file, None where it is no JSON Lines."""
    line = "" if source.folder else source.read().partition(b"\n")[0].decode("utf-8-sig", "ignore").strip()
    if not line.startswith("{") or not line.endswith("}"):
        return None
    try:
        return parse_json(line, source.where)
    except FormatError:
        return None


def _sniff(source: Source) -> bool:
    node = first_line(source)
    if node is None or FOREIGN & set(node.object()):
        return False
    keys = set(node.object())
    named = bool(keys & {*NAMES} or "text" in keys)
    return named and ("kind" in keys or (bool(keys & {*LABELS}) and not isinstance(node["label"].value, list)))


JSONL = register(Format("jsonl", "our own: an object an answer", (".jsonl",), EVERY_KIND, KEPT, _sniff, _read, _write))
