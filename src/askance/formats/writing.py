"""Writes annotations, having set aside, and counted, what the format cannot carry.  Floor 4."""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from askance.errors import BadLabel, FormatError
from askance.formats import sink
from askance.formats.document import Annotation, Document
from askance.formats.format import FORMATS, KEEPS, Files, Format
from askance.formats.reading import completed, report
from askance.formats.report import Report, Tally
from askance.formats.values import canonical, classes_seen, unique
from askance.progress import track

# words of KEEPS that are fields of an annotation, and what they are where nobody said
FIELDS = ("question", "key", "who", "at", "ms", "ground_truth", "note", "suggestion", "selection")
NOTHING = Annotation("", "", "")


def write_annotations(document: Document, path: str | os.PathLike[str], format: str = "") -> Report:
    """Writes a file, or a folder (or a .zip of it) where the format is one; -> what could not be carried.

    format: a name of FORMATS; without one it is known by the suffix, where that says it.
    """
    place = Path(path).expanduser()
    chosen = FORMATS[format] if format else by_suffix(place)
    files, told = written(document, chosen, str(place))
    sink.put(place, files, chosen.folder)
    return told


def written(document: Document, format: Format, where: str = "") -> tuple[Files, Report]:
    """{relative name: bytes}, and the report; nothing is put on a disk."""
    if format.write is None:
        raise FormatError(f"the format {format.name} is only read, not written")
    tally = Tally()
    fitting = fitted(completed(checked(document)), format, tally)
    try:
        files = format.write(fitting, tally)
    except BadLabel as e:
        raise FormatError(f"{where}: {e}") from None
    return files, report("written", where, format, fitting, tally)


def by_suffix(path: Path) -> Format:
    found = [f for f in map(FORMATS.__getitem__, FORMATS.names()) if f.write and path.suffix.lower() in f.suffixes]
    if len(found) == 1:
        return found[0]
    writable = [name for name in FORMATS.names() if FORMATS[name].write is not None]
    names = " or ".join(f.name for f in found) or ", ".join(writable)
    raise FormatError(f"{path}: its name does not tell which format to write; name one: {names}")


def checked(document: Document) -> Document:
    """Names are distinct, answers are about samples that are there, and labels are as their kinds write them."""
    names = [item.name for item in document.items]
    unique(names, "the document")
    known = set(names)
    for a in track(document.answers, "checking labels"):
        if a.item not in known:
            raise FormatError(f"the document has an answer for {a.item!r}, and no sample of that name")
        skipped = isinstance(a, Annotation) and a.skipped
        try:
            if not skipped and canonical(a.kind, a.value) != a.value:
                raise FormatError(f"{a.item}: {a.value!r} is not how a label of the kind {a.kind} is written")
        except BadLabel as e:
            raise FormatError(f"{a.item}: {e}") from None
    return document


def fitted(document: Document, format: Format, tally: Tally) -> Document:
    """The document with what the format carries; the rest is in the tally, by reason."""
    annotations = _of_kinds(document.annotations, format, tally)
    if "skipped" not in format.keeps:
        annotations = _without(annotations, lambda a: a.skipped, "skipped", tally)
    if "several" not in format.keeps:
        annotations = _one_each(annotations, tally)
    annotations = [_plain(a, format, tally) for a in annotations]
    predictions = document.predictions
    if predictions and "predictions" not in format.keeps:
        tally.lost(KEEPS["predictions"], predictions[0].item, len(predictions))
        predictions = ()
    thin = replace(document, annotations=tuple(annotations), predictions=tuple(_of_kinds(predictions, format, tally)))
    return _items(_classes(thin, format, tally), format, tally)


def _of_kinds(answers: Iterable[Any], format: Format, tally: Tally) -> list[Any]:
    """A kind of '' is a skip of a question whose kind the file did not say."""
    kept = []
    for a in answers:
        if a.kind in format.kinds or a.kind == "":
            kept.append(a)
        else:
            tally.lost(f"labels of the kind {a.kind}", a.item)
    return kept


def _without(found: list[Annotation], wrong: Callable[[Annotation], bool], word: str, tally: Tally) -> list[Annotation]:
    for a in found:
        if wrong(a):
            tally.lost(KEEPS[word], a.item)
    return [a for a in found if not wrong(a)]


def _one_each(annotations: list[Annotation], tally: Tally) -> list[Annotation]:
    """Of the answers for a sample, the gold one, else the last; one for each kind of label."""
    best: dict[tuple[str, str], Annotation] = {}
    for a in annotations:
        old = best.get((a.item, a.kind))
        if old is not None:
            tally.lost(KEEPS["several"], a.item)
        if old is None or a.ground_truth or not old.ground_truth:
            best[a.item, a.kind] = a
    return list(best.values())


def _plain(a: Annotation, format: Format, tally: Tally) -> Annotation:
    """Without the fields that the format has no place for."""
    lost = {w: getattr(NOTHING, w) for w in FIELDS if w not in format.keeps and getattr(a, w) != getattr(NOTHING, w)}
    for word in lost:
        tally.lost(KEEPS[word], a.item)
    return replace(a, **lost) if lost else a


def _items(document: Document, format: Format, tally: Tally) -> Document:
    """Without samples that nobody answered, and without what samples show, where there is no place for it."""
    answered = {a.item for a in document.answers}
    kept = []
    for n, item in enumerate(document.items):
        if "unanswered" not in format.keeps and item.name not in answered:
            tally.lost(KEEPS["unanswered"], item.name)
            continue
        for word, part in (("text", ["text"]), ("data", [key for key in item.data if key != "text"])):
            if word not in format.keeps and any(key in item.data for key in part):
                tally.lost(KEEPS[word], item.name)
                item = replace(item, data={k: v for k, v in item.data.items() if k not in part})
        if (item.width or item.height) and "size" not in format.keeps:
            tally.lost(KEEPS["size"], item.name)
            item = replace(item, width=0, height=0)
        if "name" not in format.keeps and item.name != str(n + 1):
            tally.lost(KEEPS["name"], item.name)
        kept.append(item)
    return replace(document, items=tuple(kept))


def _classes(document: Document, format: Format, tally: Tally) -> Document:
    said = [(a.kind, a.value) for a in document.answers]
    if "classes" not in format.keeps and document.classes != (seen := classes_seen(said)):
        tally.lost(KEEPS["classes"], ", ".join(c for c in document.classes if c not in seen))
    if "points" not in format.keeps and document.points:
        tally.lost(KEEPS["points"], ", ".join(document.points))
    return document
