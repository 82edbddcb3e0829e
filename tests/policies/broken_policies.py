"""Deliberately broken policies: each says which check must catch it.  None of them is in the registry."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from askance.policies import Arrival, Choice, Ledger, Policy, variable

BROKEN: dict[str, tuple[type[Policy], str]] = {}


def broken(caught: str) -> Callable[[type[Policy]], type[Policy]]:
    def keep(made: type[Policy]) -> type[Policy]:
        BROKEN[made.__name__] = (made, caught)
        return made

    return keep


@dataclass(frozen=True)
class Rising(Policy):
    """A sound policy to spoil."""

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return float(arrival.utility > 0.8), "-"


@broken("keeps_the_budget")
class estimates_what_it_spent(Rising):
    """The paper's forgetting estimate of the spending, with nothing beside it: bursts go over."""

    def __call__(self, state: Ledger, arrival: Arrival) -> tuple[Ledger, Choice]:
        spent = state.own or 0.0
        ask = arrival.utility > 0.5 and spent / 100 < self.budget
        choice = Choice(ask, float(ask), "-")
        return replace(state, seen=state.seen + 1, asked=state.asked + ask, own=spent * 0.99 + ask), choice


@broken("keeps_the_budget")
class checks_once_a_chunk(Rising):
    """Looks at its budget every 500 arrivals and not between: 15 % instead of 10 % in scikit-activeml."""

    def __call__(self, state: Ledger, arrival: Arrival) -> tuple[Ledger, Choice]:
        known = state.asked if state.seen % 500 == 0 else (state.own or 0)
        ask = arrival.utility > 0.5 and known < self.budget * (state.seen + 1)
        after = Ledger(state.seen + 1, state.asked + ask, own=known)
        return after, Choice(ask, float(ask), "-")


@broken("uses_the_budget")
class never_lowers_its_bar(Rising):
    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return float(arrival.utility > (state.own or 0.0)), "-"

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> float:
        return max(state.own or 0.0, arrival.utility)


@broken("resumes_through_json")
class remembers_an_array(Rising):
    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> np.ndarray:
        return np.array([arrival.utility])


@broken("resumes_through_json")
class remembers_infinity(Rising):
    def start(self) -> float:
        return float("inf")

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> float:
        return float(state.own)


CALLS: list[float] = []


@broken("remembers_only_in_its_state")
class remembers_in_the_module(Rising):
    """Asks about every 14th arrival that it ever saw."""

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        CALLS.append(arrival.utility)
        return float(len(CALLS) % 14 == 0), "-"


@broken("remembers_only_in_its_state")
class writes_into_the_old_state(Rising):
    def start(self) -> Any:
        return []

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return float(not state.own or arrival.utility >= np.mean(state.own)), "-"

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> Any:
        state.own.append(arrival.utility)
        return state.own


@broken("remembers_only_in_its_state")
class draws_from_numpy(Rising):
    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return float(np.random.random() < 0.2), "-"  # noqa: NPY002


@broken("chances_are_true")
class looks_at_the_noise(Rising):
    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return (1.0, "-") if arrival.noise < 0.3 else (0.0, "-")


@broken("chances_are_true")
class records_another_chance(Rising):
    """Says what it wanted where the budget was spent: weights by it would be wrong."""

    def __call__(self, state: Ledger, arrival: Arrival) -> tuple[Ledger, Choice]:
        after, choice = super().__call__(state, arrival)
        return after, Choice(choice.ask, self.wants(state, arrival)[0], choice.why)


@broken("chances_are_true")
class gives_odds(Rising):
    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        return 2.0 * arrival.utility, "-"


@broken("reads_back")
class not_in_the_registry(Rising):
    pass


def sound() -> Policy:
    """What is not broken, so that a check which fails for all is seen."""
    return variable()
