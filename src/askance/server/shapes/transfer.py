"""Files of labels, in and out.  Floor 6."""

from askance.server.shapes.shape import Shape


class FileFormat(Shape):
    """kinds: of label that it carries; keeps: what beside them; folder: it comes and goes as a .zip."""

    name: str
    about: str
    read: bool
    written: bool
    folder: bool
    kinds: list[str]
    keeps: list[str]


class Loss(Shape):
    """What could not be carried, how often, and where at first."""

    reason: str
    count: int
    examples: list[str]


class Imported(Shape):
    """new: labels that were not known; labels: those that the file has for samples of the campaign."""

    new: int
    format: str
    labels: int
    losses: list[Loss]
