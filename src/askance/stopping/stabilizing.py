"""Stopping because the model has stopped changing its mind.  Floor 2."""

from dataclasses import dataclass
from itertools import pairwise
from math import nan

from askance.history import History
from askance.metrics import kappa
from askance.protocols import Verdict
from askance.stopping.rule import Rule, bounded, rule


@rule("Bloodgood & Vijay-Shanker 2009")
@dataclass(frozen=True)
class stabilizing(Rule):
    """Stabilizing predictions: stops when the mean Cohen kappa of successive rounds' predictions reaches `at`.

    The mean is over the last k pairs of rounds, on a fixed stop set that needs no labels.  Of the published criteria
    it goes best with the true accuracy (correlation .90 with random forests).
    """

    k: int = bounded(3, low=1)
    at: float = bounded(0.99, low=-1, high=1)

    def __call__(self, history: History) -> Verdict:
        sets = comparable(history)[-(self.k + 1) :]
        if len(sets) <= self.k:
            why = f"k={self.k} needs {self.k + 1} rounds of predictions on one stop set, and there are {len(sets)}"
            return self.says(False, nan, why)
        mean = sum(kappa(a, b) for a, b in pairwise(sets)) / self.k
        stop = mean >= self.at
        span = "the last round" if self.k == 1 else f"the last {self.k} rounds"
        what = f"predictions on the stop set agree with a mean kappa of {mean:.4f} over {span}"
        return self.says(stop, mean, f"{what}, {'at or above' if stop else 'below'} {self.at:g}")


def comparable(history: History) -> list[tuple[str, ...]]:
    """Stop-set predictions of the newest rounds that were made on a set of one size, oldest first."""
    found: list[tuple[str, ...]] = []
    for r in reversed(history.rounds):
        if r.stop_set and (not found or len(r.stop_set) == len(found[-1])):
            found.append(r.stop_set)
        elif r.stop_set:
            break
    return found[::-1]
