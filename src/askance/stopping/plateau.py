"""Stopping because more labels no longer help, or because little doubt is left.  Floor 2."""

from dataclasses import dataclass
from math import nan

from askance.history import History
from askance.metrics import LOWER_IS_BETTER
from askance.protocols import Verdict
from askance.stopping.rule import Rule, bounded, rule
from askance.stopping.target import check_share


@rule("no improvement for some rounds, as in early stopping")
@dataclass(frozen=True)
class plateau(Rule):
    """Stops when the best of the last `window` rounds is less than `gain` above the best of all rounds before.

    Looks at the metric on the validation share; where too few rounds measured that, at the mean top probability over
    the stop set.
    """

    metric: str = "accuracy"
    window: int = bounded(5, low=1)
    gain: float = bounded(0.005, low=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(type(self).__name__, self.metric)

    def __call__(self, history: History) -> Verdict:
        what, values = self.curve(history)
        if len(values) <= self.window:
            return self.says(False, nan, f"{self.window + 1} measured rounds are needed, and there are {len(values)}")
        gained = max(values[-self.window :]) - max(values[: -self.window])
        stop = gained < self.gain
        moved = f"{what} improved by {gained:.4g}" if gained >= 0 else f"{what} fell {-gained:.4g} short of its best"
        limit = f"{'less than' if stop else 'not less than'} the gain of {self.gain:g} that is asked for"
        span = "the last round" if self.window == 1 else f"the last {self.window} rounds"
        return self.says(stop, gained, f"{moved} over {span}, {limit}")

    def curve(self, history: History) -> tuple[str, list[float]]:
        """(name, values) oldest first, higher is better."""
        name = f"{self.metric}@validation"
        values = [r.metrics[name].value for r in history.rounds if name in r.metrics]
        sure = [r.certainty["mean_max_prob"] for r in history.rounds if "mean_max_prob" in r.certainty]
        if len(values) < len(sure) and len(values) <= self.window:
            return "mean certainty on the stop set", sure
        sign = -1.0 if self.metric in LOWER_IS_BETTER else 1.0
        return f"{self.metric} on the validation share", [sign * v for v in values]


@rule("overall uncertainty, Zhu, Wang & Hovy 2008")
@dataclass(frozen=True)
class uncertainty(Rule):
    """Stops when the mean entropy over the stop set, as a share of the largest there can be, is `at` or less."""

    at: float = bounded(0.05, low=0, high=1)

    def __call__(self, history: History) -> Verdict:
        value = history.rounds[-1].certainty.get("mean_entropy") if history.rounds else None
        if value is None:
            return self.says(False, nan, "the uncertainty of the stop set was not measured yet")
        stop = value <= self.at
        what = f"the mean entropy over the stop set is {value:.4f} of the largest there can be"
        return self.says(stop, value, f"{what}, {'at or below' if stop else 'above'} {self.at:g}")
