"""Asking at random where models disagree, with the weights that make up for it.  Floor 2."""

from dataclasses import dataclass
from typing import ClassVar

from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Choice, Policy, bounded, drawn, policy


@policy("IWAL, Beygelzimer, Dasgupta & Langford 2009 (arXiv:0812.4952)")
@dataclass(frozen=True)
class iwal(Policy):
    """Asks with probability p = least + (1 - least) * utility, and records p: weighted by 1 / p, sums are unbiased.

    For utilities in [0, 1].  `loss_disagreement` of a committee, the largest difference between the losses of two
    members on any answer, makes it the paper's bootstrap variant.  The chances are scaled down to have the budget as
    their mean.  Where the budget is spent the chance is 0 whatever arrives: that leaves arrivals out by their time and
    not by what they are, and weighted sums are unbiased for the others.  budget=1.0 leaves none out, as in the paper.
    """

    least: float = bounded(0.1, low=0.001, high=1)
    limit: ClassVar[float] = 1.0

    def start(self) -> float:
        return 0.0  # the sum of the chances so far, not scaled

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        raw = self._raw(arrival)
        scale = min(1.0, self.budget * (state.seen + 1) / (state.own + raw))
        return drawn(raw * scale, arrival)

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> float:
        return float(state.own + self._raw(arrival))

    def _raw(self, arrival: Arrival) -> float:
        return self.least + (1 - self.least) * min(1.0, arrival.utility)
