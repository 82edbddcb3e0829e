"""What every error looks like.  Floor 6."""

from askance.server.shapes.shape import Shape


class Fault(Shape):
    """code: a word for programs; message: a sentence for people; request_id: what the log calls it."""

    code: str
    message: str
    request_id: str


class Problem(Shape):
    """Every error has this shape."""

    error: Fault
