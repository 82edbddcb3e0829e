"""A recording as a picture: the outline of its sound.  Floor 6."""

from PIL import Image, ImageDraw

from askance.audio import open_sound, peaks

PAPER, INK = "#f4f5f7", "#5c6675"
SCALE = 127  # of what `peaks` calls full scale


def outline(location: str, width: int = 240, height: int = 96) -> Image.Image:
    """A column a stretch, from its least to its greatest value.  BadPool where it cannot be read."""
    with open_sound(location) as sound:
        found = peaks(sound, width)
    image = Image.new("RGB", (width, height), PAPER)
    pen, middle = ImageDraw.Draw(image), height / 2
    wide = width / len(found.low)
    for n, (low, high) in enumerate(zip(found.low.tolist(), found.high.tolist(), strict=True)):
        top, bottom = (middle - v / SCALE * (middle - 2) for v in (high, low))
        pen.rectangle((int(n * wide), round(top), max(int(n * wide), int((n + 1) * wide) - 1), round(bottom)), INK)
    return image
