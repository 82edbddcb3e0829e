"""What each kind of event does to the tables.  Replaying them in order is the whole of a rebuild.  Floor 4.

An effect depends on the event and on what came before it, never on the clock or on anything outside.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    TextClause,
    bindparam,
    case,
    delete,
    exists,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)

from askance.store.schema import (
    campaign,
    gold,
    label,
    lease,
    pick,
    remark,
    round_,
    said,
    slot,
    task,
    tested,
    unreadable,
    verdict,
)

MANY = 500  # samples of one statement
GOLD_FROM = 10_000  # the number of a sample's first gold slot: its others are below


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


# One slot changes its state.
STATE = ("state", "who", "until", "seq", "reason")
CHANGE = (
    update(slot)
    .where(slot.c.sample == bindparam("at"), slot.c.n == bindparam("nth"))
    .values({name: bindparam(f"new_{name}") for name in STATE})
)
SLOTS = select(slot).where(slot.c.sample == bindparam("at")).order_by(slot.c.n)
THESE: Any = bindparam("these", expanding=True)
WITHDRAW = update(slot).where(slot.c.sample.in_(THESE), ~slot.c.gold).values(state="withdrawn")
GUESS = update(gold).where(gold.c.sample == bindparam("at")).values(guesses=bindparam("new_guesses"))
FORGET = delete(label).where(label.c.sample == bindparam("at"), label.c.who == bindparam("by"))
UNTEST = delete(tested).where(tested.c.sample == bindparam("at"), tested.c.who == bindparam("by"))


def _has(*states: str) -> Any:
    """By the sample's few slots: the state is asked in a way that no index knows, or SQLite would go through all that
    are done to find out about one."""
    state = slot.c.state + literal("")
    return exists().where(slot.c.sample == task.c.sample, or_(*(state == s for s in states)), ~slot.c.gold)


# A question is open while a slot is; an answer, also one that was imported, settles it before a skip does.
SETTLE = (
    update(task)
    .where(task.c.sample.in_(THESE))
    .values(
        state=case(
            (_has("open", "leased"), "open"),
            (_has("done"), "done"),
            (_has("skipped"), "skipped"),
            else_="withdrawn",
        )
    )
)


def _change(db: Connection, slots: Sequence[tuple[str, int]], state: str, who: str | None, **rest: Any) -> None:
    """slots: of (sample, n).  rest: until, seq and reason; None where they are not given."""
    new = {f"new_{name}": rest.get(name) for name in STATE} | {"new_state": state, "new_who": who}
    if slots:
        db.execute(CHANGE, [{"at": sample, "nth": n, **new} for sample, n in slots])
        db.execute(SETTLE, {"these": list(dict.fromkeys(sample for sample, _ in slots))})


ONES_OWN = ("leased", "done", "skipped")  # an answer goes into the slot of whoever gives it, also after a skip


def held(db: Connection, sample: str, who: str, *states: str) -> int | None:
    """The slot of the sample that is `who`'s own and in one of these states; None where there is none."""
    return next((s.n for s in db.execute(SLOTS, {"at": sample}) if s.who == who and s.state in states), None)


def is_gold(n: int | None) -> bool:
    """Whether the slot of this number only tests who answers it."""
    return n is not None and n >= GOLD_FROM


def free(db: Connection, sample: str, now: float) -> int | None:
    """A slot that nobody holds: one that is open, else one whose lease has run out."""
    return _free(db.execute(SLOTS, {"at": sample}).all(), now)


def _slot_for(slots: Sequence[Any], who: str, now: float, *states: str) -> int | None:
    """Of a sample's slots the one that is `who`'s own and in one of these states, else one that is free."""
    mine = next((s.n for s in slots if s.who == who and s.state in states), None)
    return _free(slots, now) if mine is None else mine


def _free(slots: Sequence[Any], now: float) -> int | None:
    every = [s for s in slots if not s.gold]
    lapsed = (s.n for s in every if s.state == "leased" and s.until < now)
    return next((s.n for s in every if s.state == "open"), next(lapsed, None))


def _create(db: Connection, e: Event) -> None:
    put(db, campaign, [{"key": k, "value": v} for k, v in e.body.items()])


