"""All that is known of one sample, and of those that people disagree on.  Floor 6."""

from collections import Counter
from heapq import nsmallest

from sqlalchemy import Connection, select

from askance.campaign.consensus import consensus, posterior
from askance.campaign.settings import in_force
from askance.ops import hex_id, parse_id
from askance.server import shapes
from askance.server.desk import Desk
from askance.server.handing import guessed
from askance.store.schema import gold, label, remark, task

VOTED = ("class", "preference")


def sample_of(desk: Desk, id: int) -> shapes.Sample:
    desk.contents.items([id])  # one that is not in the pool is an error
    content, key = desk.contents.of([id])[id], hex_id(id)
    with desk.store.reading() as db:
        one = consensus(db).get(key)
        probs, weights = posterior(db, key)
        answers = answers_to(db, [key]).get(key, [])
        row = db.execute(select(task).where(task.c.sample == key)).first()
        said = db.execute(select(remark).where(remark.c.sample == key).order_by(remark.c.at))
        return shapes.Sample(
            id=key,
            content=content,
            label=one.value if one else None,
            decided=one.decided if one else False,
            gold=db.execute(select(gold).where(gold.c.sample == key)).first() is not None,
            rule=in_force(db).aggregate,
            agreement=one.agreement if one else None,
            probs=probs or (shares(answers) if desk.kind.name in VOTED else {}),
            weights={a.who: weights[a.who] for a in answers if a.who in weights},
            answers=answers,
            remarks=[{"who": r.who, "flagged": bool(r.flagged), "note": r.note, "at": r.at} for r in said],
            why=row.why if row else "",
            round=row.round if row else None,
        )


def answers_to(db: Connection, keys: list[str]) -> dict[str, list[shapes.Said]]:
    found: dict[str, list[shapes.Said]] = {}
    for r in db.execute(select(label).where(label.c.sample.in_(keys), ~label.c.gold).order_by(label.c.seq)):
        said = shapes.Said(who=r.who, value=r.value, at=r.at, counts=bool(r.counted))
        found.setdefault(r.sample, []).append(said)
    return found


def shares(answers: list[shapes.Said]) -> dict[str, float]:
    """Of the answers that count, how many say what."""
    votes = Counter(a.value for a in answers if a.counts)
    return {value: round(n / votes.total(), 4) for value, n in votes.most_common()}


def disagreements(desk: Desk, n: int, skip: int) -> shapes.Disagreements:
    """Samples with different answers and no decision yet, the closest first, then those with more answers."""
    with desk.store.reading() as db:
        found = {k: one for k, one in consensus(db).items() if one.differing and not one.decided}
        first = nsmallest(skip + n, found, key=lambda k: (found[k].lead, -found[k].answers, k))[skip:]
        answers = answers_to(db, first)
        guesses = {r.sample: r.guesses for r in db.execute(select(task).where(task.c.sample.in_(first)))}
    contents = desk.contents.of([parse_id(k) for k in first])
    items = [
        shapes.Disagreement(
            id=k,
            content=contents[parse_id(k)],
            answers=answers[k],
            agreed=found[k].value,
            lead=round(found[k].lead, 4),
            guesses=guessed(guesses.get(k)),
        )
        for k in first
    ]
    return shapes.Disagreements(items=items, total=len(found))
