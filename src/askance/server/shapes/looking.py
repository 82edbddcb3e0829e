"""What is around a question: the outline of a recording, neighbours, the grid, the map.  Floor 6."""

from typing import Annotated

from pydantic import Field

from askance.server.shapes.content import Content
from askance.server.shapes.shape import SampleId, Shape


class Peaks(Shape):
    """The outline of a recording: the least and the greatest value of each of equal stretches; 127 is full scale."""

    seconds: float
    low: list[int]
    high: list[int]


class Neighbour(Shape):
    id: SampleId
    label: str
    distance: float
    content: Content


class Neighbours(Shape):
    labelled: list[Neighbour]


class Cell(Shape):
    id: SampleId
    p: float
    content: Content


class Grid(Shape):
    """Samples that the model takes for one class, the surest first; leased to whoever asked."""

    label: str
    cells: list[Cell]
    until: float


class Points(Shape):
    """The pool in a plane, in columns.  label: the answer; guess: the model's; '' where there is none."""

    ids: list[SampleId]
    x: list[float]
    y: list[float]
    label: list[str]
    guess: list[str]
    total: int


class Wish(Shape):
    ids: Annotated[list[SampleId], Field(min_length=1, max_length=1000)]


class Wished(Shape):
    queued: int
