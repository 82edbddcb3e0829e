"""What counts for every sample, made from the answers when it is read, and kept until there are others.  Floor 5.

The rule is the configuration's, so another one may be set at any time, and what counted under it is what would have
counted all along.  A process remembers what it has made for a database and, of majority and first, makes anew only the
samples that something was said about since; Dawid-Skene weighs everybody by all they have said, so it is done again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from threading import Lock
from time import monotonic
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Connection, func, select
from sqlalchemy.pool import Pool

from askance.annotators import Answers, DawidSkene, dawid_skene
from askance.campaign.config import Config
from askance.campaign.settings import TEXT, in_force
from askance.campaign.settling import Settled, settled, standing
from askance.ops import parse_id
from askance.protocols import LabelKind
from askance.store.schema import event, gold, label, tested, verdict

SAID = ("label", "undo", "import", "review")  # events after which something else may count
DEAR = 0.25  # seconds: what takes less is never shown as it was lately
MOST = 2000  # samples that are made anew one by one; of more, all are
# Of Dawid-Skene: what everybody is taken to have said before (docs/teams.md says how these were chosen).
SMOOTHING, TRUST = 0.5, 5.0
TOLERANCE = 1e-7  # nine rounds and a second for 300,000 answers of 20 people

Consensus = Mapping[str, Settled]
Said = Any  # a row of `label`: sample, who, value, counted, seq; or of `verdict`
WHAT = (label.c.sample, label.c.who, label.c.value, label.c.counted, label.c.seq)


@dataclass(frozen=True)
class Kept:
    """What was made at event `seq` under this configuration; fit: what is known of the people, by Dawid-Skene.

    made, seconds: when, and how long it took to make all of it
    """

    seq: int
    config: str
    found: Consensus
    fit: DawidSkene | None = None
    made: float = 0.0
    seconds: float = 0.0


_kept: WeakKeyDictionary[Pool, Kept] = WeakKeyDictionary()
_turn = Lock()


def consensus(db: Connection) -> Consensus:
    """{sample: what counts}, in the order in which the first answers came; decisions without answers are last."""
    return kept(db).found


def lately(db: Connection) -> Consensus:
    """`consensus`, or what it was lately where it is dear to make: for what is shown beside a question, not for what is
    learned from.  Making it takes no more than a twentieth of the time."""
    before = _kept.get(db.engine.pool)
    dear = before is not None and before.seconds > DEAR
    if before is not None and dear and monotonic() - before.made < 20 * before.seconds:
        return before.found
    return consensus(db)


def kept(db: Connection) -> Kept:
    """What is remembered, brought up to this moment.  A transaction that writes makes its own: it may be undone."""
    if db.get_execution_options().get("writes", False):
        return _made(db)
    with _turn:
        before = _kept.get(db.engine.pool)
        now = _brought_up(db, before) if before else _made(db)
        if before is None or now.seq >= before.seq:
            _kept[db.engine.pool] = now
    return now


def _brought_up(db: Connection, before: Kept) -> Kept:
    seq, text = _newest(db), db.execute(TEXT).scalar() or ""
    if (seq, text) == (before.seq, before.config):
        return before
    if seq < before.seq or text != before.config:
        return _made(db)
    changed = _changed(db, before.seq)
    if not changed:
        return replace(before, seq=seq)
    if in_force(db).aggregate == "dawid_skene" or len(changed) > MOST:
        return _made(db)
    config = in_force(db)
    found = {s: one for s, one in before.found.items() if s not in changed}
    found |= _settle(db, config, sorted(changed))
    return Kept(seq, text, _ordered(found))  # cheap, so it is never shown as it was lately


def _newest(db: Connection) -> int:
    return int(db.execute(select(func.max(event.c.seq))).scalar() or 0)


def _changed(db: Connection, after: int) -> set[str]:
    said = select(event.c.kind, event.c.body).where(event.c.seq > after, event.c.kind.in_(SAID))
    found: set[str] = set()
    for kind, text in db.execute(said):
        body = json.loads(text)
        found.update(body["labels"] if kind == "import" else [body["sample"]])
    return found


def _made(db: Connection) -> Kept:
    began, config = monotonic(), in_force(db)
    fit = _fitted(db) if config.aggregate == "dawid_skene" else None
    found = _settle(db, config)
    found = _weighed(found, fit) if fit else found
    made = _ordered(found)
    return Kept(_newest(db), db.execute(TEXT).scalar() or "", made, fit, monotonic(), monotonic() - began)


def _ordered(found: Mapping[str, Settled]) -> Consensus:
    return MappingProxyType(dict(sorted(found.items(), key=lambda kv: kv[1].first)))


def _settle(db: Connection, config: Config, samples: Sequence[str] | None = None) -> dict[str, Settled]:
    """samples: these alone.  Of `first` and `majority`; what Dawid-Skene says comes on top of the latter."""
    rule = "majority" if config.aggregate == "dawid_skene" else config.aggregate
    decided = {r.sample: r for r in _rows(db, select(verdict.c.sample, verdict.c.value, verdict.c.seq), samples)}
    said = sorted(_rows(db, select(*WHAT).where(~label.c.gold), samples), key=_by_sample)
    made, found = _Remembered(config.kind, rule), {}
    for sample, rows in groupby(said, key=lambda r: r[0]):
        if (one := _one(made, [*rows], decided.pop(sample, None))) is not None:
            found[sample] = one
    late = 1 << 62  # a decision about a sample that nobody has answered is after all answers
    found |= {s: Settled(r.value, None, 1.0, 0, False, True, late + r.seq) for s, r in decided.items()}
    return found


def _by_sample(r: Said) -> tuple[str, int]:
    return r[0], r[4]


def _rows(db: Connection, query: Any, samples: Sequence[str] | None) -> Iterable[Said]:
    """In pieces: a query has so many parameters."""
    if samples is None:
        return db.execute(query).all()
    column = query.selected_columns.sample
    pieces = [samples[n : n + 500] for n in range(0, len(samples), 500)]
    return [row for piece in pieces for row in db.execute(query.where(column.in_(piece)))]


class _Remembered:
    """What is made of some values; of words there are few different ones, however many samples."""

    def __init__(self, kind: LabelKind, rule: str):
        self.settled = cache(lambda values: settled(kind, rule, values))
        self.standing = cache(lambda values, value: standing(kind, values, value))


def _one(made: _Remembered, rows: Sequence[Said], decision: Said | None) -> Settled | None:
    """rows: of one sample, in their order.  None where no answer counts and nobody has decided."""
    counted = tuple(r[2] for r in rows if r[3])
    if not counted and decision is None:
        return None
    first = next((r[4] for r in rows if r[3]), (1 << 62) + (decision.seq if decision is not None else 0))
    differing = len(rows) > 1 and any(r[2] != rows[0][2] for r in rows)
    value = decision.value if decision is not None else made.settled(counted)
    agreement, lead = made.standing(counted, value) if len(counted) > 1 else (None, 1.0)
    if differing and len(counted) == 1:  # of the answers that are there, also those that came late
        lead = made.standing(tuple(r[2] for r in rows), value)[1]
    return Settled(value, agreement, lead, len(counted), differing, decision is not None, first)


# ---- Dawid-Skene


def _fitted(db: Connection) -> DawidSkene | None:
    """By all answers that count and those to gold questions; decisions and gold are the truth where there are any."""
    rows: list[Any] = [*db.execute(select(label.c.sample, label.c.who, label.c.value).where(label.c.counted))]
    rows += db.execute(select(tested.c.sample, tested.c.who, tested.c.value)).all()
    known = {r[0]: r[1] for r in db.execute(select(gold.c.sample, gold.c.value))}
    known |= {r[0]: r[1] for r in db.execute(select(verdict.c.sample, verdict.c.value))}
    if not rows:
        return None
    answers = _columns(rows, known)
    truth = {parse_id(s): value for s, value in known.items()}
    return dawid_skene(answers, smoothing=SMOOTHING, trust=TRUST, tolerance=TOLERANCE, known=truth)


def _columns(rows: Sequence[Said], known: Mapping[str, str]) -> Answers:
    """As `gather` makes them; a person's answer to a question that became gold is there once."""
    said = {(r[0], r[1]): r[2] for r in rows}
    samples = sorted({s for s, _ in said})
    here = {known[s] for s in samples if s in known}
    people, classes = sorted({who for _, who in said}), sorted({*said.values(), *here})
    at: list[dict[str, int]] = [{name: n for n, name in enumerate(names)} for names in (samples, people, classes)]
    table = np.array([(at[0][s], at[1][who], at[2][v]) for (s, who), v in said.items()], np.int64)
    item, person, value = table[np.lexsort(table.T[::-1])].T
    ids = np.array([parse_id(s) for s in samples], np.uint64)
    return Answers(ids, tuple(people), tuple(classes), item, person, value)


