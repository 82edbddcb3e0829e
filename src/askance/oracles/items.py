"""Samples as an oracle sees them.  Floor 4."""

from typing import Any

from askance.protocols import Item
from askance.samples import Samples


def items(samples: Samples, classes: tuple[str, ...]) -> list[Item]:
    """One a sample, in their order."""
    ids = samples.ids.tolist()
    return [
        Item(ids[row], str(samples.names[row]), samples.kind, _content(samples, row), classes)
        for row in range(len(ids))
    ]


def _content(samples: Samples, row: int) -> Any:
    """The text, the path or URL, {column: value}, or the row of an array; signals have nothing to look at."""
    match samples.kind:
        case "table":
            return samples.data.slice(row, 1).to_pylist()[0]
        case "signals":
            return None
    return samples.data[row]
