"""Answers, skips and remarks, and what was kept of them.  Floor 6."""

from typing import Annotated, Any

from pydantic import Field

from askance.server.shapes.content import Content
from askance.server.shapes.queue import Queue, Task, Want
from askance.server.shapes.shape import Key, SampleId, Shape


class Answer(Shape):
    """value: as the campaign's kind of label has it; ms, keys: how long it took and how many key presses."""

    key: Key
    id: SampleId
    value: Any
    ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    keys: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    suggested: str | None = Field(default=None, max_length=1000, description="The suggestion, where there was one")
    shown: bool | None = Field(default=None, description="Whether the suggestion was to be seen")
    model: int | None = None


class Answers(Shape):
    """want: what to be handed next, in the same request; it is looked for once the answers are kept."""

    answers: Annotated[list[Answer], Field(min_length=1, max_length=500)]
    want: Want | None = None


class Feedback(Shape):
    """How one did on a gold question; known: its answer."""

    right: bool
    known: str


class Kept(Shape):
    """counts: False for an answer that came too late and is kept beside those that count."""

    key: str
    id: SampleId
    counts: bool
    value: str
    feedback: Feedback | None = Field(default=None, description="Only where an owner has set that people are told")


class Receipt(Shape):
    """queue: the next questions, where some were wanted."""

    kept: list[Kept]
    labels: int
    queue: Queue | None = None


class Skip(Shape):
    key: Key
    id: SampleId
    why: Annotated[str, Field(max_length=500)] = ""


class Undone(Shape):
    """The question again, with what was answered; value None: it had been skipped."""

    task: Task
    value: str | None


class Past(Shape):
    """What one has done lately, newest first."""

    id: SampleId
    name: str
    value: str | None = Field(description="None: skipped")
    at: float
    content: Content


class History(Shape):
    done: list[Past]


class Remark(Shape):
    flagged: bool = False
    note: Annotated[str, Field(max_length=5000)] = ""
