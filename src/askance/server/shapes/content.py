"""What is shown of a sample, and what the model takes it for.  Floor 6."""

from typing import Any, Literal

from askance.server.shapes.shape import Shape


class Content(Shape):
    """What is shown of a sample.  text, or the address of an image or a recording, or the fields of a row.

    width, height: of the picture as it lies on the disk, turned upright, where a label has coordinates in it
    seconds: how long the recording is
    """

    kind: Literal["image", "audio", "text", "table", "array", "signals"]
    name: str
    text: str | None = None
    image: str | None = None
    audio: str | None = None
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    fields: dict[str, Any] | None = None


class Guess(Shape):
    label: str
    p: float
