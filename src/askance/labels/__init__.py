"""Label kinds: what sort of answer is wanted, and which answers are right ones.  Floor 2."""

from askance.labels.single import OneClass

__all__ = ["OneClass"]
