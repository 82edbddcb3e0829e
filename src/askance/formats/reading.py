"""Reads annotations: which format it is, what it says, and what of it could not be carried.  Floor 4."""

import json
import os
from dataclasses import replace

from askance.errors import BadLabel, BadPool, FormatError
from askance.formats.document import Document, Item
from askance.formats.format import FORMATS, Format
from askance.formats.report import Report, Tally
from askance.formats.source import Source, open_source
from askance.formats.values import classes_seen, unique


def read_annotations(path: str | os.PathLike[str], format: str = "") -> tuple[Document, Report]:
    """The document and the report.  format: a name of FORMATS; without one it is known by the content.

    A FormatError names the file, the place in it, what is wrong and what would be right; nothing else is raised.
    """
    return read_source(open_source(path), format)


def read_source(source: Source, format: str = "") -> tuple[Document, Report]:
    chosen = FORMATS[format] if format else guessed(source)
    if chosen.read is None:
        raise FormatError(f"the format {chosen.name} is only written, not read")
    tally = Tally()
    try:
        document = completed(chosen.read(source, tally))
    except (BadLabel, BadPool) as e:
        raise FormatError(f"{source.where}: {e}") from None
    except RecursionError:
        raise FormatError(f"{source.where} is nested too deeply; no annotations are") from None
    unique([item.name for item in document.items], source.where)
    return document, report("read", source.where, chosen, document, tally)


def report(did: str, where: str, format: Format, document: Document, tally: Tally) -> Report:
    counts = (len(document.items), len(document.annotations), len(document.predictions))
    return Report(did, where, format.name, *counts, tally.losses())


def guessed(source: Source) -> Format:
    """The one format that it looks like."""
    found = alike(source)
    if len(found) == 1:
        return found[0]
    if found:
        names = " or ".join(f.name for f in found)
        raise FormatError(f"{source.where} may be {names}; say which, with --from {found[0].name}")
    readable = ", ".join(name for name in FORMATS.names() if FORMATS[name].read is not None)
    raise FormatError(f"{source.where} looks like no format of annotations; say which with --from: {readable}")


def alike(source: Source) -> list[Format]:
    """The formats that it may be."""
    return [f for f in map(FORMATS.__getitem__, FORMATS.names()) if f.read is not None and f.sniff(source)]


def completed(document: Document) -> Document:
    """With the classes that labels name after those that the file listed, and sizes that only masks tell."""
    said = [(a.kind, a.value) for a in document.annotations if not a.skipped]
    said += [(p.kind, p.value) for p in document.predictions]
    more = [name for name in classes_seen(said) if name not in set(document.classes)]
    return replace(document, items=_sized(document), classes=(*document.classes, *more))


def _sized(document: Document) -> tuple[Item, ...]:
    """A mask is as large as its picture."""
    masks = [a for a in document.answers if a.kind == "mask" and a.value]
    if not masks:
        return document.items
    items = {item.name: item for item in document.items}
    for a in masks:
        value, item = json.loads(a.value), items.get(a.item, Item(a.item))
        size = value["width"], value["height"]
        if (item.width or size[0], item.height or size[1]) != size:
            said = f"a mask of {size[0]} x {size[1]}, and is {item.width} x {item.height} pixels"
            raise FormatError(f"the picture {a.item} has {said}")
        items[a.item] = replace(item, width=size[0], height=size[1])
    return tuple(items[item.name] for item in document.items)
