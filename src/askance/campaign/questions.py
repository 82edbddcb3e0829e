"""Questions out, answers in: ask, tell, skip, undo, each one transaction.  Floor 5.

A question is leased to whoever asks; a lease that runs out puts it back.  An answer that comes after that counts as
long as nobody else was handed the question; else it is kept beside the one that counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from askance.errors import Conflict
from askance.ops import hex_id, parse_id
from askance.store import Store
from askance.store.schema import label, lease, task


@dataclass(frozen=True)
class Task:
    """A question that somebody holds.  rank: its place in the batch, 1 is best; until: when the lease runs out."""

    id: int
    name: str
    round: int
    rank: int
    utility: float
    why: str
    until: float


def ask(store: Store, who: str, n: int = 1, seconds: float = 600) -> list[Task]:
    """Up to n questions, first what `who` holds already, then the best that are free.  Leased for `seconds`."""
    with store.writing() as db:
        now = store.clock()
        rows = _next(db, who, n, now)
        if rows:
            body = {"samples": [r.sample for r in rows], "until": now + seconds}
            store.record(db, "lease", who, body)
    return [_task(r, now + seconds) for r in rows]


# Each is answered from the index alone, however many questions are open.
_BEST = select(task).order_by(task.c.round, task.c.rank).limit(bindparam("n"))
_MINE = _BEST.where(task.c.state == "leased", task.c.who == bindparam("by"))
_OPEN = _BEST.where(task.c.state == "open")
_LAPSED = _BEST.where(task.c.state == "leased", task.c.who != bindparam("by"), task.c.until < bindparam("now"))


def _next(db: Connection, who: str, n: int, now: float) -> list[Any]:
    mine = list(db.execute(_MINE, {"n": n, "by": who}))
    left = {"n": n - len(mine)}
    free = [*db.execute(_OPEN, left), *db.execute(_LAPSED, {**left, "by": who, "now": now})] if left["n"] else []
    return mine + sorted(free, key=lambda r: (r.round, r.rank))[: left["n"]]


def tell(store: Store, who: str, answers: Sequence[tuple[int, str]]) -> list[bool]:
    """All in one transaction.  -> whether each counts; False: it came late, and is kept beside the one that counts.

    The same answer twice is one; another answer by the same person takes the place of the first.
    """
    with store.writing() as db:
        return [_tell(store, db, who, sample, value) for sample, value in answers]


def skip(store: Store, who: str, sample: int, why: str) -> None:
    """The question does not come back.  Where it has gone to somebody else meanwhile, it is theirs to skip."""
    with store.writing() as db:
        row = _asked(db, who, sample)
        if row.state == "done" and row.who == who:
            raise Conflict(f"{row.name} has an answer by {who}; take that back first, with undo")
        if row.state == "leased" and row.who == who:
            store.record(db, "skip", who, {"sample": row.sample, "why": why})


def undo(store: Store, who: str, seconds: float = 600) -> Task:
    """Takes back the latest answer or skip of `who`, and leases the question to them again.  The log keeps both."""
    with store.writing() as db:
        told = db.execute(select(label).where(label.c.who == who).order_by(label.c.seq.desc())).first()
        skipped = task.c.state == "skipped"
        left = db.execute(select(task).where(task.c.who == who, skipped).order_by(task.c.seq.desc())).first()
        if told is None and left is None:
            raise Conflict(f"there is no answer by {who} to take back")
        last: Any = told if left is None or (told is not None and told.seq > left.seq) else left
        back = bool(last is left or last.counted)
        until = store.clock() + seconds
        store.record(db, "undo", who, {"sample": last.sample, "back": back, "until": until})
        return _task(db.execute(select(task).where(task.c.sample == last.sample)).one(), until)


def _tell(store: Store, db: Connection, who: str, sample: int, value: str) -> bool:
    row = _asked(db, who, sample)
    counts = bool(row.who == who)
    if (row.said, row.said_counted) != (value, counts):
        store.record(db, "label", who, {"sample": row.sample, "value": value, "counted": counts})
    return counts


# The question about :at with what :by has said of it; made once, for building it costs more than running it.
_HELD = (lease.c.sample == task.c.sample) & (lease.c.who == bindparam("by"))
_SAID = (label.c.sample == task.c.sample) & (label.c.who == bindparam("by"))
_ASKED = (
    select(task, lease.c.who.label("held"), label.c.value.label("said"), label.c.counted.label("said_counted"))
    .select_from(task.outerjoin(lease, _HELD).outerjoin(label, _SAID))
    .where(task.c.sample == bindparam("at"))
)


def _asked(db: Connection, who: str, sample: int) -> Any:
    """The question's row, with what `who` has said of it, if they were ever handed it; else a Conflict."""
    key = hex_id(sample)
    row = db.execute(_ASKED, {"at": key, "by": who}).first()
    if row is None:
        raise Conflict(f"nobody was asked about sample {key}; ask first, and tell what was asked")
    if row.held is None:
        raise Conflict(f"{who} was not asked about {row.name} (sample {key}); ask first, and tell what was asked")
    return row


def _task(row: Any, until: float) -> Task:
    return Task(parse_id(row.sample), row.name, row.round, row.rank, row.utility, row.why, until)
