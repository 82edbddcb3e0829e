"""A moving bar that trembles, so that no region is never asked about.  Floor 2."""

from dataclasses import dataclass
from math import erfc, sqrt

from askance.policies import bar
from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Choice, Policy, bounded, drawn, policy


@policy("variable uncertainty with randomisation, Žliobaitė, Bifet, Pfahringer & Holmes 2014")
@dataclass(frozen=True)
class randomised_variable(Policy):
    """`variable`, its bar multiplied by a fresh draw from Normal(1, spread) for every arrival.

    The draw is worked out: P(utility >= bar * eta) = Phi((utility / bar - 1) / spread), so that the chance is known.
    """

    step: float = bounded(0.01, low=1e-6, high=0.5)
    spread: float = bounded(1.0, low=0.01, high=10)

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        stood = state.own or arrival.utility
        z = (arrival.utility / stood - 1) / self.spread if stood else 0.0
        return drawn(erfc(-z / sqrt(2)) / 2, arrival)

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> float | None:
        return state.own if choice.spent else bar.moved(state.own, arrival.utility, choice.ask, self.step)
