"""What any file of annotations says, in one form: samples, the answers of people, the guesses of models.  Floor 4.

A sample is called by its name: a file below the pool, an id, a row number.  An answer is text of one of our kinds of
label (`askance.labels`), in the one way in which the kind writes it: pixels, code points, seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any]  # what a sample shows: {"text": "EU rejects German call"}; values are JSON


@dataclass(frozen=True)
class Item:
    """A sample.  width, height: of a picture, in pixels; 0 where nobody said."""

    name: str
    data: Data = field(default_factory=dict)
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Suggestion:
    """What a model said of the sample that an answer is about.  shown: whether the person saw it; None: not known."""

    value: str
    score: float | None = None
    model: str = ""
    shown: bool | None = None


@dataclass(frozen=True)
class Annotation:
    """An answer, or a skip.

    item       the name of the sample
    kind       of the label: class, classes, number, rating, text, spans, segments, boxes, polygons, mask, keypoints,
               preference
    value      the label as its kind writes it; '' where it was skipped
    question   the name of what was asked, where there are several
    key        the id of the answer; the answers to several questions that were given together share it
    at         ISO 8601 in UTC, as 2026-01-01T00:00:00+00:00
    ms         milliseconds that it took
    selection  why the sample was asked: round, rank, utility, role, why
    """

    item: str
    kind: str
    value: str
    question: str = ""
    key: str = ""
    who: str = ""
    at: str = ""
    ms: int | None = None
    skipped: bool = False
    ground_truth: bool = False
    note: str = ""
    suggestion: Suggestion | None = None
    selection: Data = field(default_factory=dict)


@dataclass(frozen=True)
class Prediction:
    """What a model says of a sample that nobody need have answered.  score: its confidence."""

    item: str
    kind: str
    value: str
    question: str = ""
    score: float | None = None
    model: str = ""


Answer = Annotation | Prediction


@dataclass(frozen=True)
class Document:
    """classes: in the order of their numbers, where the format numbers them; points: the names of the keypoints."""

    items: tuple[Item, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    classes: tuple[str, ...] = ()
    points: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Those of people, then those of models."""
        return (*self.annotations, *self.predictions)
