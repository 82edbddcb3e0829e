"""Label kinds: what sort of answer is wanted, and which answers are right ones.  Floor 2."""

from askance.labels.number import Number
from askance.labels.single import OneClass
from askance.labels.text import parse_kind

__all__ = ["Number", "OneClass", "parse_kind"]
