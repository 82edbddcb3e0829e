"""Questions out, answers in: ask, tell, skip, undo, each one transaction.  Floor 5.

A question has a slot for each answer that is wanted.  A slot is leased to whoever asks, and nobody is handed two of one
question; a lease that runs out puts it back.  An answer that comes after that counts as long as there is a slot for it;
else it is kept beside those that count.  A gold question is in a slot of its own, that nobody else is handed, and its
answer never counts; to whoever answers it is as any other.  `asked`, `told`, `skipped` and `undone` work in the
caller's transaction, so that a server can put many into one.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, exists, literal, select

from askance.campaign.trials import Trials, mixed, trials_of
from askance.errors import Conflict
from askance.ops import hex_id, parse_id
from askance.store import Store
from askance.store.effects import ONES_OWN, free, held, is_gold
from askance.store.schema import label, lease, said, slot, task


@dataclass(frozen=True)
class Task:
    """A question that somebody holds.  rank: its place in the batch, 1 is best; until: when the lease runs out;
    guesses: JSON of what the newest model thinks, where it is known."""

    id: int
    name: str
    round: int
    rank: int
    utility: float
    why: str
    until: float
    guesses: str | None = None


def ask(store: Store, who: str, n: int = 1, seconds: float = 600) -> list[Task]:
    """Up to n questions, first what `who` holds already, then the best that are free.  Leased for `seconds`."""
    with store.writing() as db:
        return asked(store, db, who, n, seconds)


def asked(store: Store, db: Connection, who: str, n: int, seconds: float) -> list[Task]:
    """`ask` in the caller's transaction."""
    return _handed(store, db, who, _mine(db, who), n, seconds, trials_of(db))


def topped_up(
    store: Store, db: Connection, who: str, n: int, have: Collection[int], seconds: float, rule: Trials
) -> list[Task]:
    """Questions for `who` up to n in all, beside those that they have at hand, in the caller's transaction.

    What they have at hand is held for longer once less than half of its lease is left.
    """
    mine, beside = _mine(db, who), {hex_id(i) for i in have}
    _renewed(store, db, who, [r for r in mine if r.sample in beside], seconds, seconds / 2)
    others = [r for r in mine if r.sample not in beside]
    return _handed(store, db, who, others, n - len(beside), seconds, rule) if n > len(beside) else []


def _handed(
    store: Store, db: Connection, who: str, mine: Sequence[Any], n: int, seconds: float, rule: Trials
) -> list[Task]:
    """mine: what they hold and may be handed again, best first."""
    now, mine = store.clock(), mine[:n]
    new = _next(db, who, n - len(mine), now) if n > len(mine) else []
    new, gold = mixed(db, rule, who, new) if new else (new, [])
    if gold:
        store.record(db, "trial", who, {"samples": gold, "until": now + seconds}, now)
    if mine or new:
        body = {"samples": [r.sample for r in (*mine, *new)], "until": now + seconds}
        store.record(db, "lease", who, body, now)
    tasks = [_task(r, now + seconds) for r in (*mine, *new)]
    return sorted([*tasks, *_gold(gold, now + seconds)], key=lambda t: (t.round, t.rank)) if gold else tasks


def _gold(samples: Sequence[Sequence[Any]], until: float) -> list[Task]:
    return [Task(parse_id(s), name, round, rank, 0.0, "", until) for s, name, round, rank in samples]


def renew(store: Store, db: Connection, who: str, samples: Collection[int], seconds: float) -> float:
    """Holds on to what `who` has of these, in the caller's transaction.  -> until when."""
    wanted = {hex_id(i) for i in samples}
    return _renewed(store, db, who, [r for r in _mine(db, who) if r.sample in wanted], seconds)


def _renewed(
    store: Store, db: Connection, who: str, mine: Sequence[Any], seconds: float, left: float = math.inf
) -> float:
    """left: only what runs out in less than so many seconds."""
    now = store.clock()
    if kept := sorted(r.sample for r in mine if r.until < now + left):
        store.record(db, "lease", who, {"samples": kept, "until": now + seconds}, now)
    return now + seconds


def release(store: Store, db: Connection, who: str, samples: Collection[int]) -> None:
    """Gives back what `who` holds of these, in the caller's transaction."""
    mine = {r.sample for r in _mine(db, who)}
    if given := sorted(mine & {hex_id(i) for i in samples}):
        store.record(db, "release", who, {"samples": given})


MOST = 1000  # questions that one person can hold

# Each is answered from an index alone, however many questions are open.
_MY_OTHER = slot.alias("mine")
_BEFORE = slot.alias("before")
# By the sample: by the person, SQLite would go through all that they ever had, for each question that is open.
_ASKED_ME = exists().where(_MY_OTHER.c.sample == slot.c.sample, _MY_OTHER.c.who + literal("") == bindparam("by"))
_FIRST_OPEN = ~exists().where(_BEFORE.c.sample == slot.c.sample, _BEFORE.c.n < slot.c.n, _BEFORE.c.state == "open")
_FIRST_LAPSED = ~exists().where(
    _BEFORE.c.sample == slot.c.sample,
    _BEFORE.c.n < slot.c.n,
    _BEFORE.c.state == "leased",
    _BEFORE.c.until < bindparam("now"),
    ~_BEFORE.c.gold,
)
_WHAT = (task.c.name, task.c.utility, task.c.why, task.c.guesses)
_ALL = select(slot.c.sample, slot.c.round, slot.c.rank, slot.c.n, slot.c.until, *_WHAT).join(
    task, task.c.sample == slot.c.sample
)
_MINE = _ALL.where(slot.c.who == bindparam("by"), slot.c.state == "leased")
_BEST = _ALL.order_by(slot.c.round, slot.c.rank, slot.c.n).limit(bindparam("n"))
_OPEN = _BEST.where(slot.c.state == "open", ~_ASKED_ME, _FIRST_OPEN)
_RUN_OUT = _BEST.where(slot.c.state == "leased", slot.c.until < bindparam("now"), ~slot.c.gold)
_LAPSED = _RUN_OUT.where(~_ASKED_ME, _FIRST_LAPSED)  # one slot of each question, or they would crowd out the next


