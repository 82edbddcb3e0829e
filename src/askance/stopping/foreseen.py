"""Stopping because the answers no longer surprise the model.  Floor 2."""

from dataclasses import dataclass
from math import nan

from askance.history import History
from askance.protocols import Verdict
from askance.stopping.rule import Rule, bounded, rule


@rule("oracle-accuracy-MCS, Zhu & Hovy 2007")
@dataclass(frozen=True)
class oracle_accuracy(Rule):
    """Stops when of the last k batches' answers a share `at` or more was what the model that chose them predicted.

    The samples are the ones that the strategy found worth asking about, so this is lower than the accuracy on the pool
    while they are hard; with a strategy that chooses at random it is the accuracy.
    """

    at: float = bounded(0.9, low=0, high=1)
    k: int = bounded(1, low=1)

    def __call__(self, history: History) -> Verdict:
        judged = [r.batch for r in history.rounds if r.batch.get("answers")][-self.k :]
        if len(judged) < self.k:
            return self.says(
                False, nan, f"{self.k} answered batches are needed that a model chose: there are {len(judged)}"
            )
        answers = sum(b["answers"] for b in judged)
        right = sum(b["foreseen"] * b["answers"] for b in judged)
        value = right / answers
        span = "the last batch" if self.k == 1 else f"the last {self.k} batches"
        what = f"{right:.0f} of the {answers:.0f} answers of {span} are what the model predicted ({value:.3f})"
        return self.says(
            value >= self.at, value, f"{what}, {'at or above' if value >= self.at else 'below'} {self.at:g}"
        )
