"""What each kind of event does to the tables.  Replaying them in order is the whole of a rebuild.  Floor 4.

An effect depends on the event and on what came before it, never on the clock or on anything outside.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from askance.store.schema import campaign, label, lease, round_, task, unreadable


@dataclass(frozen=True)
class Event:
    """Something that happened.  seq: its place in the log, from 1; at: seconds since 1970; body: JSON."""

    seq: int
    at: float
    kind: str
    who: str
    body: Mapping[str, Any]


def put(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows, in place of those with the same key."""
    if not rows:
        return
    keys = [c.name for c in table.primary_key]
    same = delete(table).where(*(table.c[k] == bindparam(f"old_{k}") for k in keys))
    db.execute(same, [{f"old_{k}": row[k] for k in keys} for row in rows])
    db.execute(insert(table), list(rows))


def _create(db: Connection, e: Event) -> None:
    put(db, campaign, [{"key": k, "value": v} for k, v in e.body.items()])


def _round(db: Connection, e: Event) -> None:
    """body: number, record, picks [[sample, name, rank, utility, why, role]], unreadable {sample: why}."""
    db.execute(insert(round_).values(number=e.body["number"], at=e.at, body=e.body["record"]))
    names = ("sample", "name", "rank", "utility", "why", "role")
    rows = [dict(zip(names, pick, strict=True)) for pick in e.body["picks"]]
    if rows:
        # A label may have been imported while the model was fitted: that question is answered already.
        known = set(db.execute(select(label.c.sample).where(label.c.counted)).scalars())
        states = {True: "done", False: "open"}
        whole = [{**row, "round": e.body["number"], "state": states[row["sample"] in known]} for row in rows]
        db.execute(insert(task), whole)
    put(db, unreadable, [{"sample": s, "why": why} for s, why in e.body["unreadable"].items()])


def _lease(db: Connection, e: Event) -> None:
    """body: samples, until."""
    samples = e.body["samples"]
    mine = update(task).where(task.c.sample == bindparam("one"))
    db.execute(mine.values(state="leased", who=e.who, until=e.body["until"]), [{"one": s} for s in samples])
    put(db, lease, [{"sample": s, "who": e.who} for s in samples])


def _label(db: Connection, e: Event) -> None:
    """body: sample, value, counted."""
    sample, counted = e.body["sample"], e.body["counted"]
    row = {"sample": sample, "who": e.who, "value": e.body["value"], "counted": counted, "at": e.at, "seq": e.seq}
    put(db, label, [row])
    if counted:
        done = {"state": "done", "who": e.who, "until": None, "seq": None, "reason": None}
        db.execute(update(task).where(task.c.sample == sample).values(done))


def _skip(db: Connection, e: Event) -> None:
    """body: sample, why."""
    skipped = {"state": "skipped", "who": e.who, "until": None, "seq": e.seq, "reason": e.body["why"]}
    db.execute(update(task).where(task.c.sample == e.body["sample"]).values(skipped))


def _undo(db: Connection, e: Event) -> None:
    """body: sample, back (whether the question goes back to `who`), until."""
    sample = e.body["sample"]
    db.execute(delete(label).where(label.c.sample == sample, label.c.who == e.who))
    if e.body["back"]:
        again = {"state": "leased", "who": e.who, "until": e.body["until"], "seq": None, "reason": None}
        db.execute(update(task).where(task.c.sample == sample).values(again))


def _import(db: Connection, e: Event) -> None:
    """body: labels {sample: value}."""
    base = {"who": e.who, "counted": True, "at": e.at, "seq": e.seq}
    put(db, label, [{"sample": s, "value": v, **base} for s, v in e.body["labels"].items()])
    done = update(task).where(task.c.sample == bindparam("one"))
    done = done.values(state="done", who=e.who, until=None, seq=None, reason=None)
    db.execute(done, [{"one": s} for s in e.body["labels"]])


EFFECTS: Mapping[str, Callable[[Connection, Event], None]] = {
    "create": _create,
    "round": _round,
    "lease": _lease,
    "label": _label,
    "skip": _skip,
    "undo": _undo,
    "import": _import,
}
