"""How it goes: the curve, the people, the classes, what is left.  Floor 6."""

import json
from collections import Counter
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import Connection, func, select

from askance.annotators import gather, krippendorff_alpha
from askance.campaign import reading
from askance.errors import AskanceError
from askance.history import History
from askance.metrics.outlook import outlook
from askance.ops import parse_id
from askance.report.curves import main_metric
from askance.server import shapes
from askance.server.desk import Desk
from askance.store.schema import gold, label, remark

BREAK = 300.0  # seconds without an answer, after which nobody was working


def dashboard(desk: Desk) -> shapes.Dashboard:
    with desk.store.reading() as db:
        past = desk.campaign.history()
        answers = list(db.execute(select(label).order_by(label.c.at)))
        right = dict(db.execute(select(gold.c.sample, gold.c.value)).all())
        flagged = db.execute(select(func.count(remark.c.sample.distinct())).where(remark.c.flagged)).scalar()
        told = reading.labels(db)
        agreement = _agreement(db)
    last = past.rounds[-1] if past.rounds else None
    return shapes.Dashboard(
        curve=_curve(past),
        random=None,
        balance=dict(Counter(told.values()).most_common(200)) if desk.kind.name in ("class", "preference") else {},
        people=_people(answers, right),
        agreement=agreement,
        calibration=dict(last.calibration) if last else {},
        forecast=_forecast(past),
        verdicts=[shapes.Rule(rule=v.rule, stop=v.stop, why=v.why) for v in last.verdicts] if last else [],
        seconds=dict(last.seconds) if last else {},
        flagged=int(flagged or 0),
    )


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


def _people(answers: list[Any], right: dict[str, str]) -> list[shapes.Worker]:
    mine: dict[str, list[Any]] = {}
    for a in answers:
        mine.setdefault(a.who, []).append(a)
    return [_worker(who, said, right) for who, said in sorted(mine.items())]


def _worker(who: str, said: list[Any], right: dict[str, str]) -> shapes.Worker:
    gaps = [b.at - a.at for a, b in pairwise(said)]
    working = sum(g for g in gaps if g < BREAK)
    counted = sum(g < BREAK for g in gaps)
    spent = [ms for a in said if a.more and (ms := json.loads(a.more).get("ms")) is not None]
    tested = [a.value == right[a.sample] for a in said if a.sample in right]
    return shapes.Worker(
        who=who,
        answers=len(said),
        per_hour=round(3600 * counted / working, 1) if working > 0 else None,
        median_ms=float(median(spent)) if spent else None,
        gold=sum(tested) / len(tested) if tested else None,
        gold_n=len(tested),
    )


def _agreement(db: Connection) -> shapes.Agreement:
    """Krippendorff's alpha over classes, and the share of samples on which all agree."""
    said: dict[str, dict[str, str]] = {}
    for r in db.execute(select(label.c.sample, label.c.who, label.c.value)):
        said.setdefault(r.sample, {})[r.who] = r.value
    several = {s: by for s, by in said.items() if len(by) > 1}
    if not several:
        return shapes.Agreement(n=0, alpha=None, share=None)
    share = sum(len(set(by.values())) == 1 for by in several.values()) / len(several)
    rows = [(parse_id(s), who, value) for s, by in several.items() for who, value in by.items()]
    try:
        alpha = float(krippendorff_alpha(gather(rows)))
    except AskanceError:
        alpha = None
    return shapes.Agreement(n=len(several), alpha=alpha, share=share)
