"""Images: from a path or URL to upright RGB pixels.  Floor 2."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from askance.errors import BadPool
from askance.locations import read_bytes

# What is taken for an image by its name alone.
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif")

ORIENTATION, SIDEWAYS = 0x0112, (5, 6, 7, 8)  # the EXIF tag, and its values for a picture that lies on its side
_WHITE = (255, 255, 255, 255)


def is_image_name(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def read_image(location: str, size: int | None = None) -> Image.Image:
    """The picture at a local path or fsspec URL: RGB, upright by its EXIF, the first frame, transparent parts white.

    size    the shorter side that will be needed: a larger JPEG is decoded at a half, a quarter or an eighth of its
            size where that is still no smaller, which is several times faster; everything else keeps its size
    BadPool names the file and what is wrong with it: missing, empty, no image, truncated, more pixels than
    PIL.Image.MAX_IMAGE_PIXELS.
    """
    return decode(read_bytes(location), location, size)


def thumbnail(location: str, side: int = 128) -> Image.Image:
    """The picture within side × side pixels, its proportions kept; smaller ones stay as they are."""
    image = read_image(location, side)
    image.thumbnail((side, side))
    return image


def upright_size(location: str) -> tuple[int, int]:
    """(width, height) of the picture as people see it, by its header alone; BadPool as `read_image`."""
    data = read_bytes(location)
    try:
        with opened(data) as image:
            turned = image.getexif().get(ORIENTATION) in SIDEWAYS
            return (image.height, image.width) if turned else (image.width, image.height)
    except Exception as error:  # as in _blaming
        raise BadPool(f"image {location} cannot be decoded: {error or type(error).__name__}") from error


def decode(data: bytes, name: str, size: int | None = None) -> Image.Image:
    """`read_image` of bytes that were read already; `name` is for the message."""

    def pixels() -> Image.Image:
        image = opened(data)
        if size is not None:
            image.draft(None, (size, size))
        image.load()
        return rgb(upright(image))

    return _blaming(name, pixels)


def header_fault(data: bytes, name: str) -> str:
    """What is wrong with an image as far as its header tells, '' when nothing is.  No pixel is decoded."""
    try:
        _blaming(name, lambda: opened(data))
    except BadPool as error:
        return str(error.__cause__)
    return ""


def opened(data: bytes) -> Image.Image:
    """The header alone, when it is one of an image of bearable size."""
    if not data:
        raise ValueError("the file is empty")
    try:
        image = Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        raise ValueError("it is not an image of a format that is read") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(_bomb()) from None
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and image.width * image.height > limit:
        raise ValueError(_bomb())
    return image


def upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # a damaged EXIF block says nothing of the orientation; viewers show the picture as it lies
        return image


def rgb(image: Image.Image) -> Image.Image:
    """Any mode as RGB: transparent parts on white, wide grey values brought to 8 bits."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _narrowed(np.asarray(image).astype(np.float32), image.mode)
    if image.has_transparency_data:
        over = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", over.size, _WHITE), over).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _narrowed(grey: np.ndarray, mode: str) -> Image.Image:
    """(H, W) of 16 bits by their full range, so that exposures stay comparable; others from their least to greatest."""
    if not np.isfinite(grey).all():
        raise ValueError("it has NaN or infinite pixels")
    low, high = float(grey.min()), float(grey.max())
    if mode != "F" and low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    scaled = (grey - low) * (255.0 / max(high - low, 1e-12))
    return Image.fromarray(scaled.round().astype(np.uint8)).convert("RGB")


def _blaming(name: str, work: Callable[[], Image.Image]) -> Image.Image:
    try:
        return work()
    except Exception as error:  # decoders raise anything at all on broken bytes
        raise BadPool(f"image {name} cannot be decoded: {error or type(error).__name__}") from error


def _bomb() -> str:
    return (
        f"it has more than {Image.MAX_IMAGE_PIXELS:,} pixels, which may be an attack; "
        "raise PIL.Image.MAX_IMAGE_PIXELS if it is meant"
    )
