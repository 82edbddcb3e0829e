"""The moving bar, with some of the budget kept for after a change.  Floor 2."""

from dataclasses import dataclass, replace
from typing import ClassVar

from askance.policies import bar
from askance.policies.adwin import Adwin, Window
from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Choice, Policy, bounded, certain, policy, worded


@dataclass(frozen=True)
class Watch:
    """The bar, ADWIN's window, the number of changes seen, and how many arrivals ago the last of them was."""

    height: float | None = None
    window: Window = ()
    changes: int = 0
    since: int | None = None


@policy("ADWIN, Bifet & Gavaldà 2007")
@dataclass(frozen=True)
class drift(Policy):
    """`variable` on a part of the budget; after a change, seen by ADWIN, the bar starts anew and may spend the rest.

    `reserve` of the budget is kept back until then, and open for `span` arrivals, within which no other change counts.
    watch="utility" looks at the mean utility, in [0, 1], and needs no labels; watch="error" at what `told` is given.
    """

    step: float = bounded(0.01, low=1e-6, high=0.5)
    reserve: float = bounded(0.3, low=0, high=0.9)
    span: int = bounded(500, low=1)
    delta: float = bounded(0.002, low=1e-9, high=0.5)
    watch: str = worded("utility", "error")
    limit: ClassVar[float] = 1.0

    def start(self) -> Watch:
        return Watch()

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        if self._kept_back(state):
            return 0.0, "kept back for a change"
        return certain(bar.cleared(state.own.height, arrival.utility))

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> Watch:
        own: Watch = state.own
        if not (choice.spent or self._kept_back(state)):
            own = replace(own, height=bar.moved(own.height, arrival.utility, choice.ask, self.step))
        own = replace(own, since=None if own.since is None else own.since + 1)
        return self._watched(own, min(1.0, arrival.utility)) if self.watch == "utility" else own

    def told(self, state: Ledger, error: float) -> Ledger:
        return replace(state, own=self._watched(state.own, error)) if self.watch == "error" else state

    def _watched(self, own: Watch, value: float) -> Watch:
        window, changed = Adwin(self.delta)(own.window, value)
        if changed and not self._open(own):  # ADWIN shrinks its window in several steps
            return Watch(None, window, own.changes + 1, 0)
        return replace(own, window=window)

    def _open(self, own: Watch) -> bool:
        """Whether a change is so near that the reserve may be spent."""
        return own.since is not None and own.since < self.span

    def _kept_back(self, state: Ledger) -> bool:
        return not self._open(state.own) and state.asked >= (1 - self.reserve) * self.budget * (state.seen + 1)