def _weighed(found: Mapping[str, Settled], fit: DawidSkene) -> dict[str, Settled]:
    """With the likeliest class of each sample, of as likely ones the majority's; decided ones stay."""
    told = fit.consensus
    place = {c: n for n, c in enumerate(told.classes)}
    row = {f"{i:016x}": n for n, i in enumerate(told.ids.tolist())}
    top = np.sort(told.probs, axis=1)[:, ::-1]
    lead = top[:, 0] - top[:, 1] if top.shape[1] > 1 else top[:, 0]
    best = told.probs >= top[:, :1] * (1.0 - 1e-9)
    likeliest = told.probs.argmax(1)

    def with_it(sample: str, one: Settled) -> Settled:
        n = row.get(sample)
        if n is None:
            return one
        own = one.value if one.decided or best[n, place[one.value]] else told.classes[likeliest[n]]
        speaks, ahead = float(told.probs[n, place[own]]), float(lead[n])
        return Settled(own, speaks, ahead, one.answers, one.differing, one.decided, one.first)

    return {sample: with_it(sample, one) for sample, one in found.items()}


def posterior(db: Connection, sample: str) -> tuple[dict[str, float], dict[str, float]]:
    """-> {class: probability} of a sample, and {person: share of their answers that is expected to be right}; both
    empty where the rule is not Dawid-Skene."""
    fit = kept(db).fit
    if fit is None:
        return {}, {}
    told = fit.consensus
    n = int(np.searchsorted(told.ids, np.uint64(parse_id(sample))))
    there = n < len(told.ids) and told.ids[n] == np.uint64(parse_id(sample))
    probs = dict(zip(told.classes, told.probs[n].round(4).tolist(), strict=True)) if there else {}
    return probs, {who: round(q, 4) for who, q in told.quality.items()}
