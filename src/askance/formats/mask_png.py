"""Masks as PNG files with a palette: the number of a pixel is its class, 0 is background, 255 says nothing.  Floor 4.

classes.txt names the classes, a line each, from that of number 0 on, which is the background.
"""

import io
import json
import posixpath

import numpy as np

from askance.errors import FormatError
from askance.formats import runs
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.report import Tally
from askance.formats.source import Source, clean
from askance.formats.values import canonical
from askance.images import header_fault, opened
from askance.progress import track

NAMES = "classes.txt"
BACKGROUND, IGNORED = 0, 255


def _read(source: Source, tally: Tally) -> Document:
    listed = next((n for n in source.names() if posixpath.basename(n) == NAMES), "")
    if not listed:
        raise FormatError(f"{source.where} has no {NAMES}; it names the classes, a line each, the background first")
    names = [line.strip("\r") for line in source.text(listed).split("\n")]
    while names and not names[-1]:
        names.pop()
    items, annotations = [], []
    for name in track(source.names(".png"), f"reading {source.where}"):
        numbers = _numbers(source, name)
        item = Item(name, {}, numbers.shape[1], numbers.shape[0])
        items.append(item)
        annotations.append(Annotation(name, "mask", _mask(numbers, names, source.called(name), tally)))
    return Document(tuple(items), tuple(annotations), (), tuple(dict.fromkeys(names[1:])))


def _numbers(source: Source, name: str) -> np.ndarray:
    """(H, W) uint8."""
    data = source.read(name)
    fault = header_fault(data, name)
    if fault:
        raise FormatError(f"{source.called(name)}: {fault}")
    image = opened(data)
    if image.mode not in ("P", "L", "1"):
        raise FormatError(f"{source.called(name)} has {image.mode} pixels; a mask has a palette, or one grey channel")
    runs.size(image.height, image.width, source.called(name))
    try:
        return np.asarray(image).astype(np.uint8)
    except Exception as e:  # decoders raise anything at all on broken bytes
        raise FormatError(f"{source.called(name)} cannot be decoded: {e or type(e).__name__}") from None


def _mask(numbers: np.ndarray, names: list[str], where: str, tally: Tally) -> str:
    counts: dict[str, list[int]] = {}
    for number in np.unique(numbers).tolist():
        if number == IGNORED and number >= len(names):
            tally.lost("pixels that say nothing (255; they are background now)", where, int((numbers == IGNORED).sum()))
        elif number >= len(names):
            raise FormatError(f"{where} has pixels of number {number}; {NAMES} names 0 to {len(names) - 1}")
        elif number != BACKGROUND:
            counts[names[number]] = runs.from_pixels(numbers == number)
    return canonical("mask", {"height": numbers.shape[0], "width": numbers.shape[1], "counts": counts})


def _write(document: Document, tally: Tally) -> Files:

    if len(document.classes) > IGNORED - 1:
        raise FormatError(f"a mask of PNG has at most {IGNORED - 1} classes, not {len(document.classes)}")
    numbers = {name: n for n, name in enumerate(document.classes, 1)}
    files = {NAMES: "\n".join(["background", *document.classes, ""]).encode("utf-8")}
    for a in document.annotations:
        value = json.loads(a.value)
        pixels = np.zeros((value["height"], value["width"]), np.uint8)
        for label, counts in value["counts"].items():
            pixels[runs.to_pixels(counts, value["height"], value["width"])] = numbers[label]
        place = f"{posixpath.splitext(clean(a.item))[0]}.png"
        if place in files:
            raise FormatError(f"two samples would be written to {place}, one of them {a.item!r}; rename one")
        if place != a.item:
            tally.lost("the ends of the names of files (now .png)", a.item)
        files[place] = _png(pixels)
    return files


def _png(pixels: np.ndarray) -> bytes:
    from PIL import Image

    image = Image.fromarray(pixels)
    image.putpalette(palette())
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False)
    return out.getvalue()


def palette() -> list[int]:
    """The colours of VOC: the bits of a number, spread over red, green and blue from the highest down."""
    return [
        sum(((n >> (3 * bit + channel)) & 1) << (7 - bit) for bit in range(8))
        for n in range(256)
        for channel in range(3)
    ]


def _sniff(source: Source) -> bool:
    names = {posixpath.basename(n) for n in source.names()} if source.folder else set()
    return (
        NAMES in names
        and bool(source.names(".png"))
        and not source.names(".yaml", ".jpg")
        and len(source.names(".txt")) == 1
    )


MASK_PNG = register(
    Format(
        "maskpng",
        "masks as PNG files with a palette, and classes.txt",
        (),
        frozenset({"mask"}),
        frozenset({"name", "size", "classes"}),
        _sniff,
        _read,
        _write,
        folder=True,
    )
)
