"""What a campaign has done so far, as plain data: what stopping rules read, and what a report shows.  Floor 1."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from askance.protocols import FitReport, Verdict


@dataclass(frozen=True)
class Metric:
    """An estimate with its 95 % interval, from `n` samples that the model was not trained on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Pick:
    """One question: the sample, its place in the batch (1 is best), and why it was chosen."""

    id: int
    name: str
    rank: int
    utility: float
    why: str


@dataclass(frozen=True)
class Round:
    """One turn of the loop: fit on the labels so far, measure, then choose the next batch.

    number      0 is the warm-up, chosen before anything was learned
    labeled     labels that the fit was made on; `unlabeled`: samples of the pool that had none
    metrics     {"accuracy@test": Metric, "accuracy@validation": ...}; "@test" is for looking at, never for deciding
    stop_set    predictions on the fixed stop set, in its order (class names), for the stopping rules
    certainty   {"mean_entropy": ..., "max_entropy": ..., "mean_max_prob": ...} over the stop set
    seconds     {"train": s, "score": s, "select": s}
    foreseen    the class that the model predicts for each of the strategy's picks, in their order; "" = unknown
    batch       {"mean_entropy", "max_entropy", "variance"} of those picks, entropies as shares of ln C; and of the
                batch before, {"answers": how many were told, "foreseen": the share of them that was predicted}
    control     what labels drawn at random give: {"labels": how many, "metrics": {name: Metric}, "how": in a sentence};
                labels as in `labeled`: those that were learned from and those that are only measured on
    arms        where the strategy chooses among others: their odds, what was drawn and how likely it was (meta/past.py)
    """

    number: int
    labeled: int
    unlabeled: int
    picks: tuple[Pick, ...] = ()
    fit: FitReport | None = None
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    stop_set: tuple[str, ...] = ()
    certainty: Mapping[str, float] = field(default_factory=dict)
    class_counts: Mapping[str, int] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(
        default_factory=dict
    )  # {"ece": .., "bins": [[confidence, accuracy, n], ...]}
    verdicts: tuple[Verdict, ...] = ()
    strategy: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    foreseen: tuple[str, ...] = ()
    batch: Mapping[str, float] = field(default_factory=dict)
    arms: Mapping[str, Any] = field(default_factory=dict)
    control: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class History:
    """Rounds in order, the newest last."""

    config: Mapping[str, Any] = field(default_factory=dict)
    rounds: tuple[Round, ...] = ()
    labels: int = 0  # labels told so far, counted against the budget
    budget: int | None = None
