"""How it goes: the curve, the people, the classes, what is left.  Floor 6."""

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, func, select

from askance.campaign import golden
from askance.campaign.consensus import consensus
from askance.campaign.settings import TEXT, in_force
from askance.errors import AskanceError
from askance.history import History, Metric
from askance.metrics.outlook import outlook
from askance.report.curves import main_metric
from askance.server import shapes
from askance.server.agreeing import agreement
from askance.server.desk import Desk
from askance.store.schema import event, label, remark

BREAK = 300.0  # seconds without an answer, after which nobody was working
DEAR = 0.25  # seconds: what costs less is made whenever somebody looks
SAID = ("label", "undo", "import", "review", "gold")  # events after which the answers come to something else
HIDDEN = {"gold": None, "gold_low": None, "gold_high": None, "gold_n": 0}


def dashboard(desk: Desk, role: str, who: str) -> shapes.Dashboard:
    """What is dear to make is kept until somebody has said something; how people do on gold questions, which would tell
    what they are, is for reviewers, and for oneself where one is told anyway."""
    with desk.store.reading() as db:
        past = desk.campaign.history()
        flagged = db.execute(select(func.count(remark.c.sample.distinct())).where(remark.c.flagged)).scalar()
        found = _said_so_far(desk, db)
        told = in_force(db).gold_feedback
    open_to = None if role != "annotator" else {who} if told else set()
    last = past.rounds[-1] if past.rounds else None
    return shapes.Dashboard(
        curve=_curve(past),
        random=_control(past),
        balance=found.balance,
        people=[w if open_to is None or w.who in open_to else w.model_copy(update=HIDDEN) for w in found.people],
        agreement=found.agreement,
        calibration=dict(last.calibration) if last else {},
        forecast=_forecast(past),
        verdicts=[shapes.Rule(rule=v.rule, stop=v.stop, why=v.why) for v in last.verdicts] if last else [],
        seconds=dict(last.seconds) if last else {},
        flagged=int(flagged or 0),
    )


@dataclass(frozen=True)
class Said:
    """What the answers come to.  seq: of the newest event that this was made after; seconds: what it cost."""

    seq: int
    config: str
    made: float
    seconds: float
    balance: dict[str, int]
    people: list[shapes.Worker]
    agreement: shapes.Agreement


_kept: WeakKeyDictionary[Desk, Said] = WeakKeyDictionary()
_turn = Lock()


def _said_so_far(desk: Desk, db: Connection) -> Said:
    """Made again when there is more; of very many answers, not more often than a twentieth of the time."""
    with _turn:
        before, now = _kept.get(desk), time.monotonic()
        seq, config = _newest(db), str(db.execute(TEXT).scalar())
        if before is not None and before.config == config:
            rest = 20 * before.seconds if before.seconds > DEAR else 0.0
            if before.seq == seq or now - before.made - before.seconds < rest:
                return before
        plain = desk.kind.name in ("class", "preference")
        votes = Counter(one.value for one in consensus(db).values()) if plain else Counter()
        people, agreed = _people(db, desk), agreement(db, desk.kind)
        spent = time.monotonic() - now
        _kept[desk] = Said(seq, config, now, spent, dict(votes.most_common(200)), people, agreed)
        return _kept[desk]


def _newest(db: Connection) -> int:
    """Of what changes any of this; it is among the last, so the log is read backwards."""
    last = select(event.c.seq).where(event.c.kind.in_(SAID)).order_by(event.c.seq.desc()).limit(1)
    return int(db.execute(last).scalar() or 0)


def _curve(past: History) -> shapes.Curve | None:
    metric = main_metric(past)
    if metric is None:
        return None
    found = [(r.labeled, r.metrics[metric]) for r in past.rounds if metric in r.metrics]
    points = [shapes.Point(labels=n, value=m.value, low=m.low, high=m.high) for n, m in found]
    return shapes.Curve(metric=metric, points=points)


def _forecast(past: History) -> str:
    metric = main_metric(past)
    if metric is None:
        return "nothing is measured yet: give the campaign a validation share, or a test share with an answer key"
    try:
        return outlook(past, metric, 0.95).sentence
    except AskanceError as e:
        return str(e)


def _control(past: History) -> shapes.Curve | None:
    """What labels drawn at random give, where the campaign looks (campaign/control.py)."""
    metric = main_metric(past)
    found = [r.control for r in past.rounds if metric and metric in r.control.get("metrics", {})]
    if not found or metric is None:
        return None
    seen = {int(c["labels"]): c["metrics"][metric] for c in found}
    points = [shapes.Point(labels=n, value=m.value, low=m.low, high=m.high) for n, m in sorted(seen.items())]
    return shapes.Curve(metric=metric, points=points, how=found[-1]["how"])


def _people(db: Connection, desk: Desk) -> list[shapes.Worker]:
    """Everybody who has answered, by name."""
    gold = golden.skill(db, desk.kind)
    mine: dict[str, list[Any]] = defaultdict(list)
    for r in db.execute(select(label.c.who, label.c.at, label.c.more).order_by(label.c.at)):
        mine[r[0]].append(r)
    return [_worker(who, said, gold.get(who)) for who, said in sorted(mine.items())]


def _worker(who: str, said: list[Any], gold: Metric | None) -> shapes.Worker:
    gaps = [b[1] - a[1] for a, b in pairwise(said)]
    working = sum(g for g in gaps if g < BREAK)
    counted = sum(g < BREAK for g in gaps)
    spent = [ms for a in said if a[2] and (ms := json.loads(a[2]).get("ms")) is not None]
    return shapes.Worker(
        who=who,
        answers=len(said),
        per_hour=round(3600 * counted / working, 1) if working > 0 else None,
        median_ms=float(median(spent)) if spent else None,
        gold=gold.value if gold else None,
        gold_low=gold.low if gold else None,
        gold_high=gold.high if gold else None,
        gold_n=gold.n if gold else 0,
    )
