"""How far people agree, as the dashboard has it, for labels of every kind.  Floor 6."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from askance.annotators import (
    Answers,
    distance_alpha,
    fleiss_kappa,
    gather,
    interval_alpha,
    krippendorff_alpha,
    pairwise,
)
from askance.campaign.consensus import consensus
from askance.errors import AskanceError
from askance.labels.distance import Distance, distance
from askance.ops import parse_id
from askance.protocols import LabelKind
from askance.server import shapes
from askance.store.schema import label

PARTS = {"text", "spans", "segments", "boxes", "polygons", "keypoints", "mask"}
NEWEST = 1000  # samples whose answers are compared part by part: it costs up to a millisecond a pair
DRAWN = 2000  # pairs of answers that stand for what chance gives, there
SHOWN = 500  # pairs of people
SAYS = {
    "class": "nominal",
    "preference": "nominal",
    "rating": "ordinal",
    "number": "interval",
    "classes": "MASI",
    "text": "words",
    "segments": "1 - IoU of matched segments",
    "spans": "1 - IoU of matched spans",
    "boxes": "1 - IoU of matched boxes",
    "polygons": "1 - IoU of matched outlines",
    "keypoints": "1 - OKS of matched things",
    "mask": "1 - IoU of pixels",
}
Said = Mapping[str, Mapping[str, str]]  # {sample: {who: value}}


def agreement(db: Connection, kind: LabelKind) -> shapes.Agreement:
    """Of the answers that count, on samples with two or more."""
    several = [s for s, one in consensus(db).items() if one.answers > 1]
    level = SAYS.get(kind.name, "nominal")
    if not several:
        return shapes.Agreement(n=0, share=None, alpha=None, distance=level)
    said = _said(db, several[-NEWEST:] if kind.name in PARTS else several)
    share = sum(len(set(by.values())) == 1 for by in said.values()) / len(said)
    found = shapes.Agreement(n=len(several), share=share, alpha=None, distance=level, of=len(said))
    if level == "nominal":
        return found.model_copy(update=_of_classes(_gathered(said)))
    return found.model_copy(update={"alpha": _alpha(said, level, kind), "pairs": _pairs(said, distance(kind))})


def _said(db: Connection, samples: Sequence[str]) -> Said:
    wanted = set(samples)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for sample, who, value in db.execute(select(label.c.sample, label.c.who, label.c.value).where(label.c.counted)):
        if sample in wanted:
            found[sample][who] = value
    return found


def _gathered(said: Said) -> Answers:
    return gather([(parse_id(s), who, value) for s, by in said.items() for who, value in by.items()])


def _of_classes(answers: Answers) -> dict[str, Any]:
    each = np.bincount(answers.item)
    usual = Counter(each.tolist()).most_common(1)[0][0]
    alike = answers.only(np.flatnonzero(each == usual))
    pairs = [shapes.Pair(one=p.one, other=p.other, n=p.n, alike=p.alike, kappa=p.kappa) for p in pairwise(answers)]
    kappa = _defined(lambda: fleiss_kappa(alike))
    return {
        "alpha": _defined(lambda: krippendorff_alpha(answers)),
        "fleiss": kappa,
        "fleiss_n": len(alike.ids),
        "pairs": _shown(pairs),
    }


def _alpha(said: Said, level: str, kind: LabelKind) -> float | None:
    if level == "ordinal":
        return _defined(lambda: krippendorff_alpha(_gathered(said), level))
    if level == "interval":
        return _defined(lambda: interval_alpha([[float(v) for v in by.values()] for by in said.values()]))
    return _defined(lambda: distance_alpha([[*by.values()] for by in said.values()], distance(kind), pairs=DRAWN))


def _defined(measure: Callable[[], float]) -> float | None:
    """None where chance explains everything, and it is 0/0."""
    try:
        return float(measure())
    except AskanceError:
        return None


def _pairs(said: Said, far: Distance) -> list[shapes.Pair]:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for by in said.values():
        for one, other in combinations(sorted(by), 2):
            found[one, other].append(1.0 - far(by[one], by[other]))
    return _shown(
        [shapes.Pair(one=a, other=b, n=len(v), alike=sum(v) / len(v), kappa=None) for (a, b), v in found.items()]
    )


def _shown(pairs: list[shapes.Pair]) -> list[shapes.Pair]:
    """Those with the most in common, by name."""
    most = sorted(pairs, key=lambda p: (-p.n, p.one, p.other))[:SHOWN]
    return sorted(most, key=lambda p: (p.one, p.other))
