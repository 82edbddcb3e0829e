"""Which labels look wrong, the worst first, each with its reason.  Floor 2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from askance import ops
from askance.audit.joint import Joint, joint_of
from askance.errors import BadLabel, BadSignal, nearest

METHODS = ("class", "rate", "both", "sure")


@dataclass(frozen=True)
class Issue:
    """One label that looks wrong.

    margin  probability of the suggested class minus that of the given one, in (-1, 1]; the worst are the largest
    why     one sentence with the figures
    """

    id: int
    given: str
    suggested: str
    margin: float
    why: str


@dataclass(frozen=True)
class Audit:
    """issues: the worst first.  joint: see `Joint`, in the order of `classes`.  samples: how many labels there are."""

    classes: tuple[str, ...]
    joint: Joint
    issues: tuple[Issue, ...]
    samples: int

    @property
    def noise(self) -> float:
        """The share of labels that is estimated to be wrong, in [0, 1]."""
        return self.joint.noise


def audit(
    labels: Mapping[int, str], probs: np.ndarray, classes: Sequence[str], *, ids: np.ndarray, method: str = "class"
) -> Audit:
    """Confident learning (Northcutt, Jiang & Chuang 2021): how many labels of each class are wrong, then which.

    labels  {id: label}; probs (N, C) for `ids` (N,) and `classes`, of a model not trained on the very sample
            (`askance.learners.out_of_fold`); a model that was believes whatever it was told
    method  class  of each label, as many as its row of the joint has wrong, the least probable first (prune by class)
            rate   of each pair of classes, as many as the joint says, the largest margin first (prune by noise rate)
            both   what both of these say
            sure   every sample that is counted as another class in the confident joint
    Of a label that the model itself finds likeliest nothing is said, whatever the counts.
    """
    if method not in METHODS:
        raise BadLabel(f"method must be one of {', '.join(METHODS)}, not {method!r}{nearest(method, METHODS)}")
    known = tuple(classes)
    p, given = _checked(labels, probs, known, ids)
    joint = joint_of(given, p)
    other = np.where(np.arange(len(known)) == given[:, None], -1.0, p).argmax(1)
    own, rest = p[np.arange(len(p)), given], p[np.arange(len(p)), other]
    wrong = _wrong(joint, given, p, ids, method) & (rest > own)
    rows = np.flatnonzero(wrong)
    rows = rows[np.lexsort((ops.noise(0, ids[rows]), own[rows] - rest[rows]))]
    issues = tuple(
        Issue(
            int(ids[r]),
            known[given[r]],
            known[other[r]],
            float(rest[r] - own[r]),
            _why(known, joint, given[r], other[r], own[r], rest[r]),
        )
        for r in rows
    )
    return Audit(known, joint, issues, len(ids))


def _wrong(joint: Joint, given: np.ndarray, p: np.ndarray, ids: np.ndarray, method: str) -> np.ndarray:
    """(N,) which labels are pruned."""
    if method == "sure":
        sure = p >= joint.thresholds
        likeliest = np.where(sure, p, -1.0).argmax(1)
        return np.asarray(sure.any(1) & (likeliest != given))
    if method == "class":
        return _by_class(joint, given, p, ids)
    if method == "rate":
        return _by_rate(joint, given, p, ids)
    return _by_class(joint, given, p, ids) & _by_rate(joint, given, p, ids)


def _by_class(joint: Joint, given: np.ndarray, p: np.ndarray, ids: np.ndarray) -> np.ndarray:
    out = np.zeros(len(given), bool)
    for c in range(p.shape[1]):
        rows = np.flatnonzero(given == c)
        count = round(len(given) * float(joint.shares[c].sum() - joint.shares[c, c]))
        out[rows[ops.top(1.0 - p[rows, c], ids[rows], count)]] = True
    return out


def _by_rate(joint: Joint, given: np.ndarray, p: np.ndarray, ids: np.ndarray) -> np.ndarray:
    out = np.zeros(len(given), bool)
    for c in range(p.shape[1]):
        rows = np.flatnonzero(given == c)
        for other in range(p.shape[1]):
            if other != c:
                count = round(len(given) * float(joint.shares[c, other]))
                out[rows[ops.top(1.0 + p[rows, other] - p[rows, c], ids[rows], count)]] = True
    return out


def _why(classes: Sequence[str], joint: Joint, given: int, other: int, own: float, rest: float) -> str:
    there = joint.thresholds[other]
    sure = f"; what is labelled {classes[other]} gets {there:.2f} on average" if np.isfinite(there) else ""
    said = f"a model that has not seen this label says {classes[other]} {rest:.2f}, {classes[given]} {own:.2f}"
    return said + sure


def _checked(
    labels: Mapping[int, str], probs: np.ndarray, classes: tuple[str, ...], ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    p = np.asarray(probs, np.float64)
    if p.shape != (len(ids), len(classes)):
        raise BadSignal(f"probs must be {(len(ids), len(classes))}, a row an id and a column a class, not {p.shape}")
    if not len(ids):
        raise BadLabel("there are no labels to audit")
    row = ops.first_bad_row(p)
    wrong = ops.first_bad_probs(p)
    if row is not None or wrong is not None:
        at, why = (row, "has NaN or infinite values") if row is not None else wrong or (0, "")
        raise BadSignal(f"probs are not probabilities: row {at} (sample {ops.hex_id(ids[at])}) {why}")
    place = {c: n for n, c in enumerate(classes)}
    for i in ids.tolist():
        if i not in labels:
            raise BadLabel(f"sample {ops.hex_id(i)} has probabilities and no label")
        if labels[i] not in place:
            raise BadLabel(f"the label {labels[i]!r} of sample {ops.hex_id(i)} is no class{nearest(labels[i], place)}")
    return p, np.array([place[labels[i]] for i in ids.tolist()], np.int64)
