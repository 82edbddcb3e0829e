"""Asking with a probability that falls with the margin.  Floor 2."""

from dataclasses import dataclass
from typing import ClassVar

from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Policy, bounded, drawn, policy


@policy("selective sampling, Cesa-Bianchi, Gentile & Zaniboni 2006")
@dataclass(frozen=True)
class selective(Policy):
    """Asks with probability b / (b + margin), margin = 1 - utility: surely where two classes are level.

    For utilities in [0, 1]: `margin`, `decision_distance`.  b: the margin at which every other arrival is asked about.
    """

    b: float = bounded(0.1, low=1e-6)
    limit: ClassVar[float] = 1.0

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return drawn(self.b / (self.b + max(0.0, 1 - arrival.utility)), arrival)
