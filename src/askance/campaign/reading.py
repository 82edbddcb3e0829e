"""What the store knows, as data: for the next round, for reports, and for people.  Floor 5."""

from collections import Counter
from dataclasses import asdict
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from askance import metrics
from askance.campaign import record
from askance.campaign.config import Config
from askance.campaign.plan import Known
from askance.history import Pick, Round
from askance.labels import OneClass
from askance.ops import parse_id
from askance.ops.numerals import as_numbers
from askance.store.schema import campaign, event, label, lock, round_, task, unreadable


def setting(db: Connection, key: str) -> str | None:
    found: str | None = db.execute(select(campaign.c.value).where(campaign.c.key == key)).scalar()
    return found


def labels(db: Connection) -> dict[int, str]:
    """{id: label}, the answers that count, in the order in which they came."""
    rows = db.execute(select(label.c.sample, label.c.value).where(label.c.counted).order_by(label.c.seq))
    return {parse_id(r.sample): r.value for r in rows}


def counted(db: Connection) -> int:
    """How many answers count."""
    return int(db.execute(select(func.count()).select_from(label).where(label.c.counted)).scalar() or 0)


def known(db: Connection) -> Known:
    rows = db.execute(select(task.c.sample, task.c.state, task.c.role)).all()
    waiting = (parse_id(r.sample) for r in rows if r.state in ("open", "leased"))
    skipped = (parse_id(r.sample) for r in rows if r.state == "skipped")
    unread = (parse_id(s) for s in db.execute(select(unreadable.c.sample)).scalars())
    drawn = (parse_id(r.sample) for r in rows if r.role == "validation")
    return Known(labels(db), frozenset(waiting), frozenset(skipped) | frozenset(unread), frozenset(drawn))


def rounds(db: Connection) -> tuple[Round, ...]:
    """Oldest first, with their picks."""
    picks: dict[int, list[Pick]] = {}
    for r in db.execute(select(task).order_by(task.c.round, task.c.rank)):
        picks.setdefault(r.round, []).append(Pick(parse_id(r.sample), r.name, r.rank, r.utility, r.why))
    found = db.execute(select(round_).order_by(round_.c.number))
    return tuple(record.from_text(r.body, tuple(picks.get(r.number, ()))) for r in found)


def caught_up(db: Connection) -> bool:
    """Whether nothing was answered, taken back or imported since the last round."""
    latest = select(func.max(event.c.seq))
    last_round = db.execute(latest.where(event.c.kind == "round")).scalar() or 0
    last_answer = db.execute(latest.where(event.c.kind.in_(("label", "skip", "undo", "import")))).scalar() or 0
    return bool(last_round > last_answer)


def counts(db: Connection) -> dict[str, Any]:
    """How many questions are in which state, and who has said how much."""
    by_state = db.execute(select(task.c.state, func.count()).group_by(task.c.state))
    states: Counter[str] = Counter({r[0]: r[1] for r in by_state})
    people = db.execute(select(label.c.who, func.count()).group_by(label.c.who).order_by(label.c.who))
    told = counted(db)
    every = db.execute(select(func.count()).select_from(label)).scalar() or 0
    unread = db.execute(select(func.count()).select_from(unreadable)).scalar() or 0
    return {
        "labels": told,
        "pending": states["open"] + states["leased"],
        "leased": states["leased"],
        "skipped": states["skipped"],
        "unreadable": int(unread),
        "extra": int(every) - told,
        "people": {r[0]: r[1] for r in people},
    }


def left_out(db: Connection) -> dict[str, str]:
    """{name or id: why} of what was skipped, or could not be read."""
    named = unreadable.outerjoin(task, task.c.sample == unreadable.c.sample)
    name = func.coalesce(task.c.name, unreadable.c.sample)
    unread = db.execute(select(name, unreadable.c.why).select_from(named))
    skipped = db.execute(select(task.c.name, task.c.reason).where(task.c.state == "skipped"))
    return {r[0]: r[1] or "skipped" for r in (*unread, *skipped)}


def _answers(told: list[str], config: Config) -> dict[str, Any]:
    """What the labels are: how many of each class, or where the numbers lie."""
    if isinstance(config.kind, OneClass):
        return {"classes": metrics.class_balance(told, config.classes)}
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
