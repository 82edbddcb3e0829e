"""One turn of the loop, from what is known to what to ask next; it writes nothing.  Floor 5.

The same plan, answers and round number give the same picks, in a campaign as in a simulation.
"""

from dataclasses import replace
from time import monotonic
from typing import Any

import numpy as np

from askance import metrics, stopping
from askance.campaign.arms import own_curves
from askance.campaign.choose import Choice, Moment, choose
from askance.campaign.control import control
from askance.campaign.measured import in_hindsight, measured, of_batch
from askance.campaign.plan import Known, Plan, Turn, as_ids, one_class, predicts_numbers
from askance.errors import BadPool
from askance.history import History, Pick, Round
from askance.learners import SemiSupervised
from askance.ops import hex_id
from askance.protocols import Learner, Verdict
from askance.select import Batch

SHOWN = ("budget", "exhausted", "stabilizing", "classification_change", "uncertainty")  # rules shown where none may act

SHOWN_FOR_NUMBERS = ("budget", "exhausted", "plateau(metric='log_rmse', gain=0.01)")  # a hundredth is 1 % of the RMSE


def next_round(plan: Plan, learner: Learner, known: Known, past: tuple[Round, ...]) -> Turn:
    """Fits on the labels so far, measures, and chooses the next batch; a warm-up until two classes are known."""
    known, lost = _within(plan, known)
    now = Moment(plan, learner, known, past)
    turn = _learn(now) if plan.learns and len(set(now.learned.values())) > 1 else _warm_up(now)
    lasting = {i: why for i, why in {**lost, **turn.unreadable}.items() if i not in known.gone}
    round = replace(turn.round, batch={**turn.round.batch, **in_hindsight(past, known.labels)})
    history = History({}, (*past, round), len(known.labels), plan.budget)
    verdicts = judge(plan.stop, history, SHOWN_FOR_NUMBERS if predicts_numbers(learner) else SHOWN)
    return replace(turn, round=replace(round, verdicts=verdicts), unreadable=lasting)


def judge(stop: str, history: History, shown: tuple[str, ...] = SHOWN) -> tuple[Verdict, ...]:
    """The verdicts of the rule that may act, the whole last; else those of the usual rules."""
    if stop:
        return stopping.judge(stop, history)
    return tuple(stopping.parse(name)(history) for name in shown)


def _within(plan: Plan, known: Known) -> tuple[Known, dict[int, str]]:
    """What is known of samples that may be learned from, and {id: why} for those that left the pool."""
    ids = as_ids(known.labels)
    lost = {int(i): "it is no longer in the pool" for i in ids[~np.isin(ids, plan.pool.ids)]}
    if lost and plan.strict:
        raise BadPool(f"{len(lost)} labelled samples are no longer in the pool, first {hex_id(min(lost))}")
    out = lost.keys() | set(plan.shares.test.tolist())
    return replace(known, labels={i: label for i, label in known.labels.items() if i not in out}), lost


def _warm_up(now: Moment) -> Turn:
    if now.number == 0 and now.plan.first is not None:
        batch = Batch(now.plan.first, np.zeros(len(now.plan.first)))
        return _turn(now, Choice(batch, np.zeros(0, np.uint64)), strategy="given")
    plan = now.plan
    strategy = plan.warmup_strategy if plan.learns else plan.strategy
    chosen = choose(now, strategy, plan.batch if now.number else plan.warmup)
    if plan.learns and not len(chosen.batch) and not len(chosen.drawn) and not now.known.pending:
        raise one_class(now.known)
    return _turn(now, chosen, strategy=str(strategy))


def _learn(now: Moment) -> Turn:
    start, ids = monotonic(), as_ids(now.learned)
    by_chance = control(now)
    behind, start = monotonic() - start, monotonic()
    if isinstance(now.learner, SemiSupervised):
        now.learner.offer(now.plan.pool.take(now.free), now.number)
    now = replace(now, curves=own_curves(now))
    fit = now.learner.fit(now.plan.pool.take(ids), [now.learned[int(i)] for i in ids], seed=now.plan.seed)
    train = {"train": monotonic() - start} | ({"control": behind} if by_chance else {})
    found = measured(now)
    chosen = choose(now, now.plan.strategy, now.plan.batch)
    found |= of_batch(now, chosen.batch.ids)
    found |= {"control": by_chance, "seconds": train | dict(chosen.seconds)}
    return _turn(now, chosen, fit=fit, strategy=str(now.plan.strategy), **found)


def _turn(now: Moment, chosen: Choice, **said: Any) -> Turn:
    shares, known = now.plan.shares, now.known
    left = len(shares.train) + len(shares.validation) - len({*known.labels, *known.gone})
    plain = now.plan.learns and not predicts_numbers(now.learner)
    counts = metrics.class_balance(list(known.labels.values()), ()) if plain else {}
    round = Round(
        now.number, len(known.labels), left, _picks(now, chosen), class_counts=counts, arms=chosen.arms, **said
    )
    return Turn(round, frozenset(chosen.drawn.tolist()), chosen.unreadable, chosen.guesses)


def _picks(now: Moment, chosen: Choice) -> tuple[Pick, ...]:
    ids = np.concatenate([chosen.batch.ids, chosen.drawn])
    names = now.plan.pool.take(ids).names if len(ids) else ids
    utility = [*chosen.batch.utility.tolist(), *[0.0] * len(chosen.drawn)]
    why = [*(chosen.why or chosen.batch.why), *["drawn at random to measure on"] * len(chosen.drawn)]
    rows = zip(ids.tolist(), names, utility, why, strict=True)
    return tuple(Pick(i, str(name), rank, u, w) for rank, (i, name, u, w) in enumerate(rows, 1))
