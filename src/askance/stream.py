"""Judges samples as they arrive.  Floor 3."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import isnan, nan

import numpy as np

from askance import ops
from askance.errors import BadSignal, BadStrategy
from askance.policies import Arrival, Ledger, Policy, parse_policy
from askance.policies.aside import faults, shapes_of
from askance.signals import Signals, check_committee, check_names, sources
from askance.spec import parse
from askance.strategy import Strategy, Utility
from askance.view import View

DRAW = 0x57A3 << 32  # where the draws of streams begin: no strategy draws there


@dataclass(frozen=True)
class Decision:
    """Whether to ask about one arrival.  `state` continues the stream later: `stream(..., state=decision.state)`.

    utility  NaN where the arrival was set aside because it could not be judged; `why` says what was wrong with it
    chance   the probability that it was asked about, given all before it; 1 or 0 where nothing was drawn
    """

    id: int
    ask: bool
    utility: float
    chance: float
    why: str
    state: Ledger

    @property
    def aside(self) -> bool:
        return isnan(self.utility)

    @property
    def weight(self) -> float:
        """1 / chance for what is asked about, else 0: a learner so weighted sees the stream without bias."""
        return 1.0 / self.chance if self.ask else 0.0


def stream(
    strategy: str | Strategy,
    arrivals: Iterable[Signals],
    policy: str | Policy,
    state: Ledger | None = None,
    seed: int = 0,
) -> Iterator[Decision]:
    """The same row-local scorers, one arrival at a time: however arrivals are chunked, the decisions are the same.

    An arrival that cannot be judged (NaN, no distribution, another width than those before it, not read) is set aside
    and says why.  What no arrival can mend is raised: a strategy that looks at the whole pool, a signal that is not
    there, a scorer whose unit the policy cannot read.
    """
    s, p = parse(strategy), parse_policy(policy)
    if s.kind is not Utility or not s.local:
        raise BadStrategy(
            f"{s} looks at the whole pool, so it cannot judge one arrival; a stream takes a row-local scorer"
        )
    state = p.init() if state is None else state
    for signals in arrivals:
        for decision in _chunk(s, signals, p, state, seed):
            state = decision.state
            yield decision


def _chunk(s: Strategy, signals: Signals, p: Policy, state: Ledger, seed: int) -> Iterator[Decision]:
    """The decisions on some arrivals: those set aside in their places, what could not be read at the end."""
    needs = s.needs | p.needs
    if len(signals) and not state.seen:
        _configured(signals, s, p)
    wrong = faults(signals, needs, state.shapes if state.seen else None) if len(signals) else {}
    kept = [row for row in range(len(signals)) if row not in wrong]
    good = signals.take(np.array(kept, np.int64)) if wrong else signals
    judged = _arrivals(s, good, p, state.seen, seed)
    if len(good) and not state.seen:
        state = replace(state, shapes=shapes_of(good, needs))
    for row, sample in enumerate(signals.ids.tolist()):
        if row in wrong:
            state = replace(state, aside=state.aside + 1)
            yield Decision(sample, False, nan, 0.0, wrong[row], state)
            continue
        arrival = next(judged)
        state, choice = p(state, arrival)
        yield Decision(sample, choice.ask, arrival.utility, choice.chance, choice.why, state)
    for sample, why in signals.skipped.items():
        state = replace(state, aside=state.aside + 1)
        yield Decision(sample, False, nan, 0.0, why, state)


def _arrivals(s: Strategy, good: Signals, p: Policy, seen: int, seed: int) -> Iterator[Arrival]:
    """What the policy is shown of each; the noise goes by id and place, so that what comes twice is drawn afresh."""
    if not len(good):
        return
    utilities = s(View(good, 1, seed)).get("utility")
    if utilities.max() > p.limit + 1e-6:
        raise BadStrategy(
            f"{p} reads utilities up to {p.limit:g}, and {s} gave {utilities.max():.4g}; take margin, "
            "entropy(normalised=True) or another scorer from 0 to 1"
        )
    noise = ops.noise(seed, good.ids, DRAW + seen + np.arange(len(good)))
    vectors, probs = (good[name] if name in p.needs else [None] * len(good) for name in ("embeddings", "probs"))
    for utility, u, vector, row in zip(utilities.tolist(), noise.tolist(), vectors, probs, strict=True):
        yield Arrival(utility, u, vector, row)


def _configured(signals: Signals, s: Strategy, p: Policy) -> None:
    """The signals that strategy and policy need are there, as numbers, and enough members are in a committee."""
    check_names(signals, s.needs, s)
    check_names(signals, p.needs, p)
    if "members" in s.needs and "members" in signals.columns:
        check_committee(signals.columns["members"])
    for name in sorted(sources(s.needs | p.needs) & set(signals.columns)):
        if signals.columns[name].dtype.kind not in "fiub":
            raise BadSignal(f"{name} must hold numbers, not {signals.columns[name].dtype}")
