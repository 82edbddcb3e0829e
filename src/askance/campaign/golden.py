"""Which questions are gold, and how people did on them.  Floor 5."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from askance.campaign.imports import checked, name_of, read_labels
from askance.errors import BadPool
from askance.history import Metric
from askance.labels.distance import right
from askance.metrics import wilson
from askance.ops import hex_id
from askance.protocols import LabelKind, Pool
from askance.store import Store
from askance.store.schema import gold, task, tested


@dataclass(frozen=True)
class Gold:
    """One gold question: what is known of it, how many have answered it, and how many of them right."""

    sample: str
    name: str
    value: str
    asked: int
    right: int


def set_gold(
    store: Store, db: Connection, who: str, answers: Mapping[str, str | None], names: Mapping[str, str]
) -> int:
    """{sample: what is known; None: it is gold no longer}, in the caller's transaction.  -> how many are another now.

    Answers to these that are still wanted are wanted no longer; those that were given keep counting.
    """
    before = {r.sample: r.value for r in db.execute(select(gold.c.sample, gold.c.value))}
    new = {s: value for s, value in answers.items() if before.get(s) != value}
    if new:
        called = {s: names[s] for s, value in new.items() if value is not None and s in names}
        store.record(db, "gold", who, {"answers": new, "names": called, "ends": True})
    return len(new)


def import_gold(store: Store, pool: Pool, kind: LabelKind, path: Path, who: str, drop: bool = False) -> int:
    """From a file that names samples and their answers, all of it or none.  drop: they are gold no longer.

    -> how many are another now
    """
    found = checked(read_labels(path, pool, kind)[0], kind, pool, path.name)
    names = {hex_id(i): name_of(pool, i) for i in found}
    answers = {hex_id(i): None if drop else value for i, value in found.items()}
    with store.writing() as db:
        return set_gold(store, db, who, answers, names)


def put_gold(store: Store, db: Connection, pool: Pool, kind: LabelKind, who: str, known: Mapping[int, Any]) -> int:
    """As `set_gold`, by id, and the answers are checked; a sample that the pool does not have is a BadPool."""
    there = set(pool.ids.tolist())
    for i in known:
        if i not in there:
            raise BadPool(f"there is no sample {hex_id(i)} in the pool")
    answers = {hex_id(i): None if value is None else kind.check(value) for i, value in known.items()}
    return set_gold(store, db, who, answers, {hex_id(i): name_of(pool, i) for i in known})


def questions(db: Connection, kind: LabelKind) -> list[Gold]:
    """By name."""
    name = func.coalesce(task.c.name, gold.c.name, gold.c.sample).label("called")
    about = gold.outerjoin(task, task.c.sample == gold.c.sample)
    hits: dict[str, list[bool]] = defaultdict(list)
    for _, sample, good in _judged(db, kind):
        hits[sample].append(good)
    rows = db.execute(select(gold.c.sample, gold.c.value, name).select_from(about).order_by(name, gold.c.sample))
    return [Gold(r.sample, r.called, r.value, len(hits[r.sample]), sum(hits[r.sample])) for r in rows]


def skill(db: Connection, kind: LabelKind) -> dict[str, Metric]:
    """{person: the share of gold questions that they had right}, with Wilson's 95 % interval; by their first answers
    where they are told at once how they did, else by their latest."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for who, _, good in _judged(db, kind):
        hits[who].append(good)
    return {who: wilson(sum(found), len(found)) for who, found in sorted(hits.items())}


def _judged(db: Connection, kind: LabelKind) -> list[tuple[str, str, bool]]:
    found = select(tested, gold.c.value.label("known")).join(gold, gold.c.sample == tested.c.sample)
    return [(r.who, r.sample, right(kind, r.value, r.known)) for r in db.execute(found)]
