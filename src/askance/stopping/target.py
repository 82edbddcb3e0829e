"""Stopping because the model is good enough, on samples that were set aside from the labelled budget.  Floor 2."""

from dataclasses import dataclass
from math import nan

from askance.errors import BadConfig, nearest
from askance.history import History, Metric
from askance.metrics import LOWER_IS_BETTER, NAMES
from askance.protocols import Verdict
from askance.stopping.rule import Rule, bounded, rule


@rule("target metric")
@dataclass(frozen=True)
class target(Rule):
    """Stops when a metric on the validation share is at `at` or better, at the cautious end of its 95 % interval.

    The cautious end is the lower one, and the upper one where less is better (log_loss, ece): ten validation samples
    that all happen to be right do not show 95 %.  The test set is never used for stopping.
    """

    metric: str = "accuracy"
    at: float = bounded(0.95, low=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(type(self).__name__, self.metric)
        if self.metric in NAMES and self.metric != "log_loss" and self.at > 1:
            raise BadConfig(f"target: {self.metric} is a share from 0 to 1, so at={self.at:g} is never reached")

    def __call__(self, history: History) -> Verdict:
        found = on_validation(history, self.metric)
        if found is None:
            return self.says(False, nan, missing(history, self.metric))
        lower_is_better = self.metric in LOWER_IS_BETTER
        cautious = found.high if lower_is_better else found.low
        stop = cautious <= self.at if lower_is_better else cautious >= self.at
        side = "at most" if lower_is_better else "at least"
        what = f"{self.metric} on {found.n:,} validation samples is {side} {cautious:.4g} (estimate {found.value:.4g})"
        return self.says(stop, cautious, f"{what}, {'which reaches' if stop else 'short of'} the target of {self.at:g}")


def check_share(owner: str, metric: str) -> None:
    """The metric is named without its share: it is always the validation share."""
    if metric.endswith("@test"):
        plain = metric.removesuffix("@test")
        raise BadConfig(
            f"{owner}: metric={metric!r} would stop by the test set, which is for looking at and never for deciding; "
            f"write metric={plain!r}, which is measured on the validation share"
        )
    if "@" in metric or not metric:
        raise BadConfig(f"{owner}: metric={metric!r} must be a plain name such as 'accuracy'; its share is validation")


def on_validation(history: History, metric: str) -> Metric | None:
    """The newest round's figure."""
    return history.rounds[-1].metrics.get(f"{metric}@validation") if history.rounds else None


def missing(history: History, metric: str) -> str:
    """Why there is no figure, in one sentence."""
    names = history.rounds[-1].metrics if history.rounds else {}
    known = sorted(n.removesuffix("@validation") for n in names if n.endswith("@validation"))
    if not known:
        return f"{metric} was not measured on a validation share yet"
    return f"{metric} was not measured on the validation share, {', '.join(known)} was{nearest(metric, known)}"
