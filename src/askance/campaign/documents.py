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
from askance.labels.text import kind_name
from askance.locations import read_bytes
from askance.progress import track
from askance.protocols import Pool

Row = Mapping[str, Any]
MANIFESTED = ("text", "class")  # kinds whose manifests tell how long a recording is
SELECTION = ("id", "round", "rank", "utility", "role", "why", "agreement")


def document(rows: Sequence[Row], labels: str, classes: Sequence[str], pool: Pool | None) -> Document:
    """rows: of `export.rows`; labels: the text of the label kind; pool: where texts and sizes of pictures matter."""
    kind = kind_name(labels)
    told = _told([int(r["id"], 16) for r in rows], kind, pool) if pool is not None else {}
    items = tuple(told.get(r["id"], Item(r["id"])) for r in rows)
    names = [r["name"] or i.name for r, i in zip(rows, items, strict=True)]  # nobody was asked about an imported label
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
    """{id: its name, and what it shows or how large it is} of texts, pictures and recordings."""
    samples = pool.take(np.array(ids, np.uint64))
    named = [(f"{i:016x}", str(name)) for i, name in zip(samples.ids.tolist(), samples.names, strict=True)]
    if samples.kind == "text":
        return {i: Item(n, {"text": str(text)}) for (i, n), text in zip(named, samples.data, strict=True)}
    if samples.kind == "audio" and kind in MANIFESTED:
        places = track(list(zip(named, samples.data, strict=True)), "reading lengths")
        return {i: Item(n, _length(str(place))) for (i, n), place in places}
    if samples.kind == "image" and kind in IMAGE_KINDS:
        places = track(list(zip(named, samples.data, strict=True)), "reading sizes")
        return {i: Item(n, {}, *_size(str(place))) for (i, n), place in places}
    return {i: Item(n) for i, n in named}


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
