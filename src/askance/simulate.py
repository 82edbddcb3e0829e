"""The loop in memory, with an answer key and no store: for research, benchmarks and the demo.  Floor 5.

The same seed gives the same shares and the same warm-up for every strategy, so that runs can be compared in pairs.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from askance.campaign.guesses import KEPT
from askance.campaign.plan import Known, Measure, Plan, check_learner
from askance.campaign.round import next_round
from askance.campaign.shares import share_out
from askance.history import History, Round
from askance.learners import Prepared, SemiSupervised
from askance.progress import bar
from askance.protocols import Learner, Pool
from askance.spec import parse
from askance.strategy import Strategy
from askance.usual import named


def simulate(
    pool: Pool,
    learner_factory: Callable[[], Learner],
    strategy: str | Strategy,
    truth: Mapping[int, str],
    *,
    batch: int,
    warmup: int | np.ndarray,
    budget: int | None = None,
    seed: int = 0,
    test: float | np.ndarray = 0.2,
    validation: float = 0.0,
    warmup_strategy: str | Strategy = "random",
    stop: str = "",
    stop_set: int = 0,
    measure: Measure | None = None,
) -> History:
    """Asks, is told by `truth`, learns and measures, until the budget or the pool is used up, or `stop` says so.

    strategy  'auto' is `uherding`, or what the learner allows (usual.py)
    warmup  how many samples round 0 asks about, or the very ids
    test    the share of the pool to measure on, or the very ids; they are never asked about
    measure what to measure; None for all the usual metrics of classes, or of numbers
    A sample that `truth` does not know is skipped, as a person would.
    """
    learner = learner_factory()
    first = warmup if isinstance(warmup, np.ndarray) else None
    shares = share_out(pool.ids, seed, validation, test, stop_set)
    plan = Plan(
        pool=pool,
        strategy=given(strategy, learner.provides),
        shares=shares,
        batch=batch,
        warmup=len(first) if first is not None else int(warmup),
        warmup_strategy=given(warmup_strategy, learner.cold, cold=True),
        budget=budget,
        seed=seed,
        validation=validation,
        test_labels={i: truth[i] for i in shares.test.tolist() if i in truth},
        first=first,
        stop=stop,
        measure=measure,
    )
    if isinstance(learner, Prepared):
        learner.prepare(pool.take(pool.ids))
    check_learner(plan, learner)
    return play(plan, learner, truth)


def given(strategy: str | Strategy, has: frozenset[str], cold: bool = False) -> Strategy:
    """What was asked for; 'auto' is the usual one for these signals."""
    return parse(named(strategy, has, cold=cold)) if isinstance(strategy, str) else strategy


def play(plan: Plan, learner: Learner, truth: Mapping[int, str]) -> History:
    """Rounds until there is nothing left to ask."""
    known = Known()
    rounds: tuple[Round, ...] = ()
    askable = len(plan.shares.train) + len(plan.shares.validation)
    with bar(f"simulating {plan.strategy}", min(plan.budget or askable, askable)) as done:
        while True:
            turn = next_round(plan, learner, known, rounds)
            rounds = (*rounds, checked(turn.round, learner, truth))
            if not turn.round.picks or (plan.stop and turn.round.verdicts[-1].stop):
                return History({}, rounds, len(known.labels), plan.budget)
            known = answered(known, turn.round, truth)
            known = replace(
                known,
                validation=known.validation | turn.validation,
                gone=known.gone | turn.unreadable.keys(),
                guesses=(*known.guesses, turn.guesses)[-KEPT:] if turn.guesses else known.guesses,
            )
            done(len(known.labels))


def checked(done: Round, learner: Learner, truth: Mapping[int, str]) -> Round:
    """With the share of the pseudo-labels that are right, where the learner gave any: only a simulation can know."""
    if done.fit is None or not isinstance(learner, SemiSupervised):
        return done
    right = [truth[i] == label for i, label in learner.added.items() if i in truth]
    told = {"pseudo_precision": sum(right) / len(right)} if right else {}
    return replace(done, fit=replace(done.fit, chosen={**done.fit.chosen, **told}))


def answered(known: Known, asked: Round, truth: Mapping[int, str]) -> Known:
    """With the answers of the key; what it does not know is skipped."""
    told = {p.id: truth[p.id] for p in asked.picks if p.id in truth}
    skipped = {p.id for p in asked.picks if p.id not in truth}
    return replace(known, labels={**known.labels, **told}, gone=known.gone | skipped)
