"""How far two answers to one question are apart: 0 for the same, 1 for nothing in common.  Floor 2.

What has parts is matched part by part, one to one, so that the overlap in all is as large as it can be; the distance is
then 1 - 2 x overlap / (parts of the one + parts of the other), which is 1 - F1 where an overlap is all or nothing.
Such distances are what agreement is measured by where answers are more than a word (Braylan, Alonso & Lease 2022).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from askance.labels import overlap
from askance.protocols import LabelKind

Distance = Callable[[str, str], float]
TOLERANCE = {
    "number": 0.05,
    "spans": 0.5,
    "segments": 0.5,
    "boxes": 0.5,
    "polygons": 0.5,
    "mask": 0.5,
    "keypoints": 0.5,
    "text": 0.1,
}


def distance(kind: LabelKind) -> Distance:
    """Of answers of this kind as they are stored.  -> [0, 1]"""
    made = MADE.get(kind.name)
    return partial(made, kind) if made else unlike


def right(kind: LabelKind, said: str, known: str) -> bool:
    """Whether an answer is as good as the known one: the same where that is a word or a grade, else near enough.

    A number within 5 % (of its scale, where it has two ends), parts that overlap by half or more, a text of which nine
    words in ten are right.
    """
    return said == known or distance(kind)(said, known) <= TOLERANCE.get(kind.name, 0.0)


def unlike(a: str, b: str) -> float:
    return float(a != b)


def masi(kind: Any, a: str, b: str) -> float:
    """Of sets: 1 - Jaccard x 1, 2/3, 1/3 or 0 where they are the same, one in the other, crossing, apart.  Passonneau
    2006."""
    one, other = set(json.loads(a)), set(json.loads(b))
    if one == other:
        return 0.0
    both = one & other
    part = 2 / 3 if both in (one, other) and both else 1 / 3
    return 1.0 - part * len(both) / len(one | other)


def gap(kind: Any, a: str, b: str) -> float:
    """Of numbers: as a share of the scale; where it has no two ends, of the two together, as Krippendorff's ratio."""
    x, y = float(a), float(b)
    low, high = getattr(kind, "low", None), getattr(kind, "high", None)
    if low is not None and high is not None:
        return min(1.0, abs(x - y) / (high - low))
    return 0.0 if x == y else min(1.0, abs(x - y) / (abs(x) + abs(y)))


def words(kind: Any, a: str, b: str) -> float:
    """Of texts: words to put in, leave out or replace, as a share of the longer one (Levenshtein 1966)."""
    one, other = a.split(), b.split()
    longer = max(len(one), len(other))
    return _edits(one, other) / longer if longer else float(a != b)


def _edits(a: Sequence[str], b: Sequence[str]) -> int:
    row = np.arange(len(b) + 1)
    for n, word in enumerate(a, 1):
        cheapest = np.minimum(row[1:] + 1, row[:-1] + np.array([word != w for w in b], int))
        # What is put in one after another costs one each: the running minimum of cost less place.
        new = np.concatenate([[n], cheapest]) - np.arange(len(b) + 1)
        row = np.minimum.accumulate(new) + np.arange(len(b) + 1)
    return int(row[-1])


def parts(of_two: Callable[[Any, Any], float], kind: Any, a: str, b: str) -> float:
    """Of lists of parts; of_two: how far two parts with the same class overlap, in [0, 1]."""
    one, other = json.loads(a), json.loads(b)
    if not one and not other:
        return 0.0
    same = [[p.get("label") == q.get("label") for q in other] for p in one]
    pairs = [
        [of_two(p, q) if alike else 0.0 for q, alike in zip(other, row, strict=True)]
        for p, row in zip(one, same, strict=True)
    ]
    return 1.0 - 2.0 * _matched(np.array(pairs).reshape(len(one), len(other))) / (len(one) + len(other))


def _matched(overlaps: np.ndarray) -> float:
    """The most overlap of a one-to-one matching.  (n, m) -> its sum."""
    if min(overlaps.shape) == 1:
        return float(overlaps.max())
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(overlaps, maximize=True)
    return float(overlaps[rows, columns].sum()) if len(rows) else 0.0


def pixels(kind: Any, a: str, b: str) -> float:
    """Of masks: 1 - pixels on which both say the same class / pixels on which one of them says any (Jaccard)."""
    one, other = json.loads(a), json.loads(b)
    if (one["height"], one["width"]) != (other["height"], other["width"]):
        return 1.0
    return 1.0 - overlap.of_masks(one["counts"], other["counts"])


MADE: Mapping[str, Callable[[Any, str, str], float]] = {
    "classes": masi,
    "number": gap,
    "rating": gap,
    "text": words,
    "spans": partial(parts, overlap.of_spans),
    "segments": partial(parts, overlap.of_spans),
    "boxes": partial(parts, overlap.of_boxes),
    "polygons": partial(parts, overlap.of_polygons),
    "keypoints": partial(parts, overlap.of_keypoints),
    "mask": pixels,
}