def _next(db: Connection, who: str, n: int, now: float) -> list[Any]:
    """The best that are free, one slot of each."""
    want: dict[str, Any] = {"n": n, "by": who}
    free = [*db.execute(_OPEN, want), *db.execute(_LAPSED, {**want, "now": now})]
    best = {r.sample: r for r in sorted(free, key=lambda r: (r.round, r.rank), reverse=True)}
    return sorted(best.values(), key=lambda r: (r.round, r.rank))[:n]


def _mine(db: Connection, who: str) -> list[Any]:
    """What they hold, best first: sorted here, for to have it in order SQLite would go through what all people hold."""
    return sorted(db.execute(_MINE, {"by": who}), key=lambda r: (r.round, r.rank, r.n))


def tell(store: Store, who: str, answers: Sequence[tuple[int, str]]) -> list[bool]:
    """All in one transaction.  -> whether each counts; False: it came late, and is kept beside the one that counts.

    The same answer twice is one; another answer by the same person takes the place of the first.
    """
    with store.writing() as db:
        return [told(store, db, who, sample, value) for sample, value in answers]


def skip(store: Store, who: str, sample: int, why: str) -> None:
    """Nobody is asked in their place.  Where the question has gone to somebody else meanwhile, it is theirs to skip."""
    with store.writing() as db:
        skipped(store, db, who, sample, why)


def skipped(store: Store, db: Connection, who: str, sample: int, why: str, key: str = "") -> None:
    """`skip` in the caller's transaction."""
    if key and _said_before(db, key, who, sample) is not None:
        return
    row = _asked(db, who, sample)
    if held(db, row.sample, who, "done") is not None:
        raise Conflict(f"{row.name} has an answer by {who}; take that back first, with undo")
    if held(db, row.sample, who, "leased") is not None:
        store.record(db, "skip", who, {"sample": row.sample, "why": why} | ({"key": key} if key else {}))


def undo(store: Store, who: str, seconds: float = 600) -> Task:
    """Takes back the latest answer or skip of `who`, and leases the question to them again.  The log keeps both."""
    with store.writing() as db:
        return undone(store, db, who, seconds)[0]


def undone(store: Store, db: Connection, who: str, seconds: float) -> tuple[Task, str | None]:
    """`undo` in the caller's transaction.  -> the question, and the answer that was taken back; None for a skip."""
    last = db.execute(select(label).where(label.c.who == who).order_by(label.c.seq.desc())).first()
    left = db.execute(
        select(slot).where(slot.c.who == who, slot.c.state == "skipped").order_by(slot.c.seq.desc())
    ).first()
    if last is None and left is None:
        raise Conflict(f"there is no answer by {who} to take back")
    answered = left is None or (last is not None and last.seq > left.seq)
    row: Any = last if answered else left
    back = held(db, row.sample, who, "done", "skipped") is not None
    until = store.clock() + seconds
    knows = {"told": True} if answered and row.gold and trials_of(db).told else {}
    store.record(db, "undo", who, {"sample": row.sample, "back": back, "until": until, **knows})
    found = db.execute(select(task).where(task.c.sample == row.sample)).one()
    return _task(found, until), row.value if answered else None


def told(
    store: Store,
    db: Connection,
    who: str,
    sample: int,
    value: str,
    key: str = "",
    more: Mapping[str, Any] | None = None,
) -> bool:
    """One answer, in the caller's transaction.  -> whether it counts; of a gold question's it is said that it does.

    key   what the client calls this answer: the same key again is the same answer, whatever has happened since
    more  how it came about: plain data that is kept with it
    """
    before = _said_before(db, key, who, sample) if key else None
    if before is not None:
        return before
    row = _asked(db, who, sample)
    now, mine = store.clock(), held(db, row.sample, who, *ONES_OWN)
    gold = mine is not None and is_gold(mine)
    counts = not gold and (mine is not None or free(db, row.sample, now) is not None)
    if key or more or (row.said, row.said_counted) != (value, counts):
        body: dict[str, Any] = {"sample": row.sample, "value": value, "counted": counts}
        body |= {"gold": "told" if trials_of(db).told else "untold"} if gold else {}
        body |= ({"key": key} if key else {}) | ({"more": dict(more)} if more else {})
        store.record(db, "label", who, body, now)
    return counts or gold


def _said_before(db: Connection, key: str, who: str, sample: int) -> bool | None:
    """Whether the answer of this key counted; None where there was none yet."""
    row = db.execute(select(said).where(said.c.key == key)).first()
    if row is None:
        return None
    if (row.who, row.sample) != (who, hex_id(sample)):
        raise Conflict(f"the key {key!r} was used for another answer; every answer has a key of its own")
    return bool(row.counted)


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
    return Task(parse_id(row.sample), row.name, row.round, row.rank, row.utility, row.why, until, row.guesses)
