"""The control: arrivals drawn at random, at the budget.  Floor 2."""

from dataclasses import dataclass

from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Policy, drawn, policy


@policy("the control in Žliobaitė, Bifet, Pfahringer & Holmes 2014")
@dataclass(frozen=True)
class random(Policy):
    """Asks about each arrival with a probability of the budget, whatever its utility."""

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return drawn(self.budget, arrival)
