"""A document as rows of a table, one an answer: what our CSV, TSV, JSONL and Parquet share.  Floor 4.

A row is an answer, or a prediction, or a sample that has neither; `skipped` is empty for the latter two.  Columns that
are none of ours are what the sample shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from askance.errors import FormatError, nearest
from askance.formats.document import Annotation, Document, Item, Prediction, Suggestion
from askance.formats.format import KEEPS
from askance.formats.report import Tally
from askance.formats.values import EVERY_KIND, moment, single
from askance.labels.structured import shown
from askance.progress import track

Row = Mapping[str, Any]
ANSWER = ("name", "label", "kind", "question", "who", "at", "ms", "skipped", "ground_truth", "note", "key")
MODEL = ("suggestion", "score", "model", "shown")
SELECTION = ("id", "round", "rank", "utility", "role", "why", "agreement")
COLUMNS = (*ANSWER, *MODEL, "width", "height", *SELECTION)
ALWAYS = ("name", "label", "kind")
NAMES = ("name", "file", "filename", "file_name", "path", "item", "id")  # columns that name a sample; the first counts
LABELS = ("label", "class", "y", "labels")
WHO = ("who", "annotator")
RESERVED = frozenset({*COLUMNS, *NAMES, *LABELS, *WHO})
APART = "|"  # between the classes of a foreign `labels` column
KEPT = frozenset(KEEPS) - {"classes", "points"}

FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def columns(rows: Iterable[Row]) -> list[str]:
    """Those that some row has something in: ours in their order, then what samples show."""
    used = {key for row in rows for key, value in row.items() if value is not None and value != ""}
    return [c for c in COLUMNS if c in used or c in ALWAYS] + sorted(used - set(COLUMNS))


def to_rows(document: Document, tally: Tally) -> list[dict[str, Any]]:
    """Answers and predictions in their order, sample by sample as the document has them."""
    for item in document.items:
        if any(v == "" or v is None for v in item.data.values()):
            tally.lost("cells that are empty", item.name)
    for a in document.annotations:
        if set(a.selection) - set(SELECTION):
            tally.lost("words on why a sample was asked that are not ours", a.item)
    below: dict[str, list[dict[str, Any]]] = {item.name: [] for item in document.items}
    for a in document.annotations:
        below[a.item].append(_answer(a))
    for p in document.predictions:
        below[p.item].append(_prediction(p))
    return [{**_item(item), **row} for item in document.items for row in below[item.name] or [{}]]


def _item(item: Item) -> dict[str, Any]:
    data = {f"data.{k}" if k in RESERVED or k.startswith("data.") else k: v for k, v in item.data.items()}
    return {"name": item.name, "label": None, "width": item.width or None, "height": item.height or None, **data}


def _answer(a: Annotation) -> dict[str, Any]:
    s = a.suggestion
    model = {"suggestion": s.value, "score": s.score, "model": s.model, "shown": s.shown} if s else {}
    said: dict[str, Any] = {
        "label": None if a.skipped else a.value,
        "kind": a.kind,
        "question": a.question,
        "who": a.who,
        "at": a.at,
    }
    said |= {"ms": a.ms, "skipped": a.skipped, "ground_truth": a.ground_truth or None, "note": a.note, "key": a.key}
    return said | model | {k: v for k, v in a.selection.items() if k in SELECTION}


def _prediction(p: Prediction) -> dict[str, Any]:
    return {"kind": p.kind, "question": p.question, "suggestion": p.value, "score": p.score, "model": p.model}


def from_rows(rows: Iterable[tuple[str, Row]], tally: Tally) -> Document:
    """rows: (where it stands, its cells), the cells as text or as JSON has them; '' and None are nothing."""
    items: dict[str, Item] = {}
    annotations: list[Annotation] = []
    predictions: list[Prediction] = []
    for n, (where, cells) in enumerate(track(rows, "reading rows"), 1):
        row = Cells(where, cells)
        item = _read_item(row, n)
        items[item.name] = _joined(items[item.name], item, where, tally) if item.name in items else item
        answer = _read_answer(row, item.name, tally)
        if isinstance(answer, Annotation):
            annotations.append(answer)
        elif answer is not None:
            predictions.append(answer)
    return Document(tuple(items.values()), tuple(annotations), tuple(predictions))


@dataclass(frozen=True)
class Cells:
    """The cells of a row, each asked for by name and by what it must be."""

    where: str
    cells: Row

    def get(self, *names: str) -> Any:
        """The first of the columns that the table has; None where the cell is empty."""
        for name in names:
            if name in self.cells:
                return None if self.cells[name] == "" else self.cells[name]
        return None

    def fault(self, name: str, right: str) -> NoReturn:
        raise FormatError(f"{self.where}: {name} is {shown(self.get(name))}; it must be {right}")

    def text(self, *names: str) -> str:
        value = self.get(*names)
        if value is None:
            return ""
        if isinstance(value, dict | list):
            self.fault(next(n for n in names if n in self.cells), "a text")
        return str(value)

    def flag(self, name: str) -> bool | None:
        value = self.get(name)
        if value is None or isinstance(value, bool):
            return value
        return FLAGS[str(value).lower()] if str(value).lower() in FLAGS else self.fault(name, "true or false")

    def number(self, name: str) -> float | None:
        value = self.get(name)
        try:
            found = None if value is None else float(value)
        except (TypeError, ValueError, OverflowError):
            self.fault(name, "a number")
        return found if found is None or abs(found) < 1e300 else self.fault(name, "a finite number")

    def whole(self, name: str) -> int | None:
        found = self.number(name)
        if found is None:
            return None
        return int(found) if found == int(found) and abs(found) < 1 << 53 else self.fault(name, "a whole number")

    def at(self, name: str) -> str:
        try:
            return moment(self.text(name))
        except (ValueError, OverflowError):
            self.fault(name, "a time such as 2026-01-01T00:00:00Z")


def _read_item(row: Cells, n: int) -> Item:
    naming = next((c for c in NAMES if c in row.cells), "")
    name = row.text(naming) or (row.fault(naming, "the name of a sample") if naming else str(n))
    width, height = row.whole("width") or 0, row.whole("height") or 0
    if not (0 <= width <= 1 << 30 and 0 <= height <= 1 << 30):
        row.fault("width" if width < 0 or width > 1 << 30 else "height", "a number of pixels")
    return Item(name, _shown(row.cells), width, height)


def _shown(cells: Row) -> dict[str, Any]:
    """What is in the columns that are none of ours."""
    return {k.removeprefix("data."): v for k, v in cells.items() if k not in RESERVED and v is not None and v != ""}


def _joined(old: Item, new: Item, where: str, tally: Tally) -> Item:
    """A sample in several rows: what is said later adds to it, and does not change it."""
    both = {**new.data, **old.data}
    sizes = (old.width or new.width, old.height or new.height)
    if both != {**old.data, **new.data}:
        tally.lost("columns of a sample that its rows do not agree on", f"{where}: {old.name}")
    return replace(old, data=both, width=sizes[0], height=sizes[1])


def _read_answer(row: Cells, name: str, tally: Tally) -> Annotation | Prediction | None:
    raw, skipped = row.get(*LABELS), row.flag("skipped")
    kind = _kind(row, raw)
    question, suggestion = row.text("question"), _read_suggestion(row, kind, tally)
    if skipped is None and raw is None:
        if suggestion is None:
            return None
        return Prediction(name, kind, suggestion.value, question, suggestion.score, suggestion.model)
    value = "" if skipped else single(kind, _raw(row, raw, kind), row.where, tally)
    if value is None:
        return None
    said = Annotation(name, kind, value, question, row.text("key"), row.text(*WHO), row.at("at"), row.whole("ms"))
    more: dict[str, Any] = {"note": row.text("note"), "suggestion": suggestion, "selection": _selection(row)}
    return replace(said, skipped=bool(skipped), ground_truth=bool(row.flag("ground_truth")), **more)


def _kind(row: Cells, raw: Any) -> str:
    kind = row.text("kind")
    if kind in EVERY_KIND:
        return kind
    if kind:
        row.fault("kind", f"one of {', '.join(sorted(EVERY_KIND))}{nearest(kind, EVERY_KIND)}")
    if isinstance(raw, list) or (_label_column(row) == "labels" and raw is not None):
        return "classes"
    numeric = isinstance(raw, int | float) and not isinstance(raw, bool)
    return "number" if numeric else "" if raw is None and row.flag("skipped") else "class"


def _label_column(row: Cells) -> str:
    return next((c for c in LABELS if c in row.cells), "")


def _raw(row: Cells, raw: Any, kind: str) -> Any:
    """`a|b` is two classes; nothing is the empty text of an answer that was given."""
    if kind == "classes" and isinstance(raw, str) and not raw.lstrip().startswith("["):
        return [part.strip() for part in raw.split(APART) if part.strip()]
    return "" if raw is None else raw


def _read_suggestion(row: Cells, kind: str, tally: Tally) -> Suggestion | None:
    raw = row.get("suggestion")
    if raw is None:
        return None
    value = single(kind, raw, f"{row.where}, suggestion", tally)
    if value is None:
        return None
    return Suggestion(value, row.number("score"), row.text("model"), row.flag("shown"))


def _selection(row: Cells) -> dict[str, Any]:
    """`id` names the sample where nothing else does."""
    named = next((c for c in NAMES if c in row.cells), "")
    found: dict[str, Any] = {}
    for name in SELECTION:
        value = row.get(name)
        if value is None or name == named:
            continue
        whole, number = name in ("round", "rank"), name in ("utility", "agreement")
        found[name] = row.whole(name) if whole else row.number(name) if number else row.text(name)
    return found


def used(rows: Sequence[Row], names: Sequence[str]) -> list[list[Any]]:
    """The cells of these columns, row by row."""
    return [[row.get(name) for name in names] for row in rows]
