"""Stopping because there is nothing left to spend, or nothing left to ask.  Floor 2."""

from dataclasses import dataclass
from math import nan

from askance.history import History
from askance.protocols import Verdict
from askance.stopping.rule import Rule, bounded, rule


@rule("budget")
@dataclass(frozen=True)
class budget(Rule):
    """Stops when so many labels were told.  labels = 0 means the campaign's own budget."""

    labels: int = bounded(0, low=0)

    def __call__(self, history: History) -> Verdict:
        most = self.labels or history.budget
        if most is None:
            return self.says(False, nan, f"{history.labels:,} labels were told, and no budget is set")
        used = f"{history.labels:,} of the {most:,} labels of the budget are used"
        return self.says(history.labels >= most, history.labels, used)


@rule("pool")
@dataclass(frozen=True)
class exhausted(Rule):
    """Stops when no sample of the pool is without a label."""

    def __call__(self, history: History) -> Verdict:
        if not history.rounds:
            return self.says(False, nan, "no round was run yet, so it is not known how many samples are left")
        left = history.rounds[-1].unlabeled
        return self.says(left == 0, left, f"{left:,} samples of the pool are without a label; it stops at 0")
