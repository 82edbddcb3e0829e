"""Numbers that people wrote: labels of a regression, as text or as they are.  Floor 0."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from askance.errors import BadLabel

LONGEST = 60  # characters: what is longer was not meant as a number


def as_numbers(labels: Sequence[str] | np.ndarray) -> np.ndarray:
    """Labels as they are stored -> (N,) float64; one that is no number is a BadLabel that names it."""
    return np.array([read_number(label) for label in labels], np.float64)


def read_number(value: Any) -> float:
    """The number that a label means, finite; anything else is a BadLabel that says what would be right."""
    if not isinstance(value, str) and not is_number(value):
        raise BadLabel(f"a label here is a number, such as 12.5, not {shown(value)}")
    number = _parsed(value)
    if number is None:
        raise BadLabel(f"a label here is a number, such as 12.5, and {shown(value)} is none{_comma(value)}")
    if not isfinite(number):
        raise BadLabel(f"{shown(value)} is not a finite number; skip a sample that has no answer")
    return number


def _parsed(value: Any) -> float | None:
    """Digits with a point, a sign and an exponent; Python's own float() also takes 1_000 and other scripts."""
    if isinstance(value, str) and (len(value) > LONGEST or "_" in value or not value.isascii()):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _comma(value: Any) -> str:
    """A hint where the number is written with a comma: whether that is a point or thousands is not ours to guess."""
    comma = isinstance(value, str) and "," in value and _parsed(value.replace(",", "")) is not None
    return "; write decimals with a point, and thousands without a comma" if comma else ""


def is_number(value: Any) -> bool:
    """A number of Python or NumPy, which True is not."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def shown(value: Any) -> str:
    text = repr(str(value) if isinstance(value, str) else value)  # np.str_ shows its type
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."
