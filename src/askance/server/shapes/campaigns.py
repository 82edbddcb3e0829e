"""What a campaign is, and what an owner may set.  Floor 6."""

from typing import Annotated, Any, Literal

from pydantic import Field

from askance.server.shapes.shape import Aggregate, Role, Shape


class Summary(Shape):
    id: str
    role: Role
    samples: int
    labels: int
    pending: int
    rounds: int
    kind: str


class Model(Shape):
    """version: the round it was fitted in; 0 is none yet."""

    version: int
    labeled: int
    at: float | None
    training: bool
    error: str | None = Field(default=None, description="Why the latest attempt to train failed")


class Campaign(Shape):
    """form: what the page needs to draw the question; its `kind` says which."""

    id: str
    role: Role
    form: dict[str, Any]
    content: Literal["image", "audio", "text", "table", "array", "signals"]
    guide: str
    strategy: str
    learner: str
    batch: int
    overlap: int = Field(description="People who are asked each question")
    aggregate: Aggregate
    gold: float | None = Field(description="Share of gold questions; None: not for annotators to know")
    gold_feedback: bool
    control: int
    budget: int | None
    samples: int
    labels: int
    mine: int
    pending: int
    skipped: int
    model: Model
    blind: bool = Field(description="Suggestions are hidden until the first key")


class Settings(Shape):
    """What an owner may change while people label."""

    guide: Annotated[str, Field(max_length=50_000)] | None = None
    blind: bool | None = None
    overlap: Annotated[int, Field(ge=1, lt=1000)] | None = Field(default=None, description="Of the next questions")
    aggregate: Aggregate | None = None
    gold: Annotated[float, Field(ge=0, lt=1)] | None = None
    gold_feedback: bool | None = None
    control: Annotated[int, Field(ge=0, le=100)] | None = None


class Started(Shape):
    training: bool
