"""Judges samples as they arrive.  Floor 3."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from askance.errors import BadStrategy
from askance.protocols import Policy
from askance.signals import Signals, check_names, check_values
from askance.spec import parse
from askance.strategy import Strategy, Utility
from askance.view import View


@dataclass(frozen=True)
class Decision:
    """Whether to ask about one arrival.  `state` continues the stream later: `stream(..., state=decision.state)`."""

    id: int
    ask: bool
    utility: float
    state: Any


def stream(
    strategy: str | Strategy, arrivals: Iterable[Signals], policy: Policy, state: Any = None, seed: int = 0
) -> Iterator[Decision]:
    """The same row-local scorers, one arrival at a time: however arrivals are chunked, the decisions are the same."""
    s = parse(strategy)
    if s.kind is not Utility or not s.local:
        raise BadStrategy(
            f"{s} looks at the whole pool, so it cannot judge one arrival; a stream takes a row-local scorer"
        )
    state = policy.init() if state is None else state
    for signals in arrivals:
        check_names(signals, s.needs, s)
        check_values(signals, s.needs)
        utilities = s(View(signals, 1, seed)).get("utility")
        for sample, utility in zip(signals.ids.tolist(), utilities.tolist(), strict=True):
            state, ask = policy(state, utility)
            yield Decision(sample, ask, utility, state)
