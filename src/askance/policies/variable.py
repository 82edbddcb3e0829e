"""A bar that moves with what arrives.  Floor 2."""

from dataclasses import dataclass

from askance.policies import bar
from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Choice, Policy, bounded, certain, policy


@policy("variable uncertainty, Žliobaitė, Bifet, Pfahringer & Holmes 2014")
@dataclass(frozen=True)
class variable(Policy):
    """Asks when the utility clears the bar; the bar rises by `step` after a question and sinks by it otherwise.

    It stands still while the budget is spent, as in the paper: else it would sink to where everything clears it.
    """

    step: float = bounded(0.01, low=1e-6, high=0.5)

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return certain(bar.cleared(state.own, arrival.utility))

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> float | None:
        return state.own if choice.spent else bar.moved(state.own, arrival.utility, choice.ask, self.step)
