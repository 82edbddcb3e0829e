"""The share of the latest utilities that the budget allows, kept in balance.  Floor 2."""

from collections.abc import Sequence
from dataclasses import dataclass

from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Choice, Policy, bounded, certain, policy


@policy("balanced incremental quantile filter, Kottke, Krempl & Spiliopoulou 2015")
@dataclass(frozen=True)
class quantile(Policy):
    """Asks about what is in the top `budget` of the last `window` utilities, the arrival itself among them.

    The bar is their 1 - budget quantile, lowered while questions are left over and raised while there were too many:
    by (budget * seen - asked) / tolerance of the window's range.
    """

    window: int = bounded(100, low=1, high=100_000)
    tolerance: float = bounded(50.0, low=1)

    def start(self) -> tuple[float, ...]:
        return ()

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        latest = sorted(self._latest(state, arrival))
        left = self.budget * (state.seen + 1) - state.asked
        height = at_share(latest, 1 - self.budget) - (latest[-1] - latest[0]) * left / self.tolerance
        return certain(arrival.utility >= height)

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> tuple[float, ...]:
        return self._latest(state, arrival)

    def _latest(self, state: Ledger, arrival: Arrival) -> tuple[float, ...]:
        return (*state.own, arrival.utility)[-self.window :]


def at_share(ordered: Sequence[float], share: float) -> float:
    """The quantile of rising numbers, in line between the two nearest: `numpy.quantile`, a good deal faster."""
    place = share * (len(ordered) - 1)
    below = min(int(place), len(ordered) - 1)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
