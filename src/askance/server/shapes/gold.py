"""Questions whose answer is known, and how people do on them.  Floor 6."""

from typing import Annotated, Any

from pydantic import Field

from askance.server.shapes.shape import SampleId, Shape


class Share(Shape):
    """A share of n, with its 95 % interval (Wilson)."""

    value: float
    low: float
    high: float
    n: int


class Gold(Shape):
    """A question whose answer is known: how many have answered it, and how many of them right."""

    id: SampleId
    name: str
    value: str
    asked: int
    right: int


class GoldQuestions(Shape):
    """people: the share that each had right."""

    items: list[Gold]
    total: int
    people: dict[str, Share]


class NewGold(Shape):
    """answers: {sample: what is known of it; null: it is gold no longer}."""

    answers: Annotated[dict[SampleId, Any], Field(min_length=1, max_length=1000)]
