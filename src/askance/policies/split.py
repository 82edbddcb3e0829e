"""A part of the budget drawn at random, to see a change wherever it comes; the rest by the moving bar.  Floor 2."""

from dataclasses import dataclass

from askance.policies import bar
from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Choice, Policy, bounded, certain, policy


@dataclass(frozen=True)
class Parts:
    """The bar, and how many questions it asked."""

    height: float | None = None
    asked: int = 0


@policy("split, Žliobaitė, Bifet, Pfahringer & Holmes 2014")
@dataclass(frozen=True)
class split(Policy):
    """`share` of the budget goes to arrivals drawn at random, whatever their utility; `variable` asks for the rest.

    Those that say "drawn at random" are a fair sample of the stream: watch the error on them to see a change.  Other
    than in the paper each part has a budget of its own, because the bar takes whatever there is as soon as it is there.
    """

    share: float = bounded(0.2, low=0, high=1)
    step: float = bounded(0.01, low=1e-6, high=0.5)

    def start(self) -> Parts:
        return Parts()

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        blind = self.share * self.budget
        if arrival.noise < blind:
            why = "drawn at random"
        else:
            why = "the bar's part of the budget is spent" if self._still(state) else self._says(state, arrival)[1]
        return (blind if self._still(state) else blind + (1 - blind) * self._says(state, arrival)[0]), why

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> Parts:
        own: Parts = state.own
        if choice.spent or self._still(state) or arrival.noise < self.share * self.budget:
            return own
        return Parts(bar.moved(own.height, arrival.utility, choice.ask, self.step), own.asked + choice.ask)

    def _says(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return certain(bar.cleared(state.own.height, arrival.utility))

    def _still(self, state: Ledger) -> bool:
        """Whether the bar has had its part."""
        return bool(state.own.asked >= (1 - self.share) * self.budget * (state.seen + 1))
