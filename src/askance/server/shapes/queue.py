"""Questions: what is wanted, and what is handed out.  Floor 6."""

from typing import Annotated

from pydantic import Field

from askance.server.shapes.content import Content, Guess
from askance.server.shapes.shape import SampleId, Shape


class Task(Shape):
    """One question, leased to whoever asked until `until`.

    why: what the strategy said; rank of the round's batch; model: the version whose ranking this is
    """

    id: SampleId
    round: int
    rank: int
    utility: float
    why: str
    until: float
    model: int
    content: Content
    guesses: list[Guess]
    flagged: bool = False
    note: str = ""


class Want(Shape):
    """n: how many to hold in all; have: the ones that the page has at hand already, which are not sent again."""

    n: Annotated[int, Field(ge=1, le=50)] = 5
    have: list[SampleId] = Field(default=[], max_length=200)


class Queue(Shape):
    """tasks: best first.  left: questions that are open to anybody; empty_why: said where there are no tasks."""

    tasks: list[Task]
    left: int
    model: int
    labels: int
    empty_why: str = ""


class Beat(Shape):
    ids: Annotated[list[SampleId], Field(max_length=200)]


class Held(Shape):
    until: float
