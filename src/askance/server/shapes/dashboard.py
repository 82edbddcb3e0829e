"""How the campaign does: curves, people, agreement, rules that would stop it.  Floor 6."""

from typing import Any

from pydantic import Field

from askance.server.shapes.shape import Shape


class Point(Shape):
    labels: int
    value: float
    low: float
    high: float


class Curve(Shape):
    """how: how it was made, in a sentence, where that is not plain."""

    metric: str
    points: list[Point]
    how: str = ""


class Worker(Shape):
    """One person's work.  per_hour: while they work, breaks of over five minutes left out; gold: share right, with its
    95 % interval; others see their own where they are told, else none."""

    who: str
    answers: int
    per_hour: float | None
    median_ms: float | None
    gold: float | None
    gold_low: float | None
    gold_high: float | None
    gold_n: int


class Pair(Shape):
    """Two people, on the n samples that both have answered.  alike: the mean of 1 - distance, which of classes is the
    share that is the same; kappa: Cohen's, of classes."""

    one: str
    other: str
    n: int
    alike: float
    kappa: float | None


class Agreement(Shape):
    """On samples that two people or more have answered; gold questions have no part in it.

    share: of samples on which all say the same; alpha: Krippendorff's, by `distance`; fleiss: Fleiss' kappa, of
    classes, over the fleiss_n samples with as many answers as most have; of: on how many samples alpha and the pairs
    were measured, the latest ones, where there are very many
    """

    n: int
    share: float | None
    alpha: float | None
    distance: str
    fleiss: float | None = None
    fleiss_n: int = 0
    pairs: list[Pair] = Field(default=[])
    of: int = 0


class Rule(Shape):
    rule: str
    stop: bool
    why: str


class Dashboard(Shape):
    curve: Curve | None
    random: Curve | None
    balance: dict[str, int]
    people: list[Worker]
    agreement: Agreement
    calibration: dict[str, Any]
    forecast: str
    verdicts: list[Rule]
    seconds: dict[str, float]
    flagged: int
