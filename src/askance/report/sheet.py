"""A contact sheet: pictures in a grid, each with the reason why it was chosen below it.  Floor 6."""

import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from askance.errors import AskanceError, BadConfig
from askance.images import rgb, thumbnail
from askance.progress import track

Picture = Image.Image | Path | str
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
MOST = 400  # pictures on one sheet; the rest is counted below it

PAPER, INK, QUIET, TILE = "#ffffff", "#1b2330", "#5c6675", "#e4e7ec"
GAP, MARGIN, SIZE = 14, 20, 15


def contact_sheet(
    pictures: Sequence[tuple[Picture, Sequence[str]]], columns: int, path: Path, *, tile: int = 200, title: str = ""
) -> Path:
    """Writes the grid to `path`, .png or .jpg, and gives the path back.

    pictures  (picture, or where it lies as a path or fsspec URL; lines of its caption), best first
    columns   pictures side by side; fewer when there are fewer
    tile      side in pixels of the square that a picture is fitted into

    A picture that cannot be read becomes a grey tile that says so.  The first line of a caption is dark, the others
    quiet; one that is too wide goes on in a second line, and is shortened in the middle where that is not enough.
    """
    if path.suffix.lower() not in FORMATS:
        raise BadConfig(f"a contact sheet is written as .png or .jpg, not {path.name!r}")
    if columns < 1 or tile < 32:
        raise BadConfig(f"a contact sheet needs 1 column and 32 pixels a tile at least, not {columns} and {tile}")
    _write(_drawn(pictures, max(1, min(columns, len(pictures))), tile, title), path)
    return path


def caption(rank: int, why: str, name: str) -> list[str]:
    """'#1 margin 0.974', 'rank 14 of 25000', 'cats/7.jpg': the lines below one pick."""
    first, _, rest = why.partition(", ")
    return [f"#{rank} {first}", *([rest] if rest else []), name]


def _drawn(pictures: Sequence[tuple[Picture, Sequence[str]]], columns: int, tile: int, title: str) -> Image.Image:
    shown, line = pictures[:MOST], SIZE + 5
    captions = [[(row, n == 0) for n, text in enumerate(lines) for row in folded(text, tile)] for _, lines in shown]
    high = tile + 6 + line * max(map(len, captions), default=0) + GAP
    top = MARGIN + (2 * line if title else 0)
    rows = -(-len(shown) // columns)
    foot = 2 * line if len(pictures) > MOST or not pictures else 0
    width = max(2 * MARGIN + columns * (tile + GAP) - GAP, 360 if foot else 0)
    sheet = Image.new("RGB", (width, top + rows * high + foot + MARGIN - GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    if title:
        big = face(title, SIZE + 4)
        draw.text((MARGIN, MARGIN - 2), fitted(title, big, sheet.width - 2 * MARGIN), fill=INK, font=big)
    for i, (picture, _) in enumerate(track(shown, "drawing the contact sheet")):
        x, y = MARGIN + i % columns * (tile + GAP), top + i // columns * high
        _tile(sheet, draw, picture, (x, y), tile)
        for n, (text, first) in enumerate(captions[i]):
            draw.text((x, y + tile + 6 + n * line), text, fill=INK if first else QUIET, font=face(text))
    if foot:
        rest = f"and {len(pictures) - MOST:,} more" if pictures else "nothing was chosen"
        draw.text((MARGIN, top + rows * high), rest, fill=QUIET, font=face(rest))
    return sheet


def _tile(sheet: Image.Image, draw: ImageDraw.ImageDraw, picture: Picture, at: tuple[int, int], tile: int) -> None:
    """The picture, whole and centred."""
    x, y = at
    draw.rectangle((x, y, x + tile - 1, y + tile - 1), fill=TILE)
    try:
        image = fitted_into(picture, tile)
    except AskanceError:
        text = "cannot be read"
        font = face(text)
        draw.text((x + (tile - font.getlength(text)) / 2, y + tile / 2 - SIZE / 2), text, fill=QUIET, font=font)
        return
    sheet.paste(image, (x + (tile - image.width) // 2, y + (tile - image.height) // 2))


def fitted_into(picture: Picture, tile: int) -> Image.Image:
    """RGB, within tile × tile pixels: larger ones made smaller, smaller ones larger; BadPool when it cannot be read.

    Icons of up to 32 pixels grow by whole steps, so that their pixels stay pixels.
    """
    if isinstance(picture, Image.Image):
        image = rgb(picture)
        if max(image.size) > tile:
            image = image.copy()
            image.thumbnail((tile, tile))
    else:
        image = thumbnail(str(picture), tile)
    if max(image.size) <= 32:
        step = max(1, tile // max(image.size))
        return image.resize((image.width * step, image.height * step), Image.Resampling.NEAREST)
    scale = tile / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image if scale <= 1 else image.resize(size, Image.Resampling.BICUBIC)


@cache
def _font(name: str, size: int) -> Any:
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size=size)


def face(text: str, size: int = SIZE) -> Any:
    """Pillow's own font, which is always there; for letters beyond Latin the one that comes with matplotlib."""
    return _font("" if all(ord(c) < 0x250 or c in "…–—×" for c in text) else _wide_font(), size)


@cache
def _wide_font() -> str:
    spec = find_spec("matplotlib")  # found, not imported: that takes a quarter of a second
    path = Path(spec.origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf" if spec and spec.origin else None
    return str(path) if path and path.is_file() else ""


def folded(text: str, width: float, most: int = 2) -> list[str]:
    """The text in at most `most` lines no wider than `width` pixels."""
    font, lines = face(text), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or font.getlength(longer) <= width or len(lines) == most:
            lines[-1] = longer
        else:
            lines.append(word)
    return [fitted(line, font, width) for line in lines]


def fitted(text: str, font: Any, width: float) -> str:
    """The text on one line no wider than `width` pixels, shortened in the middle."""
    text = " ".join(text.split())
    if font.getlength(text) <= width:
        return text
    keep = len(text) - 1
    while keep > 1 and font.getlength(_middle(text, keep)) > width:
        keep -= 1
    return _middle(text, keep)


def _middle(text: str, keep: int) -> str:
    head = (keep + 1) // 2
    return text[:head] + "…" + text[len(text) - (keep - head) :]


def _write(image: Image.Image, path: Path) -> None:
    out = BytesIO()
    kind = FORMATS[path.suffix.lower()]
    image.save(out, kind, **({"quality": 90} if kind == "JPEG" else {"optimize": True}))
    put(path, out.getvalue())


def put(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadConfig(f"cannot write {path}: {error.strerror or error}") from error
