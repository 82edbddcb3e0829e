"""A bar that stays where it is put.  Floor 2."""

from dataclasses import dataclass

from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Policy, bounded, certain, policy


@policy("fixed uncertainty, Žliobaitė, Bifet, Pfahringer & Holmes 2014")
@dataclass(frozen=True)
class fixed(Policy):
    """Asks about every utility of `at` or more while the budget lasts.  at: in the scorer's unit."""

    at: float = bounded(0.5, low=0)

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return certain(arrival.utility >= self.at)
