"""Pascal VOC: an XML file a picture, with its boxes.  Floor 4.

In VOC itself pixels are counted from 1 and the last one is part of the box; Label Studio and others write the same
files with pixels from 0 and the last one not part of it: the format `voc0`.
"""

import json
import posixpath
from typing import Any

from askance.errors import FormatError
from askance.formats import geometry
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.report import Tally
from askance.formats.source import Source, clean
from askance.formats.values import gathered
from askance.formats.xml_tree import Element, escaped, parse_xml
from askance.progress import track

Thing = dict[str, Any]
FLAGS = ("truncated", "difficult", "occluded")


def _read(source: Source, tally: Tally, first: int) -> Document:
    names = source.names(".xml") if source.folder else [""]
    if not names:
        raise FormatError(f"{source.where} holds no .xml file")
    items, annotations = [], []
    for name in track(names, f"reading {source.where}"):
        item, value = _picture(parse_xml(source.read(name), source.called(name)), name, tally, first)
        items.append(item)
        annotations.append(Annotation(item.name, "boxes", value))
    return Document(tuple(items), tuple(annotations))


def _picture(root: Element, name: str, tally: Tally, first: int) -> tuple[Item, str]:
    if root.name != "annotation":
        raise FormatError(f"{root.where}: it begins with <{root.name}>, and a file of VOC with <annotation>")
    named = root.get("filename")
    stem = posixpath.splitext(posixpath.basename(name))[0]
    size = root.get("size")
    width, height = (int(size.need(k).number()) for k in ("width", "height")) if size else (0, 0)
    if width < 0 or height < 0:
        raise FormatError(f"{root.where}: the picture is {width} x {height}; pixels are counted from 0 up")
    pieces = [(_box(o, first, tally), o.where) for o in root.all("object")]
    item = Item((named.text if named is not None else "") or stem, {}, width, height)
    return item, gathered("boxes", pieces, tally)


def _box(o: Element, first: int, tally: Tally) -> Thing:
    """VOC counts the last pixel in where it counts from 1."""
    for flag in FLAGS:
        if (found := o.get(flag)) is not None and found.text.strip() not in ("", "0"):
            tally.lost(f"that a thing is {flag}", o.where)
    if (pose := o.get("pose")) is not None and pose.text.strip() not in ("", "Unspecified"):
        tally.lost("poses of things", o.where)
    for part in ("part", "polygon", "actions"):
        if o.get(part) is not None:
            tally.lost(f"what <{part}> says of a thing", o.where)
    box = o.need("bndbox")
    left, top, right, bottom = (box.need(k).number() for k in ("xmin", "ymin", "xmax", "ymax"))
    name = o.need("name").text
    return {"x": left - first, "y": top - first, "w": right - left + first, "h": bottom - top + first, "label": name}


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally, first: int) -> Files:
    items = {item.name: item for item in document.items}
    files: dict[str, bytes] = {}
    for a in document.annotations:
        stem = posixpath.splitext(clean(a.item))[0]
        if f"{stem}.xml" in files:
            raise FormatError(f"two samples would be written to {stem}.xml, one of them {a.item!r}; rename one")
        if "\ufffd" in escaped(a.item) and "\ufffd" not in a.item:
            tally.lost("characters that XML has no word for", a.item)
        boxes = [_whole(b, items[a.item], tally) for b in json.loads(a.value)]
        files[f"{stem}.xml"] = _xml(items[a.item], boxes, first).encode("utf-8")
    return files


def _whole(b: Thing, item: Item, tally: Tally) -> tuple[str, int, int, int, int]:
    """(label, left, top, right, bottom), from 0, the last ones not part of it; a box has a pixel at least."""
    if b.get("rotation"):
        tally.lost("the rotation of boxes (the upright box around it was written)", item.name)
    x, y, w, h = geometry.upright(b)
    left, top = max(round(x), 0), max(round(y), 0)
    right, bottom = max(round(x + w), left + 1), max(round(y + h), top + 1)
    if not b.get("rotation") and (left, top, right - left, bottom - top) != (x, y, w, h):
        tally.lost("parts of pixels (VOC has whole ones)", item.name)
    if escaped(b["label"]) != escaped(b["label"]).replace("\ufffd", ""):
        tally.lost("characters that XML has no word for", b["label"])
    return b["label"], left, top, right, bottom


def _xml(item: Item, boxes: list[tuple[str, int, int, int, int]], first: int) -> str:
    things = "".join(
        f"<object><name>{escaped(label)}</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>"
        f"<bndbox><xmin>{left + first}</xmin><ymin>{top + first}</ymin>"
        f"<xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object>"
        for label, left, top, right, bottom in boxes
    )
    size = f"<size><width>{item.width}</width><height>{item.height}</height><depth>3</depth></size>"
    name = escaped(item.name)
    return (
        f"<annotation><folder>images</folder><filename>{name}</filename>{size}<segmented>0</segmented>{things}"
        "</annotation>\n"
    )


def _looks(source: Source) -> bool:
    if source.folder:
        return bool(source.names(".xml")) and not source.names("metadata.jsonl", "data.yaml")
    return "<annotation>" in source.head()[:2000] and "<annotations>" not in source.head()[:2000]


def _format(name: str, first: int, about: str, known: bool) -> Format:
    return Format(
        name,
        about,
        (),
        frozenset({"boxes"}),
        frozenset({"name", "size"}),
        sniff=lambda source: known and _looks(source),
        read=lambda source, tally: _read(source, tally, first),
        write=lambda document, tally: _write(document, tally, first),
        folder=True,
    )


VOC = register(_format("voc", 1, "Pascal VOC: an XML file a picture, pixels from 1", True))
VOC0 = register(_format("voc0", 0, "the same files with pixels from 0, as Label Studio writes them", False))
