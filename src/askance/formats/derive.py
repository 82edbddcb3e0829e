"""Labels of one kind made from those of another, where that is asked for: outlines to boxes, and so on.  Floor 4."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from askance.errors import FormatError
from askance.formats import geometry, runs
from askance.formats.document import Document
from askance.formats.report import Tally
from askance.formats.values import gathered

Thing = dict[str, Any]


def _boxes_of_polygons(value: Any) -> Iterator[Thing]:
    for p in value:
        yield _box(geometry.extent(p["rings"][0]), p["label"])


def _boxes_of_mask(value: Any) -> Iterator[Thing]:
    """One around all the pixels of a class."""
    for label, counts in value["counts"].items():
        yield _box(runs.extent(counts, value["height"]), label)


def _boxes_of_keypoints(value: Any) -> Iterator[Thing]:
    for thing in value:
        seen = [p[:2] for p in thing["points"] if p[2]]
        if seen and "label" in thing:
            yield _box(geometry.extent(seen), thing["label"])


def _upright(value: Any) -> Iterator[Thing]:
    for b in value:
        yield _box(geometry.upright(b), b["label"])


def _outlines_of_boxes(value: Any) -> Iterator[Thing]:
    for b in value:
        yield {"rings": [[list(p) for p in geometry.corners(b)]], "label": b["label"]}


def _box(extent: tuple[float, float, float, float], label: str) -> Thing:
    x, y, w, h = extent
    return {"x": x, "y": y, "w": w, "h": h, "label": label}


MAKES: dict[tuple[str, str], Callable[[Any], Iterator[Thing]]] = {
    ("polygons", "boxes"): _boxes_of_polygons,
    ("mask", "boxes"): _boxes_of_mask,
    ("keypoints", "boxes"): _boxes_of_keypoints,
    ("boxes", "boxes"): _upright,
    ("boxes", "polygons"): _outlines_of_boxes,
}


def derived(document: Document, kind: str, tally: Tally) -> Document:
    """With every label that can be made into one of `kind` made so; the others stay as they are.

    boxes: the extents of outlines, of the pixels of a class, of keypoints that are there, and of turned boxes;
    polygons: the corners of boxes.  What cannot become one (a line has no extent) is in the tally.
    """
    if kind not in {to for _, to in MAKES}:
        raise FormatError(f"labels are made into boxes or polygons, not into {kind!r}")
    answers = tuple(_one(a, kind, tally) for a in document.annotations)
    guesses = tuple(_one(p, kind, tally) for p in document.predictions)
    return replace(document, annotations=answers, predictions=guesses)


def _one(a: Any, kind: str, tally: Tally) -> Any:
    make = MAKES.get((a.kind, kind))
    if make is None or not a.value:
        return a
    value = gathered(kind, [(thing, a.item) for thing in make(json.loads(a.value))], tally)
    return replace(a, kind=kind, value=value)
