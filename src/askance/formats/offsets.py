"""Places in a text: JavaScript counts units of UTF-16, we count code points.  Floor 4."""

from bisect import bisect_left
from itertools import accumulate


def to_units(text: str, at: int) -> int:
    """Code points before a place -> units of UTF-16: what lies beyond U+FFFF is two."""
    return at if text.isascii() else at + sum(c > "\uffff" for c in text[:at])


def to_points(text: str, unit: int) -> int | None:
    """Units before a place -> code points; None inside a character or beyond the text."""
    if text.isascii():
        return unit if unit <= len(text) else None
    starts = [0, *accumulate(2 if c > "\uffff" else 1 for c in text)]
    at = bisect_left(starts, unit)
    return at if at < len(starts) and starts[at] == unit else None
