"""Label Studio's JSON_MIN and CSV exports: an answer a record, its columns between `id` and `annotator`.  Floor 4.

Columns before `id` are what the task shows; so are later ones of text where the export has them in another order, since
nothing tells them from answers.  A single choice is a text there, and so is a text answer: both are read as a class.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from askance.formats.delimited import header, read_table
from askance.formats.document import Document
from askance.formats.format import Format, register
from askance.formats.label_studio import from_tasks
from askance.formats.node import Node, parse_json
from askance.formats.regions import TYPES
from askance.formats.report import Tally
from askance.formats.source import Source
from askance.formats.values import EVERY_KIND

SYSTEM = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")
SIZE = ("original_width", "original_height", "image_rotation")
KEEPS = frozenset({"text", "data", "size", "question", "key", "who", "at", "ms", "several", "unanswered"})


def _read_json(source: Source, tally: Tally) -> Document:
    root = parse_json(source.text(), source.where)
    if not isinstance(root.value, list):
        root.fault("a list of records")
    return _document(((node.where, node.object()) for node in root.each()), source.where, tally)


def _read_csv(source: Source, tally: Tally) -> Document:
    rows = read_table(source.text(), source.where)
    return _document(((where, _parsed(row, where)) for where, row in rows), source.where, tally)


def _parsed(row: Mapping[str, str], where: str) -> dict[str, Any]:
    """Cells that hold JSON, read; empty ones left out."""
    out: dict[str, Any] = {}
    for name, text in row.items():
        if name in ("id", "annotator", "annotation_id") and text.isdecimal():
            out[name] = int(text[:18])
        elif name == "lead_time" and text:
            out[name] = _number(text, f"{where}: lead_time")
        elif text:
            out[name] = parse_json(text, f"{where}: {name}").value if text[0] in "[{" and text[-1] in "]}" else text
    return out


def _number(text: str, where: str) -> Any:
    return Node(parse_json(text, where).value, where).number()


def _document(records: Iterable[tuple[str, dict[str, Any]]], where: str, tally: Tally) -> Document:
    """By way of the tasks that the records were."""
    tasks: dict[str, dict[str, Any]] = {}
    for n, (place, record) in enumerate(records, 1):
        shown, answers = _parted(record)
        key = str(record.get("id", f"record {n}"))
        task = tasks.setdefault(key, {"id": record.get("id", n), "data": shown, "annotations": []})
        task["annotations"].append(_annotation(record, answers, place, tally))
    return from_tasks(Node(list(tasks.values()), where), tally)


def _parted(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the task shows, and the answers."""
    names = list(record)
    in_order = "id" in names and "annotator" in names and names.index("id") < names.index("annotator")
    between = names[names.index("id") + 1 : names.index("annotator")] if in_order else []
    answers = {k: v for k, v in record.items() if k in between or (k not in SYSTEM and _is_answer(v))}
    return {k: v for k, v in record.items() if k not in answers and k not in SYSTEM}, answers


def _is_answer(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and bool(first.keys() & TYPES.keys())


def _annotation(record: Mapping[str, Any], answers: Mapping[str, Any], where: str, tally: Tally) -> dict[str, Any]:
    results = [r for name, value in answers.items() for r in _results(name, value, where, tally)]
    said = {"id": record.get("annotation_id"), "completed_by": record.get("annotator"), "result": results}
    return said | {"created_at": record.get("created_at"), "lead_time": record.get("lead_time")}


def _results(name: str, value: Any, where: str, tally: Tally) -> Iterator[dict[str, Any]]:
    for part in value if isinstance(value, list) else [value]:
        type_, said = _typed(part)
        if type_ is None:
            tally.lost("answers of a type that is not known", f"{where}: {name}")
            continue
        yield {"from_name": name, "type": type_, "value": said} | {k: said[k] for k in SIZE if k in said}


def _typed(part: Any) -> tuple[str | None, dict[str, Any]]:
    if isinstance(part, str):
        return "choices", {"choices": [part]}
    if isinstance(part, int | float) and not isinstance(part, bool):
        return "number", {"number": part}
    found = next((t for t in TYPES if isinstance(part, dict) and t in part), None)
    return found, part if isinstance(part, dict) else {}


def _sniff_json(source: Source) -> bool:
    head = source.head()
    return head.startswith("[") and '"annotations"' not in head and ('"annotation_id"' in head or '"annotator"' in head)


def _sniff_csv(source: Source) -> bool:
    return {"annotation_id", "lead_time"} <= set(header(source))


LABEL_STUDIO_MIN = register(
    Format("labelstudio-min", "Label Studio's JSON_MIN export", (), EVERY_KIND, KEEPS, _sniff_json, _read_json)
)
LABEL_STUDIO_CSV = register(
    Format("labelstudio-csv", "Label Studio's CSV and TSV export", (), EVERY_KIND, KEEPS, _sniff_csv, _read_csv)
)
