"""What each kind of event does to the tables.  Replaying them in order is the whole of a rebuild.  Floor 4.

An effect depends on the event and on what came before it, never on the clock or on anything outside.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, TextClause, bindparam, delete, insert, select, text, update

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
    if rows:
        db.execute(_upsert(table), list(rows))


@cache
def _upsert(table: Table) -> TextClause:
    """SQLite and PostgreSQL say this alike.  Made once: building statements costs more than running them."""
    names, keys = [c.name for c in table.c], [c.name for c in table.primary_key]
    values = ", ".join(f":{n}" for n in names)
    anew = ", ".join(f"{n} = excluded.{n}" for n in names if n not in keys)
    return text(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) "
        f"ON CONFLICT ({', '.join(keys)}) DO {f'UPDATE SET {anew}' if anew else 'NOTHING'}"
    )


# One question changes its state; `at`: its sample.
STATE = ("state", "who", "until", "seq", "reason")
CHANGE = update(task).where(task.c.sample == bindparam("at")).values({n: bindparam(f"new_{n}") for n in STATE})
FORGET = delete(label).where(label.c.sample == bindparam("at"), label.c.who == bindparam("by"))


def _change(db: Connection, samples: Sequence[str], state: str, who: str, **rest: Any) -> None:
    """rest: until, seq and reason; None where they are not given."""
    new = {f"new_{n}": rest.get(n) for n in STATE} | {"new_state": state, "new_who": who}
    if samples:
        db.execute(CHANGE, [{"at": sample, **new} for sample in samples])


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
    _change(db, e.body["samples"], "leased", e.who, until=e.body["until"])
    put(db, lease, [{"sample": s, "who": e.who} for s in e.body["samples"]])


def _label(db: Connection, e: Event) -> None:
    """body: sample, value, counted."""
    sample, counted = e.body["sample"], e.body["counted"]
    row = {"sample": sample, "who": e.who, "value": e.body["value"], "counted": counted, "at": e.at, "seq": e.seq}
    put(db, label, [row])
    if counted:
        _change(db, [sample], "done", e.who)


def _skip(db: Connection, e: Event) -> None:
    """body: sample, why."""
    _change(db, [e.body["sample"]], "skipped", e.who, seq=e.seq, reason=e.body["why"])


def _undo(db: Connection, e: Event) -> None:
    """body: sample, back (whether the question goes back to `who`), until."""
    db.execute(FORGET, {"at": e.body["sample"], "by": e.who})
    if e.body["back"]:
        _change(db, [e.body["sample"]], "leased", e.who, until=e.body["until"])


def _import(db: Connection, e: Event) -> None:
    """body: labels {sample: value}."""
    base = {"who": e.who, "counted": True, "at": e.at, "seq": e.seq}
    put(db, label, [{"sample": s, "value": v, **base} for s, v in e.body["labels"].items()])
    _change(db, list(e.body["labels"]), "done", e.who)


EFFECTS: Mapping[str, Callable[[Connection, Event], None]] = {
    "create": _create,
    "round": _round,
    "lease": _lease,
    "label": _label,
    "skip": _skip,
    "undo": _undo,
    "import": _import,
}