def _round(db: Connection, e: Event) -> None:
    """body: number, record, picks [[sample, name, rank, utility, why, role]], unreadable {sample: why}; and where they
    are not the usual ones, wanted (answers a question, 1), withdrawn [sample] (questions that nobody has begun) and
    guesses {sample: [[class, probability]]}, of the picks and of gold questions."""
    db.execute(insert(round_).values(number=e.body["number"], at=e.at, body=e.body["record"]))
    back = e.body.get("withdrawn", [])
    for some in (back[at : at + MANY] for at in range(0, len(back), MANY)):
        db.execute(WITHDRAW, {"these": some})
        db.execute(SETTLE, {"these": some})
    guesses = {s: json.dumps(found) for s, found in e.body.get("guesses", {}).items()}
    if every := db.execute(select(gold.c.sample)).scalars().all():
        db.execute(GUESS, [{"at": s, "new_guesses": guesses.get(s)} for s in every])
    names = ("sample", "name", "rank", "utility", "why", "role")
    rows = [dict(zip(names, pick, strict=True)) for pick in e.body["picks"]]
    if rows:
        # A label may have been imported while the model was fitted: that question is answered already.
        known = set(db.execute(select(label.c.sample).where(label.c.counted)).scalars())
        states = {True: "done", False: "open"}
        chosen = ("sample", "name", "rank", "utility", "why")
        put(db, pick, [{**{key: r[key] for key in chosen}, "round": e.body["number"]} for r in rows])
        by_hand = _wanted_by_hand(db)
        rows = [r for r in rows if r["sample"] not in by_hand]
        about = [
            {**r, "round": e.body["number"], "state": states[r["sample"] in known], "guesses": guesses.get(r["sample"])}
            for r in rows
        ]
        put(db, task, about)
        empty = {**dict.fromkeys(("who", "until", "seq", "reason")), "gold": False}
        slots = [
            {"sample": r["sample"], "n": n, "round": e.body["number"], "rank": r["rank"], **empty}
            | {"state": states[r["sample"] in known]}
            for r in rows
            for n in range(e.body.get("wanted", 1))
        ]
        put(db, slot, slots)
    put(db, unreadable, [{"sample": s, "why": why} for s, why in e.body["unreadable"].items()])


def _lease(db: Connection, e: Event) -> None:
    """body: samples, until.  What they hold already they hold for longer."""
    found = ((s, _slot_for(db.execute(SLOTS, {"at": s}).all(), e.who, e.at, "leased")) for s in e.body["samples"])
    _change(db, [(s, n) for s, n in found if n is not None], "leased", e.who, until=e.body["until"])
    put(db, lease, [{"sample": s, "who": e.who} for s in e.body["samples"]])


def _release(db: Connection, e: Event) -> None:
    """body: samples.  They go back to whoever comes next; what tests this person alone goes to nobody."""
    found = [(s, n) for s in e.body["samples"] if (n := held(db, s, e.who, "leased")) is not None]
    _change(db, [(s, n) for s, n in found if not is_gold(n)], "open", None)
    _change(db, [(s, n) for s, n in found if is_gold(n)], "withdrawn", None)


def _trial(db: Connection, e: Event) -> None:
    """body: samples [[sample, name, round, rank]], until.  Gold questions, each leased to `who` in a slot of its own,
    at the place of the question that they are put beside."""
    for sample, name, round, rank in e.body["samples"]:
        every = [s for s in db.execute(SLOTS, {"at": sample}) if s.gold]
        spare = (s.n for s in every if s.state == "withdrawn")
        n = next(spare, max((s.n for s in every), default=GOLD_FROM - 1) + 1)
        place = {"sample": sample, "round": round, "rank": rank}
        put(db, slot, [{**place, **dict.fromkeys(STATE), "n": n, "state": "withdrawn", "gold": True}])
        if db.execute(select(task.c.sample).where(task.c.sample == sample)).first() is None:
            nothing = {"utility": 0.0, "why": "", "guesses": None, "state": "withdrawn", "role": "gold"}
            put(db, task, [{**place, **nothing, "name": name}])
        _change(db, [(sample, n)], "leased", e.who, until=e.body["until"])
    put(db, lease, [{"sample": s[0], "who": e.who} for s in e.body["samples"]])


def _label(db: Connection, e: Event) -> None:
    """body: sample, value, counted; more, and the client's key, where there are any; gold: "told" or "untold", where it
    answers a gold question, and whether they were told at once how they did."""
    sample, counted, trial = e.body["sample"], e.body["counted"], e.body.get("gold", "")
    more = json.dumps(e.body["more"], sort_keys=True) if e.body.get("more") else None
    row = {"sample": sample, "who": e.who, "value": e.body["value"], "counted": counted, "at": e.at, "seq": e.seq}
    put(db, label, [{**row, "more": more, "gold": bool(trial)}])
    _keep_key(db, e, counted or bool(trial))
    if trial:
        _test(db, e, trial == "told")
    elif counted:
        n = _slot_for(db.execute(SLOTS, {"at": sample}).all(), e.who, e.at, *ONES_OWN)
        _change(db, [] if n is None else [(sample, n)], "done", e.who)


def _test(db: Connection, e: Event, was_told: bool) -> None:
    sample = e.body["sample"]
    row = {"sample": sample, "who": e.who, "value": e.body["value"], "at": e.at}
    mine = (tested.c.sample == sample) & (tested.c.who == e.who)
    if not was_told or db.execute(select(tested.c.sample).where(mine)).first() is None:
        put(db, tested, [row])
    n = held(db, sample, e.who, *ONES_OWN)
    _change(db, [] if n is None else [(sample, n)], "done", e.who)


def _skip(db: Connection, e: Event) -> None:
    """body: sample, why; the client's key where there is one."""
    n = held(db, e.body["sample"], e.who, "leased")
    _keep_key(db, e, True)
    _change(db, [] if n is None else [(e.body["sample"], n)], "skipped", e.who, seq=e.seq, reason=e.body["why"])


