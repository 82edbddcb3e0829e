"""Gold questions: where they come among the others, and which.  Floor 5.

A person's places are drawn by noise from the campaign's seed, their name and how many questions they have had, so that
nobody can tell where the next one is and a replay puts it there again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from sqlalchemy import Connection, exists, func, select

from askance import ops
from askance.campaign.config import Config
from askance.campaign.settings import in_force
from askance.ops import parse_id
from askance.store.schema import gold, label, round_, slot, task, tested, verdict

PLACES, ORDER = 1101, 1102  # draws of ops.noise


@dataclass(frozen=True)
class Trials:
    """share: of what somebody is handed, in [0, 1); 0 for none.  told: they are told at once how they did."""

    share: float = 0.0
    seed: int = 0
    told: bool = False


def trials_of(db: Connection) -> Trials:
    """What is in force."""
    return rule_of(in_force(db))


def rule_of(config: Config) -> Trials:
    return Trials(config.gold, config.seed, config.gold_feedback)


def due(trials: Trials, who: str, count: int) -> bool:
    """Whether the question that follows `count` others is a gold one, if there is one left."""
    draw = ops.noise(trials.seed, _person(who), PLACES + (count << 16))
    return bool(draw[0] < trials.share)


def mixed(db: Connection, trials: Trials, who: str, new: Sequence[Any]) -> tuple[list[Any], list[list[Any]]]:
    """-> those of the new questions that are handed out, and [sample, name, round, rank] of the gold ones among them.

    A gold question takes the place of the last of the new ones, and stands beside one that was chosen: alone it would
    be known for what it is.  One is handed out only where the model has as much to say of it as of that question.
    """
    if not trials.share:
        return list(new), []
    before = int(db.execute(select(func.count()).select_from(slot).where(slot.c.who == who)).scalar() or 0)
    at = [n for n in range(len(new)) if due(trials, who, before + n)]
    if not at:
        return list(new), []
    left = _left(db, trials, who, {r.sample for r in new})
    found: list[list[Any]] = []
    for n in at:
        beside = new[n - len(found)]
        one = next((g for g in left if bool(g.guesses) == bool(beside.guesses)), None)
        if one is not None:
            left.remove(one)
            found.append([one.sample, one.known, beside.round, beside.rank])
    return list(new[: len(new) - len(found)]), found


def _left(db: Connection, trials: Trials, who: str, beside: set[str]) -> list[Any]:
    """Gold questions that this person has had no part in, in an order of their own."""
    asked = exists().where(slot.c.sample == gold.c.sample, slot.c.who == who)
    told = exists().where(label.c.sample == gold.c.sample, label.c.who == who)
    decided = exists().where(verdict.c.sample == gold.c.sample, verdict.c.who == who)
    name = func.coalesce(task.c.name, gold.c.name, gold.c.sample)
    found = (
        select(gold.c.sample, gold.c.guesses, name.label("known"))
        .select_from(gold.outerjoin(task, task.c.sample == gold.c.sample))
        .where(gold.c.who != who, ~asked, ~told, ~decided)
    )
    rows = [r for r in db.execute(found) if r.sample not in beside]
    ids = np.array([parse_id(r.sample) for r in rows], np.uint64)
    turn = np.argsort(ops.noise(trials.seed, ids ^ _person(who), ORDER), kind="stable")
    return [rows[n] for n in turn]


def _person(who: str) -> np.ndarray:
    """(1,) uint64"""
    return np.array([int.from_bytes(blake2b(who.encode(), digest_size=8).digest(), "big")], np.uint64)


@dataclass(frozen=True)
class Had:
    """Gold questions of one person: answered in all; of the newest round, those handed out and those done with."""

    answered: int = 0
    begun: int = 0
    done: int = 0


def had(db: Connection, who: str, rule: Trials) -> Had:
    """What somebody is told of how much there is and how much is left moves with these as with any other question."""
    if not rule.share:
        return Had()
    answered = select(func.count()).select_from(label).where(label.c.who == who, label.c.gold)
    newest = select(func.max(round_.c.number)).scalar_subquery()
    mine = select(slot.c.state).where(slot.c.who == who, slot.c.gold, slot.c.round == newest)
    states = list(db.execute(mine).scalars())
    return Had(int(db.execute(answered).scalar() or 0), len(states), sum(s != "leased" for s in states))


def guesses_of(db: Connection, who: str, samples: Collection[str]) -> dict[str, str | None]:
    """{sample: what the newest model thinks}, of those that are gold questions to this person."""
    mine = (slot.c.who == who) & slot.c.gold & slot.c.sample.in_(samples)
    found = select(slot.c.sample, gold.c.guesses).join(gold, gold.c.sample == slot.c.sample).where(mine)
    return {r.sample: r.guesses for r in db.execute(found)}


def feedback(db: Connection, who: str, samples: Collection[str], rule: Trials) -> dict[str, tuple[str, str]]:
    """{sample: (what they said first, what is known)}, where whoever answers a gold question is told how they did."""
    if not rule.told:
        return {}
    mine = (tested.c.who == who) & tested.c.sample.in_(samples)
    found = select(tested.c.sample, tested.c.value, gold.c.value.label("known"))
    rows = db.execute(found.join(gold, gold.c.sample == tested.c.sample).where(mine))
    return {r.sample: (r.value, r.known) for r in rows}
