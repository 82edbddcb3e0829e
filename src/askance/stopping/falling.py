"""Stopping because a figure has begun to fall, round after round.  Floor 2."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import nan

from askance.history import History
from askance.protocols import Verdict
from askance.stopping.rule import Rule, bounded, rule


@rule("variance model and extended variance model, Ghayoomi 2010")
@dataclass(frozen=True)
class batch_variance(Rule):
    """Stops when the variance of the entropies in the batch chosen fell by more than `by` in each of k rounds in a row.

    by=0 is the paper's variance model (VM); more is the extended one (EVM), with .5 on its scale of variances.
    """

    k: int = bounded(2, low=1)
    by: float = bounded(0.001, low=0)

    def __call__(self, history: History) -> Verdict:
        values = [r.batch["variance"] for r in history.rounds if "variance" in r.batch]
        why = f"the variance of the entropies in the batch fell by more than {self.by:g}"
        return self.says(*in_a_row(values, self.k, self.by, why))


@rule("contradictory information, Vlachos 2008")
@dataclass(frozen=True)
class contradictory(Rule):
    """Stops when the mean confidence over the stop set fell in each of k rounds in a row.

    Answers that contradict what was learned lower it.  Vlachos sums the margins of an SVM; here it is the mean of the
    top probability.
    """

    k: int = bounded(3, low=1)

    def __call__(self, history: History) -> Verdict:
        values = [r.certainty["mean_max_prob"] for r in history.rounds if "mean_max_prob" in r.certainty]
        return self.says(*in_a_row(values, self.k, 0.0, "the mean confidence over the stop set fell"))


def in_a_row(values: Sequence[float], k: int, by: float, why: str) -> tuple[bool, float, str]:
    """(whether each of the last k steps fell by more than `by`, the last step, the reason)."""
    if len(values) < 2:
        return False, nan, f"2 rounds that measured it are needed, and there are {len(values)}: {why} cannot be said"
    steps = [b - a for a, b in pairwise(values)]
    row = next((n for n, step in enumerate(reversed(steps)) if not step < -by), len(steps))
    said = f"{why} in {row} {'round' if row == 1 else 'rounds'} in a row, to {values[-1]:.4f}; it stops at {k}"
    return row >= k, steps[-1], said
