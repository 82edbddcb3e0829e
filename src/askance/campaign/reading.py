"""What the store knows, as data: for the next round, for reports, and for people.  Floor 5."""

from collections import Counter
from dataclasses import asdict
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, exists, func, select, text

from askance import metrics
from askance.campaign import record
from askance.campaign.config import Config
from askance.campaign.consensus import consensus
from askance.campaign.plan import Known
from askance.history import Pick, Round
from askance.labels.text import LEARNED
from askance.ops import parse_id
from askance.ops.numerals import as_numbers
from askance.store.effects import BY_HAND
from askance.store.schema import campaign, event, gold, label, lock, pick, round_, slot, task, unreadable


def setting(db: Connection, key: str) -> str | None:
    found: str | None = db.execute(select(campaign.c.value).where(campaign.c.key == key)).scalar()
    return found


def labels(db: Connection) -> dict[int, str]:
    """{id: label} in the order in which the first answers came: what a reviewer decided, else what the campaign's rule
    makes of the answers that count (campaign/settling.py)."""
    return {parse_id(sample): one.value for sample, one in consensus(db).items()}


# Asked with every answer.  In the words of the index `label_counted`: "counted = 1" would read the whole table.
_COUNTED = select(func.count(label.c.sample.distinct())).where(text("label.counted"))


def counted(db: Connection) -> int:
    """How many samples have an answer that counts."""
    return int(db.execute(_COUNTED).scalar() or 0)


def known(db: Connection) -> Known:
    rows = db.execute(select(task.c.sample, task.c.state, task.c.role)).all()
    waiting = (parse_id(r.sample) for r in rows if r.state == "open")
    skipped = (parse_id(r.sample) for r in rows if r.state == "skipped")
    unread = (parse_id(s) for s in db.execute(select(unreadable.c.sample)).scalars())
    drawn = (parse_id(r.sample) for r in rows if r.role == "validation")
    told = labels(db)
    tests = gold_questions(db) - told.keys()
    gone = frozenset(skipped) | frozenset(unread) | tests
    return Known(told, frozenset(waiting), gone, frozenset(drawn))


def gold_questions(db: Connection) -> frozenset[int]:
    """Samples whose answer is known to those who see how people do; nothing is learned from what is said to them."""
    return frozenset(map(parse_id, db.execute(select(gold.c.sample)).scalars()))


def untouched(db: Connection) -> frozenset[int]:
    """Questions of rounds that are open and that nobody holds or has answered, in any of their slots."""
    begun = exists().where(slot.c.sample == task.c.sample, slot.c.state != "open", ~slot.c.gold)
    found = db.execute(select(task.c.sample).where(task.c.state == "open", task.c.round != BY_HAND, ~begun)).scalars()
    return frozenset(map(parse_id, found))


def rounds(db: Connection) -> tuple[Round, ...]:
    """Oldest first, with their picks."""
    picks: dict[int, list[Pick]] = {}
    for r in db.execute(select(pick).order_by(pick.c.round, pick.c.rank)):
        picks.setdefault(r.round, []).append(Pick(parse_id(r.sample), r.name, r.rank, r.utility, r.why))
    found = db.execute(select(round_).order_by(round_.c.number))
    return tuple(record.from_text(r.body, tuple(picks.get(r.number, ()))) for r in found)


def caught_up(db: Connection) -> bool:
    """Whether nothing was answered, taken back or imported since the last round."""
    latest = select(func.max(event.c.seq))
    last_round = db.execute(latest.where(event.c.kind == "round")).scalar() or 0
    answers = ("label", "skip", "undo", "import", "review")
    last_answer = db.execute(latest.where(event.c.kind.in_(answers))).scalar() or 0

    return bool(last_round > last_answer)


def counts(db: Connection) -> dict[str, Any]:
    """How many questions are in which state, and who has said how much."""
    states, slots = _by_state(db, task), _by_state(db, slot)
    people = db.execute(select(label.c.who, func.count()).group_by(label.c.who).order_by(label.c.who))
    late = db.execute(select(func.count()).select_from(label).where(~label.c.counted, ~label.c.gold)).scalar() or 0
    unread = db.execute(select(func.count()).select_from(unreadable)).scalar() or 0
    return {
        "labels": counted(db),
        "pending": states["open"],
        "leased": slots["leased"],
        "skipped": states["skipped"],
        "unreadable": int(unread),
        "extra": int(late),
        "people": {r[0]: r[1] for r in people},
    }


def _by_state(db: Connection, table: Table) -> Counter[str]:
    found = db.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return Counter({r[0]: r[1] for r in found})


def left_out(db: Connection) -> dict[str, str]:
    """{name or id: why} of what was skipped, or could not be read."""
    named = unreadable.outerjoin(task, task.c.sample == unreadable.c.sample)
    name = func.coalesce(task.c.name, unreadable.c.sample)
    unread = db.execute(select(name, unreadable.c.why).select_from(named))
    why = select(task.c.name, slot.c.reason).join(slot, slot.c.sample == task.c.sample)
    skipped = db.execute(why.where(task.c.state == "skipped", slot.c.state == "skipped", ~slot.c.gold))
    return {r[0]: r[1] or "skipped" for r in (*unread, *skipped)}


def _answers(told: list[str], config: Config) -> dict[str, Any]:
    """What the labels are: how many of each class, or where the numbers lie."""
    if not config.of_numbers:
        classes = metrics.class_balance(told, config.classes) if config.kind.name in LEARNED else {}
        return {"classes": classes}
    y = as_numbers(told)
    ends = {"least": float(y.min()), "median": float(np.median(y)), "largest": float(y.max())} if len(y) else {}
    return {"classes": {}, "numbers": ends}


def status(db: Connection, config: Config, folder: str, now: float) -> dict[str, Any]:
    """Everything in it is JSON but NaN, which a verdict's value may be."""
    done = rounds(db)
    last = done[-1] if done else None
    running = db.execute(select(lock.c.pid, lock.c.host).where(lock.c.until > now)).first()
    return {
        "folder": folder,
        "rounds": len(done),
        "samples": int(setting(db, "samples") or 0),
        "budget": config.budget,
        **counts(db),
        **_answers(list(labels(db).values()), config),
        "strategy": config.strategy,
        "arms": next((dict(r.arms) for r in reversed(done) if r.arms), {}),
        "learner": config.learner,
        "metrics": {name: asdict(m) for name, m in last.metrics.items()} if last else {},
        "verdicts": [asdict(v) for v in last.verdicts] if last else [],
        "left_out": left_out(db),
        "running": {"pid": running.pid, "host": running.host.partition(" ")[0]} if running else None,
    }
