"""The labels of a campaign as a document, which any format can be written from.  Floor 5."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from askance.audio import open_sound
from askance.errors import AskanceError
from askance.formats import Annotation, Document, Item
from askance.formats.nemo import LENGTH
from askance.formats.sizes import upright_size
from askance.formats.values import IMAGE_KINDS
from askance.images import read_bytes
from askance.labels.text import kind_name
from askance.progress import track
from askance.protocols import Pool

Row = Mapping[str, Any]
MANIFESTED = ("text", "class")  # kinds whose manifests tell how long a recording is
SELECTION = ("id", "round", "rank", "utility", "role", "why", "agreement")


def document(rows: Sequence[Row], labels: str, classes: Sequence[str], pool: Pool | None) -> Document:
    """rows: of `export.rows`; labels: the text of the label kind; pool: where texts and sizes of pictures matter."""
    kind = kind_name(labels)
    told = _told([int(r["id"], 16) for r in rows], kind, pool) if pool is not None else {}
    names = [r["name"] or r["id"] for r in rows]
    items = tuple(told.get(r["id"], Item(n)) for r, n in zip(rows, names, strict=True))
    renamed = tuple(Item(n, i.data, i.width, i.height) for n, i in zip(names, items, strict=True))
    answers = tuple(_answer(r, n, kind) for r, n in zip(rows, names, strict=True))
    if pool is None:  # a table of labels is no place for the settings of the campaign
        return Document(renamed, answers)
    return Document(renamed, answers, (), tuple(classes), _points(labels))


def _answer(row: Row, name: str, kind: str) -> Annotation:
    selection = {key: row[key] for key in SELECTION if row.get(key) is not None}
    return Annotation(name, kind, row["label"], who=row["who"], at=row["at"], selection=selection)


def _points(labels: str) -> tuple[str, ...]:
    """The names of keypoints, where the kind has some."""
    from askance.labels import parse_kind

    names = getattr(parse_kind(labels), "names", None)
    return tuple(names()) if names is not None else ()


def _told(ids: Sequence[int], kind: str, pool: Pool) -> dict[str, Item]:
    """{id: what it shows, or how large it is}, of samples that are texts, pictures or recordings."""
    samples = pool.take(np.array(ids, np.uint64))
    if samples.kind == "text":
        shown = zip(samples.ids.tolist(), samples.data, strict=True)
        return {f"{i:016x}": Item("", {"text": str(text)}) for i, text in shown}
    places = list(zip(samples.ids.tolist(), samples.data, strict=True))
    if samples.kind == "audio" and kind in MANIFESTED:
        return {f"{i:016x}": Item("", _length(str(place))) for i, place in track(places, "reading lengths")}
    if samples.kind != "image" or kind not in IMAGE_KINDS:
        return {}
    return {f"{i:016x}": Item("", {}, *_size(str(place))) for i, place in track(places, "reading sizes")}


def _length(place: str) -> dict[str, float]:
    """Nothing, which the report of the format then names, for a recording that is gone."""
    try:
        with open_sound(place) as sound:
            return {LENGTH: round(sound.seconds, 3)}
    except AskanceError:
        return {}


def _size(place: str) -> tuple[int, int]:
    """(0, 0), which the report of the format then names, for a picture that is gone."""
    try:
        return upright_size(read_bytes(place), place)
    except AskanceError:
        return 0, 0
