"""Labels as files have them into labels as our kinds write them.  Floor 4.

The kinds of a campaign know its classes; a file tells its own, so here a kind is made for each value out of the names
that the value itself uses.
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from askance.errors import BadLabel, FormatError
from askance.formats.report import Tally
from askance.labels import structured
from askance.labels.boxes import Boxes
from askance.labels.free import FreeText
from askance.labels.keypoints import Keypoints
from askance.labels.mask import Mask
from askance.labels.number import Number
from askance.labels.polygons import Polygons
from askance.labels.preference import Preference
from askance.labels.segments import Segments
from askance.labels.several import SeveralClasses
from askance.labels.single import OneClass, check_name
from askance.labels.spans import Spans
from askance.labels.structured import shown

KINDS = (
    "class",
    "classes",
    "number",
    "rating",
    "text",
    "spans",
    "segments",
    "boxes",
    "polygons",
    "mask",
    "keypoints",
    "preference",
)
IMAGE_KINDS = frozenset({"boxes", "polygons", "mask", "keypoints"})
# A list of things; one may be left out alone.
PIECES = frozenset({"spans", "segments", "boxes", "polygons", "keypoints"})
JSON_KINDS = PIECES | {"classes", "mask"}
EVERY_KIND = frozenset(KINDS)
LONGEST_TEXT = 1_000_000
EDGE = 0.01  # pixels


def canonical(kind: str, value: Any) -> str:
    """The one text of a value, or a BadLabel.  value: as the kind takes it, JSON or read already."""
    value = structured.read(value, f"of the kind {kind}") if kind in JSON_KINDS else value
    names = tuple(dict.fromkeys(check_name(n) for n in named(kind, value)))
    match kind:
        case "class":
            return OneClass((), True).check(value)
        case "classes":
            return SeveralClasses(names).check(value)
        case "number":
            return Number().check(value)
        case "rating":
            return _rating(value)
        case "text":
            return FreeText(LONGEST_TEXT, True).check(value)
        case "spans":
            return Spans(names, True).check(value)
        case "segments":
            return Segments(names).check(value)
        case "boxes":
            return Boxes(names, True).check(value)
        case "polygons":
            return Polygons(names).check(value)
        case "mask":
            return Mask(names).check(value)
        case "keypoints":
            return Keypoints(_points(value), names).check(value)
        case "preference":
            return Preference().check(value)
    raise FormatError(f"there is no kind of label {kind!r}; there are {', '.join(KINDS)}")


def named(kind: str, value: Any) -> list[Any]:
    """The classes that a value names, as it has them."""
    match kind, value:
        case "class", _:
            return [value]
        case "classes", list():
            return list(value)
        case "mask", {"counts": dict() as counts}:
            return list(counts)
        case (("spans" | "segments" | "boxes" | "polygons" | "keypoints"), list()):
            return [piece["label"] for piece in value if isinstance(piece, dict) and "label" in piece]
    return []


def names_of(kind: str, text: str) -> list[str]:
    """The classes that a checked label names."""
    return [text] if kind == "class" else named(kind, json.loads(text)) if kind in JSON_KINDS else []


def _rating(value: Any) -> str:
    """A grade on anybody's scale."""
    text = str(value).strip()
    if isinstance(value, bool) or not text.removeprefix("-").isdecimal() or len(text) > 9:
        raise BadLabel(f"a rating is a whole number, not {shown(value)}")
    return str(int(text))


def _points(value: Any) -> str:
    """Names for as many points as the first thing has."""
    first = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}
    points = first.get("points")
    return ",".join(map(str, range(1, len(points) + 1))) if isinstance(points, list) and points else "1"


def single(kind: str, value: Any, where: str, tally: Tally) -> str | None:
    """The label, or None, reported, where our kind refuses it."""
    try:
        return canonical(kind, value)
    except BadLabel as e:
        tally.lost(f"answers that are no {kind}", f"{where}: {e}")
        return None


def gathered(kind: str, pieces: Iterable[tuple[Any, str]], tally: Tally) -> str:
    """The label of the things that are right, one by one; what our kind refuses is reported with its place.

    pieces: (a thing as the kind takes it, where it stands)
    """
    found = [(at_edge(piece), where) for piece, where in pieces]
    try:
        return canonical(kind, [piece for piece, _ in found])
    except BadLabel:  # of one at least; which, is told one by one
        return canonical(kind, [piece for piece, where in found if _is_right(kind, piece, where, tally)])


def _is_right(kind: str, piece: Any, where: str, tally: Tally) -> bool:
    try:
        canonical(kind, [piece])
    except BadLabel as e:
        tally.lost(f"things that are no {kind}", f"{where}: {e}")
        return False
    return True


def at_edge(piece: Any) -> Any:
    """A coordinate that misses the edge by less than six decimals of a share do is at the edge."""
    if isinstance(piece, dict):
        return {k: at_edge(v) if k in ("x", "y", "rings", "points") else v for k, v in piece.items()}
    if isinstance(piece, list):
        return [at_edge(v) for v in piece]
    return 0 if isinstance(piece, float) and -EDGE < piece < 0 else piece


def classes_seen(labels: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The names in (kind, label) pairs, sorted."""
    return tuple(sorted({name for kind, text in labels if text for name in names_of(kind, text)}))


def moment(text: str) -> str:
    """A time as we write it, in UTC, which it is without a zone; '' where there is none; a ValueError for no time."""
    if not text.strip():
        return ""
    at = datetime.fromisoformat(text.strip())
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return at.astimezone(UTC).isoformat()


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def unique(names: Sequence[str], where: str) -> None:
    """Two samples of one name cannot be told apart."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise FormatError(f"{where} has two samples called {name!r}")
        seen.add(name)
