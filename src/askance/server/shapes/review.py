"""What people have said of a sample, and what is decided.  Floor 6."""

from typing import Any

from pydantic import Field

from askance.server.shapes.content import Content, Guess
from askance.server.shapes.shape import SampleId, Shape


class Said(Shape):
    who: str
    value: str
    at: float
    counts: bool


class Disagreement(Shape):
    """lead: how far what counts is ahead of the next, in [0, 1]."""

    id: SampleId
    content: Content
    answers: list[Said]
    agreed: str = Field(description="What counts now")
    lead: float
    guesses: list[Guess] = Field(default=[])


class Disagreements(Shape):
    items: list[Disagreement]
    total: int


class Decision(Shape):
    """value None takes a decision back; gold: serve it to others from now on to see how they do."""

    value: Any = None
    gold: bool = False


class Sample(Shape):
    """All that is known of one.

    rule: how several answers become the label; agreement: how far they speak for it, in [0, 1]: the share that says so,
    or one less their mean distance from it, or by dawid_skene its probability; probs: {class: that speaks for it};
    weights, by dawid_skene: {person: share of their answers that is expected to be right}
    """

    id: SampleId
    content: Content
    label: str | None
    decided: bool
    gold: bool
    rule: str
    agreement: float | None
    probs: dict[str, float]
    weights: dict[str, float]
    answers: list[Said]
    remarks: list[dict[str, Any]]
    why: str
    round: int | None


class Entry(Shape):
    """One line of the audit log."""

    seq: int
    at: float
    who: str
    kind: str
    what: str


class Log(Shape):
    entries: list[Entry]
