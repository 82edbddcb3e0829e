"""Chooses a batch: the strategy's part, and the part drawn at random to measure on.  Floor 5."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from time import monotonic

import numpy as np

from askance.among import choosing
from askance.campaign.arms import Arms, drawn_among
from askance.campaign.guesses import HISTORY, Guesses, guesses, history
from askance.campaign.plan import Known, Plan, as_ids, learned_needs, predicts_numbers, round_seed
from askance.errors import BadPool
from askance.history import Round
from askance.meta.past import Point
from askance.ops import hex_id
from askance.ops.numerals import as_numbers
from askance.protocols import Learner
from askance.select import Batch, select
from askance.signals import Signals
from askance.strategy import Strategy


@dataclass(frozen=True)
class Moment:
    """Where a round stands; the learner is changed by a fit, all else is fixed.

    past    the rounds before; curves: of the strategies that are compared by their own labels
    """

    plan: Plan
    learner: Learner
    known: Known
    past: tuple[Round, ...] = ()
    curves: Mapping[str, Point] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """Of the round."""
        return len(self.past)

    @cached_property
    def learned(self) -> Mapping[int, str]:
        """{id: label} to fit on."""
        return {i: label for i, label in self.known.labels.items() if i not in self.known.validation}

    @cached_property
    def asked(self) -> np.ndarray:
        """Ids that are not to be asked about again."""
        return as_ids({*self.known.labels, *self.known.pending, *self.known.gone})

    @cached_property
    def free(self) -> np.ndarray:
        """What a strategy may choose from, in the order of the pool."""
        train = self.plan.shares.train
        return train[~np.isin(train, self.asked)]

    @cached_property
    def waiting(self) -> np.ndarray:
        """Pending samples that will be learned from."""
        return as_ids(self.known.pending - self.known.validation)


@dataclass(frozen=True)
class Choice:
    """batch: the strategy's picks; drawn: ids to measure on; unreadable: {id: why}; seconds: {"score", "select"};
    guesses: what was predicted, where the strategy looks back; why, arms: where it chooses among others."""

    batch: Batch
    drawn: np.ndarray
    unreadable: Mapping[int, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    guesses: Guesses | None = None
    why: tuple[str, ...] = ()
    arms: Arms = field(default_factory=dict)


def choose(now: Moment, strategy: Strategy, size: int) -> Choice:
    """Up to `size` questions, within the budget and what is free."""
    k, drawn = divided(now, size)
    if not k:
        return Choice(Batch(np.zeros(0, np.uint64), np.zeros(0)), drawn)
    start = monotonic()
    learned = as_ids(now.learned)
    said = signals_of(now, np.concatenate([now.free, learned, now.waiting]), learned_needs(strategy))
    guessed = guesses(said, now.learner.classes) if HISTORY in strategy.needs else None
    if guessed is not None:
        said = said.with_(history=history(now.known.guesses, guessed, said.ids))
    free, labeled, pending = (said.take(np.isin(said.ids, ids)) for ids in (now.free, learned, now.waiting))
    scored = monotonic()
    told = [now.learned[int(i)] for i in labeled.ids]
    labels = as_numbers(told) if predicts_numbers(now.learner) else np.array(told, dtype=object)
    seed = round_seed(now.plan.seed, now.number)

    def pick(one: Strategy) -> Batch:
        return select(one, free, k, seed, labeled=labeled, labels=labels, pending=pending, learner=now.learner)

    batch, why, arms = picked(now, strategy, pick, said, free.ids, k)
    seconds = {"score": scored - start, "select": monotonic() - scored}
    return Choice(batch, drawn, said.skipped, seconds, guessed, why, arms)


def picked(
    now: Moment, strategy: Strategy, pick: Callable[[Strategy], Batch], said: Signals, free: np.ndarray, k: int
) -> tuple[Batch, tuple[str, ...], Arms]:
    """The batch, why each sample is in it, and what a strategy that chooses among others must remember."""
    if (among := choosing(strategy)) is not None:
        return drawn_among(now, among, pick, said, free, k)
    batch = pick(strategy)
    return batch, batch.why, {}


def divided(now: Moment, size: int) -> tuple[int, np.ndarray]:
    """How many the strategy chooses, and the ids drawn to measure on, so that their share of all labels is kept."""
    plan, known = now.plan, now.known
    so_far = len({*known.labels, *known.pending})
    k = size if plan.budget is None else max(0, min(size, plan.budget - so_far))
    waiting = plan.shares.validation[~np.isin(plan.shares.validation, now.asked)]
    due = round(plan.validation * (so_far + k)) - len(known.validation - known.gone)
    v = max(0, min(len(waiting), k, max(due, k - len(now.free))))
    return min(k - v, len(now.free)), waiting[:v]


def signals_of(now: Moment, ids: np.ndarray, needs: frozenset[str]) -> Signals:
    """What the learner says of these; nothing is read where nothing is needed."""
    said = now.learner.signals(now.plan.pool.take(ids), needs) if needs else Signals(ids)
    if said.skipped and now.plan.strict:
        sample, why = next(iter(said.skipped.items()))
        raise BadPool(f"sample {hex_id(sample)} cannot be read: {why}")
    return said
