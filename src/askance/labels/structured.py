"""Labels of more than a word: read from JSON, checked piece by piece, and always written the same way.  Floor 2.

A label is text in the store and in files.  Where it has parts, the text is JSON without blanks, keys sorted, pieces in
an order of their own, numbers to a thousandth: the same answer is the same text.
"""

import json
from collections.abc import Callable, Collection, Mapping
from math import isfinite
from typing import Any

from askance.errors import BadLabel, nearest

MOST = 10_000  # pieces of one label
LONGEST = 4_000_000  # characters of one label, as JSON
PLACES = 3  # decimals of a coordinate in pixels, or of a second
ONE = {"boxes": "box", "classes": "class"}

Piece = Mapping[str, Any]


def read(value: Any, what: str) -> Any:
    """JSON, as text or read already.  what: such as 'a list of boxes', for the message."""
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST:
        raise BadLabel(f"a label has at most {LONGEST:,} characters; this one has {len(value):,}")
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise BadLabel(f"a label is {what} in JSON, and {shown(value)} is no JSON") from None


def write(value: Any) -> str:
    """The one text for a value that was checked."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False, allow_nan=False)


def pieces(value: Any, what: str, check: Callable[[Any, str], Any]) -> list[Any]:
    """The list, each of its pieces checked.  check(piece, where) is told 'box 3' for its messages."""
    found = read(value, f"a list of {what}")
    if not isinstance(found, list):
        raise BadLabel(f"a label is a list of {what}, not {shown(found)}")
    if len(found) > MOST:
        raise BadLabel(f"a label has at most {MOST:,} {what}; this one has {len(found):,}")
    one = ONE.get(what) or what.removesuffix("s")
    return [check(piece, f"{one} {n}") for n, piece in enumerate(found, 1)]


def only(piece: Any, needed: Collection[str], may: Collection[str], where: str) -> Piece:
    """The piece, with all the keys that are needed and none but these."""
    if not isinstance(piece, dict):
        raise BadLabel(f"{where} must be an object with {', '.join(needed)}, not {shown(piece)}")
    for key in needed:
        if key not in piece:
            raise BadLabel(f"{where} has no {key!r}; it needs {', '.join(needed)}")
    for key in piece:
        if key not in needed and key not in may:
            raise BadLabel(f"{where} has {key!r}, which is not one of {', '.join([*needed, *may])}")
    return piece


def coordinate(value: Any, where: str, low: float | None = None) -> float | int:
    """A finite number to a thousandth, a whole one without its point."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e7 or not isfinite(value):
        raise BadLabel(f"{where} must be a number of less than ten million, not {shown(value)}")
    if low is not None and value < low:
        raise BadLabel(f"{where} must be {low:g} or more, not {value:g}")
    rounded = round(float(value), PLACES)
    return int(rounded) if rounded == int(rounded) else rounded


def whole(value: Any, where: str, low: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise BadLabel(f"{where} must be a whole number of {low} or more, not {shown(value)}")
    return value


def name(value: Any, classes: Collection[str], where: str) -> str:
    """One of the classes."""
    if isinstance(value, str) and value in classes:
        return value
    hint = nearest(value, classes) if isinstance(value, str) else ""
    raise BadLabel(f"{where}: {shown(value)} is not one of the classes {', '.join(map(repr, classes))}{hint}")


def shown(value: Any) -> str:
    """The beginning of it, for a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
