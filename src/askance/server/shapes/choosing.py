"""One selection, of what is sent, without a campaign.  Floor 6."""

from typing import Annotated

from pydantic import Field

from askance.server.shapes.shape import SampleId, Shape


class Given(Shape):
    """What to choose from: probabilities and embeddings of your model, or texts that a learner of ours looks at.

    items: the samples' own names; labels: {item: label}, of texts that are labelled already
    """

    k: Annotated[int, Field(ge=1, le=100_000)]
    strategy: Annotated[str, Field(max_length=4000)] = "auto"
    items: list[str] = Field(default=[], max_length=200_000)
    texts: list[str] = Field(default=[], max_length=200_000)
    labels: dict[str, str] = Field(default={})
    learner: Annotated[str, Field(max_length=1000, description="Of texts; left out, tfidf")] = ""
    probs: list[list[float]] | None = None
    embeddings: list[list[float]] | None = None
    labeled_embeddings: list[list[float]] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0


class Pick(Shape):
    item: str
    row: int
    rank: int
    utility: float
    why: str


class Picks(Shape):
    strategy: str
    picks: list[Pick]


class PickOfFile(Shape):
    """id: of the content, or of the key; item: the name in the file."""

    id: SampleId
    item: str
    rank: int
    utility: float
    why: str


class PicksOfFile(Shape):
    """pool: samples to choose from; labeled: those that had a label; skipped: {name: why it could not be read}."""

    strategy: str
    learner: str
    pool: int
    labeled: int
    picks: list[PickOfFile]
    skipped: dict[str, str]
