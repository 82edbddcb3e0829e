"""One result of Label Studio to and from a thing of our labels: percent to pixels, corners to centres.  Floor 4.

Label Studio turns a box about its left upper corner, we about its centre; it counts a text in units of UTF-16.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from askance.formats import brush, geometry, offsets, runs
from askance.formats.document import Item
from askance.formats.node import Node
from askance.formats.report import Tally

# type of Label Studio -> our kind
TYPES = {
    "rectanglelabels": "boxes",
    "polygonlabels": "polygons",
    "brushlabels": "mask",
    "keypointlabels": "keypoints",
    "labels": "spans",
    "labels of time": "segments",  # which Label Studio calls labels, too
    "choices": "chosen",
    "rating": "rating",
    "number": "number",
    "textarea": "text",
    "pairwise": "preference",
}
TIMED = "labels of time"
TYPE_OF = {kind: type_ for type_, kind in TYPES.items()} | {
    "class": "choices",
    "classes": "choices",
    "segments": "labels",
}
Thing = dict[str, Any]


@dataclass(frozen=True)
class Canvas:
    """The sample that results are about: the size of its picture, and its text by the name of what shows it."""

    item: Item
    width: int
    height: int

    def text(self, to_name: str) -> str | None:
        """The text that the results point into: named like what shows it, `text`, or the only one there is."""
        data = self.item.data
        texts = [v for v in data.values() if isinstance(v, str)]
        found = data.get(to_name, data.get("text", texts[0] if len(texts) == 1 else None))
        return found if isinstance(found, str) else None


def label_of(result: Node, type_: str, tally: Tally) -> str | None:
    """The class of a region; one without is reported, and so are further ones."""
    names = [n.text() for n in result["value"][type_].each()]
    if not names:
        tally.lost("regions without a class", result.where)
        return None
    if len(names) > 1:
        tally.lost("further classes of one region", result.where, len(names) - 1)
    return names[0]


def sized(result: Node, item: Item) -> tuple[int, int]:
    """(width, height) of the picture in pixels, as the result or the sample says; (0, 0) where nobody does."""
    width, height = result["original_width"].whole(0), result["original_height"].whole(0)
    return (width, height) if width > 0 and height > 0 else (item.width, item.height)


def box(value: Node, canvas: Canvas, label: str) -> Thing:
    x, w = (value[k].number() / 100 * canvas.width for k in ("x", "width"))
    y, h = (value[k].number() / 100 * canvas.height for k in ("y", "height"))
    turn = value["rotation"].number() if "rotation" in value else 0
    if turn % 360:
        x, y = geometry.centred(x, y, w, h, turn)
    return {"x": x, "y": y, "w": w, "h": h, "label": label} | ({"rotation": turn} if turn % 360 else {})


def polygon(value: Node, canvas: Canvas, label: str) -> Thing:
    points = [p.numbers(2) for p in value["points"].each()]
    ring = [[x / 100 * canvas.width, y / 100 * canvas.height] for x, y in points]
    return {"rings": [ring], "label": label}


def area(value: Node, canvas: Canvas, where: str) -> list[int]:
    """Counts of the pixels under the brush."""
    if value["format"].text("rle") != "rle":
        value["format"].fault("'rle'")
    raw = value["rle"].value
    data = raw if isinstance(raw, list) else value["rle"].fault("a list of bytes")
    return runs.from_pixels(brush.decoded(data, canvas.height, canvas.width, where))


def is_timed(value: Node) -> bool:
    """Whether a region of `labels` is of a recording: it names a channel, or counts in parts of a second."""
    return "channel" in value or any(isinstance(value[k].value, float) for k in ("start", "end"))


def segment(result: Node, label: str, tally: Tally) -> Thing:
    value = result["value"]
    if "channel" in value and value["channel"].number() != 0:
        tally.lost("which channel a segment is on", result.where)
    return {"start": value["start"].number(), "end": value["end"].number(), "label": label}


def span(result: Node, canvas: Canvas, label: str, tally: Tally) -> Thing | None:
    """In code points.  Where `text` is given and fits only the offsets as they stand, they were code points already."""
    value = result["value"]
    text = canvas.text(result["to_name"].text(""))
    whole = all(isinstance(value[k].value, int) for k in ("start", "end"))
    if text is None or not whole:
        tally.lost("spans of what is not in the file", result.where)
        return None
    start, end = (offsets.to_points(text, value[k].whole()) for k in ("start", "end"))
    plain = (value["start"].whole(), value["end"].whole())
    said = value["text"].text("")
    units = text[start:end] if start is not None and end is not None else None
    if said and units != said and text[plain[0] : plain[1]] == said:
        return {"start": plain[0], "end": plain[1], "label": label}
    if start is None or end is None:
        tally.lost("spans that do not begin and end between characters of the text", result.where)
        return None
    if said and units != said:
        tally.lost("texts of spans that are not what stands there", result.where)
    return {"start": start, "end": end, "label": label}


def plain_value(result: Node, type_: str, tally: Tally) -> Any:
    """What a rating, a number, a text or a preference says."""
    value = result["value"]
    if type_ == "textarea":
        raw = value["text"]
        texts = [n.text() for n in raw.each()] if isinstance(raw.value, list) else [raw.text()]
        if len(texts) != 1:
            tally.lost("borders between the texts of one answer", result.where)
        return "\n".join(texts)
    if type_ == "pairwise":
        return value["selected"].text()
    return value[type_].number()


# ------------------------------------------------------------------------------------------------- and back


def results(kind: str, value: Any, canvas: Canvas, points: Sequence[str], tally: Tally) -> Iterator[Thing]:
    """The `value`s of the results that say the same.  value: the label, its JSON read."""
    drawn = kind in ("boxes", "polygons", "keypoints")
    if drawn and value and not (canvas.width and canvas.height):
        tally.lost("labels of pictures of unknown size (Label Studio writes percent)", canvas.item.name)
        return
    match kind:
        case "boxes":
            yield from (_box(b, canvas) for b in value)
        case "polygons":
            yield from (_polygon(p, canvas, tally) for p in value)
        case "keypoints":
            yield from _keypoints(value, canvas, points, tally)
        case "mask":
            yield from _areas(value)
        case "spans":
            yield from _spans(value, canvas, tally)
        case "segments":
            yield from ({"start": s["start"], "end": s["end"], "channel": 0, "labels": [s["label"]]} for s in value)
        case "class":
            yield {"choices": [value]}
        case "classes":
            yield {"choices": value}
        case "text":
            yield {"text": [value]}
        case "preference":
            yield {"selected": value}
        case _:
            yield {kind: value}


def _percent(x: float, y: float, canvas: Canvas) -> tuple[float, float]:
    return x / canvas.width * 100, y / canvas.height * 100


def _box(b: Thing, canvas: Canvas) -> Thing:
    x, y = _percent(*geometry.cornered(b), canvas) if b.get("rotation") else _percent(b["x"], b["y"], canvas)
    w, h = _percent(b["w"], b["h"], canvas)
    return {"x": x, "y": y, "width": w, "height": h, "rotation": b.get("rotation", 0), "rectanglelabels": [b["label"]]}


def _polygon(p: Thing, canvas: Canvas, tally: Tally) -> Thing:
    if len(p["rings"]) > 1:
        tally.lost("holes of outlines", canvas.item.name, len(p["rings"]) - 1)
    points = [list(_percent(x, y, canvas)) for x, y in p["rings"][0]]
    return {"points": points, "closed": True, "polygonlabels": [p["label"]]}


def _keypoints(things: list[Thing], canvas: Canvas, points: Sequence[str], tally: Tally) -> Iterator[Thing]:
    if len(things) > 1:
        tally.lost("which keypoints belong together", canvas.item.name)
    for thing in things:
        names = points or [str(n) for n in range(1, len(thing["points"]) + 1)]
        if thing.get("label"):
            tally.lost("the class of a thing with keypoints", canvas.item.name)
        if len(names) != len(thing["points"]):
            tally.lost("keypoints that have no name", canvas.item.name)
        for name, (x, y, seen) in zip(names, thing["points"], strict=False):
            if seen == 1:
                tally.lost("that a keypoint is hidden", canvas.item.name)
            if seen:
                px, py = _percent(x, y, canvas)
                yield {"x": px, "y": py, "width": 0.5, "keypointlabels": [name]}


def _areas(mask: Thing) -> Iterator[Thing]:
    for label, counts in mask["counts"].items():
        pixels = runs.to_pixels(counts, mask["height"], mask["width"])
        yield {"format": "rle", "rle": brush.encoded(pixels), "brushlabels": [label]}


def _spans(spans: list[Thing], canvas: Canvas, tally: Tally) -> Iterator[Thing]:
    text = canvas.text("text")
    for s in spans:
        if text is None or s["end"] > len(text):
            tally.lost("spans whose text is not in the document", f"{canvas.item.name}: {s['start']} to {s['end']}")
            continue
        start, end = offsets.to_units(text, s["start"]), offsets.to_units(text, s["end"])
        yield {"start": start, "end": end, "text": text[s["start"] : s["end"]], "labels": [s["label"]]}
