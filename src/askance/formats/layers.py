"""Areas of several things, which may overlap, into one mask, where a pixel has one class.  Floor 4."""

from collections.abc import Sequence

from askance.formats.report import Tally
from askance.formats.runs import Stretch, from_stretches, united, without
from askance.formats.values import canonical
from askance.labels.mask import runs, stretches


def layered(areas: Sequence[tuple[str, list[int]]], height: int, width: int, where: str, tally: Tally) -> str:
    """The label of kind mask.  areas: (class, counts); where two classes meet, the earlier one keeps the pixels."""
    pixels = height * width
    taken: list[Stretch] = []
    found: dict[str, list[Stretch]] = {}
    for n, (label, counts) in enumerate(areas, 1):
        area = stretches(runs(counts, pixels, f"{where}, area {n}"))
        free = without(area, taken)
        own = without(area, found.get(label, []))
        if sum(b - a for a, b in own) != sum(b - a for a, b in free):
            tally.lost("pixels of two classes (the earlier one keeps them)", f"{where}: {label}")
        if label in found:
            tally.lost("borders between areas of one class in a picture", f"{where}: {label}")
        found[label] = united([*found.get(label, []), *free])
        taken = united([*taken, *free])
    counts_ = {label: from_stretches(area, pixels) for label, area in found.items()}
    return canonical("mask", {"height": height, "width": width, "counts": counts_})
