"""What people said in Label Studio, as answers of theirs in a campaign.  Floor 6.

An answer is told under a key of its own, so that pulling twice, or being told by a webhook as well, changes nothing;
one that was edited there takes the place of the former here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, select

from askance.campaign import Campaign, questions
from askance.campaign.matching import one_question, places, translated
from askance.errors import AskanceError, BadLabel
from askance.formats import Annotation, Loss, Tally
from askance.formats.label_studio import from_tasks
from askance.formats.node import Node
from askance.labels.keypoints import Keypoints
from askance.labelstudio.tasks import ID
from askance.ops import hex_id
from askance.store.schema import lease, said, task

WHERE = "Label Studio"
HOLD = 60.0  # seconds for which a question is leased to whoever has answered it already


@dataclass(frozen=True)
class Answer:
    """Somebody's.  value None: skipped; key: the same for the same answer."""

    sample: int
    name: str
    who: str
    value: str | None
    key: str
    ms: int | None


@dataclass(frozen=True)
class Pulled:
    """told: answers and skips that are new here; known: that were here already; losses: what could not be taken."""

    told: int
    known: int
    losses: tuple[Loss, ...]


def pulled(
    campaign: Campaign, tasks: Sequence[Mapping[str, Any]], people: Mapping[int, str], question: str = ""
) -> Pulled:
    """tasks: as its export has them; people: {id: what they are called}."""
    found, losses = answers(campaign, tasks, people, question)
    with campaign.store.writing() as db:
        new = sum(keep(campaign, db, a) for a in found)
    return Pulled(new, len(found) - new, losses)


def answers(
    campaign: Campaign, tasks: Sequence[Mapping[str, Any]], people: Mapping[int, str], question: str = ""
) -> tuple[list[Answer], tuple[Loss, ...]]:
    tally, kind = Tally(), campaign.label_kind
    points = kind.names() if isinstance(kind, Keypoints) else ()
    document = from_tasks(Node([_named(t, points) for t in tasks], WHERE), tally)
    document = translated(one_question(document, kind.name, question, WHERE), kind.name, tally)
    answered = {a.item for a in document.annotations}
    place = places(campaign.pool, [item for item in document.items if item.name in answered], tally)
    names = {int(i): str(n) for i, n in zip(campaign.pool.ids, campaign.pool.names, strict=True)}
    found = []
    for a in document.annotations:
        value = _value(kind, a, tally)
        if a.item in place and (a.skipped or value is not None):
            sample = place[a.item]
            who = people.get(int(a.who), f"annotator {a.who}") if a.who.isdecimal() else a.who or WHERE
            found.append(Answer(sample, names[sample], who, value, key_of(a, value), a.ms))
    return found, tally.losses()


def _named(task: Mapping[str, Any], points: Sequence[str]) -> dict[str, Any]:
    """A task of ours goes by the sample's id; predictions are nobody's answers; points are in the campaign's order."""
    data = task.get("data")
    id = data.get(ID) if isinstance(data, dict) else None
    meta: dict[str, Any] = {"name": id} if isinstance(id, str) else {}
    meta |= {"points": list(points)} if points else {}
    return {**task, "predictions": []} | ({"meta": meta} if meta else {})


def _value(kind: Any, a: Annotation, tally: Tally) -> str | None:
    """None, and told, where the campaign does not take it."""
    if a.skipped:
        return None
    if a.kind != kind.name:
        tally.lost(f"labels of the kind {a.kind}", a.item)
        return None
    try:
        checked: str = kind.check(_classed(kind, a.value))
        return checked
    except BadLabel as e:
        tally.lost("answers that the campaign does not take", f"{a.item}: {e}")
        return None


def _classed(kind: Any, value: str) -> str:
    """Label Studio's keypoints have names and no class; where the campaign has one alone, it is that."""
    if not isinstance(kind, Keypoints) or len(kind.classes) != 1:
        return value
    return json.dumps([{"label": kind.classes[0], **thing} for thing in json.loads(value)])


def key_of(a: Annotation, value: str | None) -> str:
    """Of the annotation's number and what it says."""
    told = f"{a.item}\0{a.who}\0{a.key}\0{value}".encode()
    return f"ls-{blake2b(told, digest_size=16).hexdigest()}"


def keep(campaign: Campaign, db: Connection, a: Answer) -> bool:
    """In the caller's transaction.  -> whether it is new."""
    if db.execute(select(said.c.key).where(said.c.key == a.key)).first() is not None:
        return False
    store, sample = campaign.store, hex_id(a.sample)
    if db.execute(select(task.c.sample).where(task.c.sample == sample)).first() is None:
        store.record(db, "wish", WHERE, {"picks": [[sample, a.name]], "why": f"answered in {WHERE}"})
    if db.execute(select(lease.c.sample).where(lease.c.sample == sample, lease.c.who == a.who)).first() is None:
        store.record(db, "lease", a.who, {"samples": [sample], "until": store.clock() + HOLD})
    if a.value is None:
        return _skip(campaign, db, a)
    more = {"from": WHERE} | ({"ms": a.ms} if a.ms is not None else {})
    questions.told(store, db, a.who, a.sample, a.value, a.key, more)
    return True


def _skip(campaign: Campaign, db: Connection, a: Answer) -> bool:
    """A skip of what they have answered meanwhile is none."""
    try:
        questions.skipped(campaign.store, db, a.who, a.sample, f"skipped in {WHERE}", a.key)
    except AskanceError:
        return False
    return True
