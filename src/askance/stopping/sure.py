"""Stopping because the model is sure: of the whole stop set, or of all that it still asks about.  Floor 2.

Entropies are shares of the largest that there can be (H / ln C), so that a threshold means the same for any classes.
"""

from dataclasses import dataclass
from math import nan

from askance.history import History
from askance.protocols import Verdict
from askance.stopping.rule import Rule, bounded, rule

UNMEASURED = "it was not measured yet how sure the model is of the stop set"


@rule("entropy-MCS, Zhu & Hovy 2007")
@dataclass(frozen=True)
class entropy_mcs(Rule):
    """Stops when no sample of the stop set has an entropy above `at`.

    The paper looks at the whole unlabelled pool; the stop set is a fixed random sample of it.
    """

    at: float = bounded(0.01, low=0, high=1)

    def __call__(self, history: History) -> Verdict:
        value = history.rounds[-1].certainty.get("max_entropy") if history.rounds else None
        if value is None:
            return self.says(False, nan, UNMEASURED)
        what = f"the largest entropy over the stop set is {value:.4f} of the largest there can be"
        return self.says(
            value <= self.at, value, f"{what}, {'at or below' if value <= self.at else 'above'} {self.at:g}"
        )


@rule("minimum expected error, Zhu, Wang & Hovy 2008")
@dataclass(frozen=True)
class expected_error(Rule):
    """Stops when the model expects an error of `at` or less on the stop set: the mean of 1 - its top probability.

    It believes the model; with a model that is too sure of itself it stops too soon, so calibrate first.
    """

    at: float = bounded(0.01, low=0, high=1)

    def __call__(self, history: History) -> Verdict:
        sure = history.rounds[-1].certainty.get("mean_max_prob") if history.rounds else None
        if sure is None:
            return self.says(False, nan, UNMEASURED)
        value = 1 - sure
        what = f"the model expects an error of {value:.4f} on the stop set"
        return self.says(
            value <= self.at, value, f"{what}, {'at or below' if value <= self.at else 'above'} {self.at:g}"
        )


@rule("max-confidence, Zhu & Hovy 2007")
@dataclass(frozen=True)
class max_confidence(Rule):
    """Stops when every sample that was just chosen has an entropy below `at`: even the hardest is easy.

    It means something where the strategy asks about what is uncertain.
    """

    at: float = bounded(0.001, low=0, high=1)

    def __call__(self, history: History) -> Verdict:
        value = history.rounds[-1].batch.get("max_entropy") if history.rounds else None
        if value is None:
            return self.says(False, nan, "it was not measured how sure the model is of the batch it chose")
        what = f"the largest entropy in the batch just chosen is {value:.4f} of the largest there can be"
        return self.says(value < self.at, value, f"{what}, {'below' if value < self.at else 'not below'} {self.at:g}")
