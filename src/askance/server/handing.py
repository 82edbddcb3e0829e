"""What one person is handed, and what they are told of it.  Floor 6.

`handed` works in the transaction that hands out, and reads there all that is said of it; `queue` puts it into words
afterwards, when nobody waits for the transaction, for it may have to open the samples' files.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from askance.campaign import questions, reading, trials
from askance.ops import hex_id, parse_id
from askance.server import shapes
from askance.server.contents import Contents
from askance.store import Store
from askance.store.schema import remark, slot

LEASE = 600.0  # seconds
UNSAID = "Chosen for you; why is not said while some questions are there to see how people do."


@dataclass(frozen=True)
class Handed:
    """tasks: new ones; beside: whether there are others at hand.  left: questions that nobody holds; labels: that
    count; guesses and remarks by sample; quiet: nothing may be said that would tell which questions are gold."""

    tasks: Sequence[questions.Task]
    beside: bool
    left: int
    version: int
    labels: int
    gold: trials.Had
    guesses: Mapping[str, str | None]
    remarks: Mapping[str, Any]
    quiet: bool

    @property
    def told(self) -> int:
        """Labels as this person is told of them: a gold answer is one like any other to them."""
        return self.labels + self.gold.answered


class Handing:
    """version: the newest model's number, asked in a transaction."""

    def __init__(self, store: Store, contents: Contents, version: Callable[[Connection], int]):
        self.store, self.contents, self.version = store, contents, version

    def handed(self, db: Connection, who: str, want: shapes.Want, rule: trials.Trials) -> Handed:
        """Tops up what `who` holds to n; what the page has already is held for longer, and not sent again."""
        have = [parse_id(i) for i in want.have]
        new = questions.topped_up(self.store, db, who, want.n, have, LEASE, rule)
        return self.about(db, who, new, rule, bool(have))

    def about(
        self, db: Connection, who: str, tasks: Sequence[questions.Task], rule: trials.Trials, beside: bool = False
    ) -> Handed:
        """What there is to say of these.  Where some are gold, nothing is said of any that would tell which."""
        keys, quiet = [hex_id(t.id) for t in tasks], rule.share > 0
        guesses = dict(zip(keys, (t.guesses for t in tasks), strict=True))
        if quiet and keys:
            guesses |= trials.guesses_of(db, who, keys)
        left, labels, gold = _open(db), reading.counted(db), trials.had(db, who, rule)
        remarks = _remarks(db, who, keys) if keys else {}
        return Handed(tasks, beside, left, self.version(db), labels, gold, guesses, remarks, quiet)

    def at_hand(self, h: Handed) -> bool:
        """Whether it can be put into words without a look at the pool."""
        return self.contents.at_hand([t.id for t in h.tasks])

    def queue(self, h: Handed, empty: str = "") -> shapes.Queue:
        """empty: why there are none, where there are none."""
        why = "" if h.tasks or h.beside else empty
        left = max(0, h.left - h.gold.begun)
        return shapes.Queue(tasks=self.tasks(h), left=left, model=h.version, labels=h.told, empty_why=why)

    def tasks(self, h: Handed) -> list[shapes.Task]:
        contents = self.contents.of([t.id for t in h.tasks])
        return [_task(t, h, contents[t.id]) for t in h.tasks]


def _task(t: questions.Task, h: Handed, content: shapes.Content) -> shapes.Task:
    key = hex_id(t.id)
    told, said = replace(t, round=h.version, rank=0, utility=0.0, why=UNSAID) if h.quiet else t, h.remarks.get(key)
    return shapes.Task(
        id=key,
        round=told.round,
        rank=told.rank,
        utility=told.utility,
        why=told.why,
        until=told.until,
        model=h.version,
        content=content,
        guesses=guessed(h.guesses.get(key)),
        flagged=bool(said.flagged) if said else False,
        note=said.note if said else "",
    )


def guessed(text: str | None) -> list[shapes.Guess]:
    return [shapes.Guess(label=name, p=p) for name, p in json.loads(text)] if text else []


def _remarks(db: Connection, who: str, keys: Sequence[str]) -> dict[str, Any]:
    """What this person has noted."""
    return {r.sample: r for r in db.execute(_REMARKS, {"by": who, "these": keys})}


_REMARKS = select(remark).where(
    remark.c.who == bindparam("by"), remark.c.sample.in_(bindparam("these", expanding=True))
)
_HOW_MANY = select(func.count()).select_from(slot).where(slot.c.state == "open")


def _open(db: Connection) -> int:
    return int(db.execute(_HOW_MANY).scalar() or 0)
