"""How several answers to one question become the one that counts, for every kind of label.  Floor 5.

A single answer is itself.  `first` takes the one that came first; `majority` what suits the kind: of classes,
preferences and texts the one that most people gave; of several classes each that more than half of them named; of
numbers the median, and of grades the one of the middle; of what is marked in a text or a picture the answer that agrees
most with the others.  Where two are as good, the one that came first.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from askance.errors import BadLabel
from askance.labels.distance import distance, unlike
from askance.protocols import LabelKind

Values = Sequence[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What counts for one sample.

    agreement  how far the answers speak for it, in [0, 1]: their share that says so, or one less their mean distance
               from it; by Dawid-Skene its probability; None where there is one answer or none
    lead       how far it is ahead of the next, or, where answers have parts, the agreement: what is close is small
    answers    how many count; differing: whether two, also late ones, are not the same; decided: by a reviewer
    first      where it stands in the order in which the first answers came
    """

    value: str
    agreement: float | None
    lead: float
    answers: int
    differing: bool
    decided: bool
    first: int


def settled(kind: LabelKind, rule: str, values: Values) -> str:
    """values: in the order in which they came, one or more."""
    if rule == "first" or values.count(values[0]) == len(values):
        return values[0]
    return RULES.get(kind.name, most)(kind, values)


def standing(kind: LabelKind, values: Values, value: str) -> tuple[float | None, float]:
    """-> agreement and lead of the value that counts."""
    if len(values) < 2:
        return None, 1.0
    far = distance(kind)
    if far is unlike:
        votes = Counter(values)
        best = [n for v, n in votes.most_common(2) if v != value][:1]
        return votes[value] / len(values), (votes[value] - (best[0] if best else 0)) / len(values)
    near = 1.0 - sum(far(value, v) for v in values) / len(values)
    return near, near


def most(kind: Any, values: Values) -> str:
    """What most people gave.  Counter keeps the order in which it met them."""
    return Counter(values).most_common(1)[0][0]


def each_class(kind: Any, values: Values) -> str:
    """Classes that more than half named, and of those that half of them did what the first one says."""
    named = [set(json.loads(v)) for v in values]
    votes = Counter(c for one in named for c in one)
    kept = [c for c, n in votes.items() if 2 * n > len(values) or (2 * n == len(values) and c in named[0])]
    return _right(kind, json.dumps(sorted(kept)), values)


def middle(kind: Any, values: Values) -> str:
    return _right(kind, repr(float(median(map(float, values)))), values)


def middle_grade(kind: Any, values: Values) -> str:
    """The median; of two in the middle, the one that was given first."""
    ordered = sorted(map(float, values))
    two = {ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]}
    return next(v for v in values if float(v) in two)


def nearest_to_all(kind: Any, values: Values) -> str:
    """The answer with the least distance to the others, which of two answers is the first."""
    if len(values) == 2:
        return values[0]
    far = distance(kind)
    gaps = {v: sum(far(v, other) for other in values) for v in dict.fromkeys(values)}
    return min(gaps, key=lambda v: gaps[v])


def _right(kind: Any, value: str, values: Values) -> str:
    """What has been put together, unless the kind does not allow it: two people's answers may make none."""
    try:
        checked: str = kind.check(value)
        return checked
    except BadLabel:
        return values[0]


RULES: Mapping[str, Callable[[Any, Values], str]] = {
    "classes": each_class,
    "number": middle,
    "rating": middle_grade,
    **dict.fromkeys(("spans", "segments", "boxes", "polygons", "mask", "keypoints"), nearest_to_all),
}
