"""What a round depends on: the plan, which is fixed, and what is known so far.  Floor 5."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from askance import ops
from askance.among import Among, choosing, single
from askance.campaign.guesses import HISTORY, Guesses
from askance.campaign.shares import Shares
from askance.errors import BadConfig, BadLearner, nearest
from askance.history import Metric, Round
from askance.meta import first_odds
from askance.metrics.measure import Share
from askance.protocols import Learner, Pool
from askance.strategy import Strategy

Measure = Callable[[Sequence[str], np.ndarray, Sequence[str], Share], Mapping[str, Metric]]


@dataclass(frozen=True)
class Plan:
    """All that is fixed for a whole campaign.

    test_labels  {id: label} for `shares.test`, from the answer key
    first        ids of round 0 where they are given, instead of a warm-up that is chosen
    learns       whether a model learns from such labels; else every round is chosen as a first one is
    stop         text of the stopping rule that may act; "" = the usual ones are shown
    control      folds in which labels drawn at random are learned from alone (campaign/control.py); 0 = not
    measure      (truth, what the learner says, its classes, share) -> {name: Metric}; None = all the usual ones
    """

    pool: Pool
    strategy: Strategy
    shares: Shares
    batch: int
    warmup: int
    warmup_strategy: Strategy
    budget: int | None = None
    seed: int = 0
    validation: float = 0.0
    test_labels: Mapping[int, str] = field(default_factory=dict)
    first: np.ndarray | None = None
    stop: str = ""
    strict: bool = False
    learns: bool = True
    control: int = 0
    measure: Measure | None = None


@dataclass(frozen=True)
class Known:
    """What is known when a round begins.

    labels      {id: label}, the answers that count
    pending     asked about and not answered
    gone        skipped, or not readable: they never come back
    validation  drawn to measure on: never learned from
    guesses     what past rounds predicted, oldest first, where the strategy looks back
    """

    labels: Mapping[int, str] = field(default_factory=dict)
    pending: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    validation: frozenset[int] = frozenset()
    guesses: tuple[Guesses, ...] = ()


@dataclass(frozen=True)
class Turn:
    """A round, with what must be kept besides: which picks are for validation, what could not be read, and what was
    predicted, where the strategy looks back."""

    round: Round
    validation: frozenset[int] = frozenset()
    unreadable: Mapping[int, str] = field(default_factory=dict)
    guesses: Guesses | None = None


def round_seed(seed: int, number: int) -> int:
    """The seed of one round's selection, in [0, 2**32)."""
    return int(ops.key_ids(number, 1, seed)[0]) >> 32


def check_learner(plan: Plan, learner: Learner) -> None:
    """That the learner gives what the strategies need, before any work."""
    single(plan.warmup_strategy)
    if (among := choosing(plan.strategy)) is not None:
        _check_chooser(plan, among)
    missing = learned_needs(plan.strategy) - (learner.provides if plan.learns else learner.cold)
    if missing:
        raise BadConfig(_lacks(plan.strategy, missing, learner.provides, "the learner"))
    early = plan.warmup_strategy.needs - learner.cold
    if early:
        before = "before it has learned anything, the learner"
        raise BadConfig(
            _lacks(plan.warmup_strategy, early, learner.cold, before) + "; warmup_strategy = 'random' needs none"
        )


def predicts_numbers(learner: Learner) -> bool:
    """Labels are numbers to it, and not classes."""
    return "prediction" in learner.provides and "probs" not in learner.provides


def _check_chooser(plan: Plan, among: Among) -> None:
    first_odds(among)
    if among.form.measures and not plan.validation:
        raise BadConfig(
            f"{among.form.name} compares strategies on a share of the pool that is drawn at random and labelled too; "
            "say how much, as in validation = 0.2"
        )


def learned_needs(strategy: Strategy) -> frozenset[str]:
    """What the learner must give: looking back takes its probabilities now, and those of past rounds are kept."""
    needs = strategy.needs
    return (needs - {HISTORY}) | {"probs"} if HISTORY in needs else needs


def _lacks(strategy: Strategy, missing: frozenset[str], has: frozenset[str], who: str) -> str:
    words, there = ", ".join(sorted(missing)), ", ".join(sorted(has)) or "no signal"
    return f"{strategy} needs {words}, and {who} gives {there}{nearest(words, has)}"


def one_class(known: Known) -> BadLearner:
    """Why nothing can be learned, when there is nothing left to ask either."""
    seen = set(known.labels.values())
    what = f"all {len(known.labels)} labels are {seen.pop()!r}" if seen else "no sample has a label"
    return BadLearner(
        f"there is nothing to learn: {what}, two classes are needed (or two numbers), and there is nothing left to ask"
    )


def as_ids(ids: "set[int] | frozenset[int] | Mapping[int, str]") -> np.ndarray:
    """(n,) uint64, ascending."""
    return np.sort(np.fromiter(ids, np.uint64, len(ids)))
