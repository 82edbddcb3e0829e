"""A class for every pixel of a picture.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from askance.errors import BadLabel
from askance.labels import structured
from askance.labels.structured import shown, whole

MOST_PIXELS = 100_000_000


@dataclass(frozen=True)
class Mask:
    """classes: the names that are right; a pixel that no class covers is background.

    Each class is a run-length code as in COCO: counts of pixels, column by column, off and on in turn, beginning with
    off, to height x width in all.  Classes may not overlap.
    """

    classes: tuple[str, ...]
    name = "mask"

    def check(self, value: Any) -> str:
        """'{"height": 4, "width": 6, "counts": {"cat": [9, 2, 2, 2, 9]}}', or a BadLabel."""
        said = structured.read(value, "a mask")
        found = structured.only(said, ("height", "width", "counts"), (), "the mask")
        height, width = (whole(found[key], f"the mask's {key}", 1) for key in ("height", "width"))
        if height * width > MOST_PIXELS:
            raise BadLabel(f"a mask has at most {MOST_PIXELS:,} pixels; this one has {height * width:,}")
        if not isinstance(found["counts"], dict):
            raise BadLabel(f"the mask's counts must be an object of a list a class, not {shown(found['counts'])}")
        counts = {
            structured.name(label, self.classes, "the mask"): runs(c, height * width, f"the mask's {label!r}")
            for label, c in found["counts"].items()
        }
        covered = {label: c for label, c in counts.items() if len(c) > 1}
        _check_apart(covered)
        return structured.write({"height": height, "width": width, "counts": covered})

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "classes": list(self.classes)}

    def grown(self, seen: Iterable[str]) -> "Mask":
        return self


def runs(counts: Any, pixels: int, where: str) -> list[int]:
    """The counts with no run of 0 but the first; their sum is the number of pixels."""
    if not isinstance(counts, list) or len(counts) > structured.LONGEST:
        raise BadLabel(f"{where} must be a list of counts, not {shown(counts)}")
    found = [whole(c, f"{where}, count {n}") for n, c in enumerate(counts, 1)]
    if sum(found) != pixels:
        raise BadLabel(f"{where} counts {sum(found):,} pixels, and the mask has {pixels:,}")
    out: list[int] = [0]
    for n, count in enumerate(found):
        if len(out) % 2 == (n + 1) % 2:  # the run that is open is of this colour
            out[-1] += count
        elif count:
            out.append(count)
    return out


def stretches(counts: list[int]) -> list[tuple[int, int]]:
    """Where it is on: [(first, one past the last)]."""
    at, found = 0, []
    for n, count in enumerate(counts):
        if n % 2:
            found.append((at, at + count))
        at += count
    return found


def _check_apart(counts: dict[str, list[int]]) -> None:
    on = sorted((first, end, label) for label, c in counts.items() for first, end in stretches(c))
    for (_, end, a), (first, _, b) in pairwise(on):
        if first < end:
            raise BadLabel(f"the mask has pixels of both {a!r} and {b!r}; a pixel has one class")
