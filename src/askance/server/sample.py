"""All that is known of one sample, and of those that people disagree on.  Floor 6."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Select, func, select

from askance.campaign import reading
from askance.ops import hex_id, parse_id
from askance.server import shapes
from askance.server.desk import Desk, guessed
from askance.store.schema import gold, label, remark, task, verdict


def sample_of(desk: Desk, id: int) -> shapes.Sample:
    desk.items([id])  # one that is not in the pool is an error
    content, key = desk.contents([id])[id], hex_id(id)
    with desk.store.reading() as db:
        row = db.execute(select(task).where(task.c.sample == key)).first()
        said = db.execute(select(remark).where(remark.c.sample == key).order_by(remark.c.at))
        return shapes.Sample(
            id=key,
            content=content,
            label=reading.labels(db).get(id),
            decided=db.execute(select(verdict).where(verdict.c.sample == key)).first() is not None,
            gold=db.execute(select(gold).where(gold.c.sample == key)).first() is not None,
            answers=answers_to(db, [key]).get(key, []),
            remarks=[{"who": r.who, "flagged": bool(r.flagged), "note": r.note, "at": r.at} for r in said],
            why=row.why if row else "",
            round=row.round if row else None,
        )


def answers_to(db: Connection, keys: list[str] | Select[Any]) -> dict[str, list[shapes.Said]]:
    found: dict[str, list[shapes.Said]] = {}
    for r in db.execute(select(label).where(label.c.sample.in_(keys)).order_by(label.c.seq)):
        said = shapes.Said(who=r.who, value=r.value, at=r.at, counts=bool(r.counted))
        found.setdefault(r.sample, []).append(said)
    return found


def disagreements(desk: Desk, n: int) -> shapes.Disagreements:
    """Samples with different answers and no decision yet, those with the closest vote first."""
    several = (
        select(label.c.sample)
        .where(label.c.sample.not_in(select(verdict.c.sample)))
        .group_by(label.c.sample)
        .having(func.count(label.c.value.distinct()) > 1)
    )
    with desk.store.reading() as db:
        keys = list(db.execute(several).scalars())
        answers, agreed = answers_to(db, several), reading.labels(db)  # there may be more than a query has parameters
        first = sorted(keys, key=lambda k: (_lead(answers[k]), -len(answers[k]), k))[:n]
        guesses = {r.sample: r.guesses for r in db.execute(select(task).where(task.c.sample.in_(first)))}
    contents = desk.contents([parse_id(k) for k in first])
    items = [
        shapes.Disagreement(
            id=k,
            content=contents[parse_id(k)],
            answers=answers[k],
            agreed=agreed.get(parse_id(k), ""),
            guesses=guessed(guesses.get(k)),
        )
        for k in first
    ]
    return shapes.Disagreements(items=items, total=len(keys))


def _lead(answers: list[shapes.Said]) -> int:
    """By how many votes the first is ahead of the second."""
    votes = [n for _, n in Counter(a.value for a in answers).most_common(2)]
    return votes[0] - votes[1]