def _keep_key(db: Connection, e: Event, counted: bool) -> None:
    if e.body.get("key"):
        put(db, said, [{"key": e.body["key"], "who": e.who, "sample": e.body["sample"], "counted": counted}])


def _undo(db: Connection, e: Event) -> None:
    """body: sample, back (whether the question goes back to `who`), until; told: they know how they did on it."""
    sample = e.body["sample"]
    db.execute(FORGET, {"at": sample, "by": e.who})
    if not e.body.get("told"):
        db.execute(UNTEST, {"at": sample, "by": e.who})
    n = held(db, sample, e.who, "done", "skipped") if e.body["back"] else None
    _change(db, [] if n is None else [(sample, n)], "leased", e.who, until=e.body["until"])


def _import(db: Connection, e: Event) -> None:
    """body: labels {sample: value}.  Nobody needs to be asked about them any more."""
    base = {"who": e.who, "counted": True, "at": e.at, "seq": e.seq, "more": None, "gold": False}
    put(db, label, [{"sample": s, "value": v, **base} for s, v in e.body["labels"].items()])
    for sample in e.body["labels"]:
        left = [(sample, s.n) for s in db.execute(SLOTS, {"at": sample}) if s.state != "done" and not s.gold]
        _change(db, left, "done", e.who)


BY_HAND = -1  # the round of what somebody picked: it is asked about before any round's questions


def _wish(db: Connection, e: Event) -> None:
    """body: picks [[sample, name]], why; wanted as in a round.  Picked by hand; what is begun stays as it is."""
    at = {"round": BY_HAND, "rank": e.seq, "utility": 0.0, "why": e.body["why"], "role": "train", "guesses": None}
    picks = [(s, name) for s, name in e.body["picks"] if not _begun(db, s)]
    put(db, task, [{"sample": s, "name": name, **at, "state": "open"} for s, name in picks])
    empty = {**dict.fromkeys(("who", "until", "seq", "reason")), "gold": False}
    place = {"round": BY_HAND, "rank": e.seq, "state": "open", **empty}
    for sample, _ in picks:
        db.execute(delete(slot).where(slot.c.sample == sample, ~slot.c.gold))
    put(db, slot, [{"sample": s, "n": n, **place} for s, _ in picks for n in range(e.body.get("wanted", 1))])


def _wanted_by_hand(db: Connection) -> set[str]:
    """What somebody picked, perhaps while the model was fitted: their question stays, whoever has begun it."""
    asked = select(task.c.sample).where(task.c.round == BY_HAND, task.c.state != "withdrawn")
    return set(db.execute(asked).scalars())


def _begun(db: Connection, sample: str) -> bool:
    states = {s.state for s in db.execute(SLOTS, {"at": sample}) if not s.gold}
    return bool(states - {"open", "withdrawn"})


def _review(db: Connection, e: Event) -> None:
    """body: sample, value; None takes the decision back."""
    sample, value = e.body["sample"], e.body["value"]
    if value is None:
        db.execute(delete(verdict).where(verdict.c.sample == sample))
        return
    put(db, verdict, [{"sample": sample, "value": value, "who": e.who, "at": e.at, "seq": e.seq}])


def _gold(db: Connection, e: Event) -> None:
    """body: answers {sample: value or None}; None: it is gold no longer.  names {sample: name}; where it is said so
    (ends), answers to them that are still wanted are wanted no longer."""
    answers, names = e.body["answers"], e.body.get("names", {})
    known = {s: value for s, value in answers.items() if value is not None}
    for sample in answers.keys() - known.keys():
        db.execute(delete(gold).where(gold.c.sample == sample))
    rows = [
        {"sample": s, "value": v, "who": e.who, "name": names.get(s, ""), "guesses": None} for s, v in known.items()
    ]
    put(db, gold, rows)
    if e.body.get("ends"):
        found = [(s, r.n) for s in known for r in db.execute(SLOTS, {"at": s}) if r.state == "open" and not r.gold]
        _change(db, found, "withdrawn", None)


def _remark(db: Connection, e: Event) -> None:
    """body: sample, flagged, note."""
    row = {"sample": e.body["sample"], "flagged": e.body["flagged"], "note": e.body["note"]}
    put(db, remark, [{**row, "who": e.who, "at": e.at}])


def _configure(db: Connection, e: Event) -> None:
    """body: config, the TOML text that is in force from here on."""
    put(db, campaign, [{"key": "config", "value": e.body["config"]}])


EFFECTS: Mapping[str, Callable[[Connection, Event], None]] = {
    "create": _create,
    "round": _round,
    "lease": _lease,
    "trial": _trial,
    "label": _label,
    "skip": _skip,
    "undo": _undo,
    "import": _import,
    "release": _release,
    "wish": _wish,
    "review": _review,
    "gold": _gold,
    "remark": _remark,
    "configure": _configure,
}
