"""Greedy sampling: far in the features, far in the predicted number, or both at once."""

import numpy as np

from askance import ops
from askance.ops.numerals import as_numbers
from askance.ops.vectors import between, gaps
from askance.strategy import Greedy, strategy

PAPER = "Wu, Lin & Huang 2019, arXiv:1808.04245"
NUMBERS = {"labels_may_be_written_in_any_way": "labels are numbers, and their size is what counts"}
ONE_NUMBER = {"known_regions_are_left": "where all predictions are equal, no sample is far from another in them"}
AT_THE_RIM = {"not_worse_than_random": "it asks about outliers while labels are few, as `kcenter` does"}
CELLS = 1 << 20  # of a block of distances


@strategy("Yu & Kim 2010; " + PAPER, lockstep=False, fails=AT_THE_RIM, cost="O(N D (L + k))")
def gsx(vectors, reference, ids) -> Greedy:
    """GSx: the sample farthest from all that is known.  vectors (N, D), reference (L, D) or None -> (N,) a pick.

    It is `kcenter` but for where it starts: with nothing known, at the sample nearest to the middle of the pool.
    """
    yield from far_in_features(vectors, reference, ids)


@strategy(PAPER, lockstep=False, fails=NUMBERS | ONE_NUMBER, cost="O(N (log L + k))")
def gsy(prediction, vectors, reference, labels, pending, ids) -> Greedy:
    """GSy: the sample whose prediction is farthest from every known number.  prediction (N,), labels (L,) -> (N,).

    For a pending or picked sample its prediction stands in for the number.  With nothing labelled it is `gsx`.
    """
    told = known_numbers(labels, pending)
    if not len(told):
        yield from far_in_features(vectors, reference, ids)
    near = to_nearest(prediction, told)
    while True:
        pick = yield near
        near = np.minimum(near, np.abs(prediction - pick.get("prediction")))


@strategy(PAPER, lockstep=False, fails=NUMBERS | ONE_NUMBER, cost="O(N D (L + k))")
def igs(prediction, vectors, reference, labels, pending, ids) -> Greedy:
    """iGS: the least, over all that is known, of distance in features times distance in numbers.  -> (N,) a pick.

    prediction (N,), vectors (N, D), reference (L, D), labels (L,).  For a pending or picked sample its prediction
    stands in for the number.  With nothing labelled it is `gsx`.
    """
    told = known_numbers(labels, pending)
    if not len(told):
        yield from far_in_features(vectors, reference, ids)
    near = least_product(vectors, prediction, reference, told)
    while True:
        pick = yield near
        away = np.sqrt(vectors.to(pick.get("vectors"))) * np.abs(prediction - pick.get("prediction"))
        near = np.minimum(near, away)


def far_in_features(vectors, reference, ids: np.ndarray) -> Greedy:
    """Distances to what is known and picked; with nothing known, first how much nearer than others to the middle."""
    if reference is None:
        rows = vectors.array().astype(np.float64)[np.argsort(ids)]  # a sum in the same order for any order of the pool
        middle = ops.Dense(rows.sum(0, keepdims=True) / max(len(rows), 1))
        away = ops.Dense(vectors.array()).to(middle)
        pick = yield away.max(initial=0.0) - away
        near = vectors.to(pick.get("vectors"))
    else:
        near = vectors.nearest(reference)
    while True:
        pick = yield near
        near = np.minimum(near, vectors.to(pick.get("vectors")))


def known_numbers(labels, pending) -> np.ndarray:
    """The labels, then what is predicted of the pending samples: in the order of `reference`.  Empty without labels."""
    if labels is None or not len(labels):
        return np.zeros(0)
    waiting = [] if pending is None or not len(pending) else [np.asarray(pending["prediction"], np.float64)]
    return np.concatenate([as_numbers(labels), *waiting])


def to_nearest(prediction: np.ndarray, told: np.ndarray) -> np.ndarray:
    """|f - y| to the nearest of the known numbers.  (N,), (L,) -> (N,); inf where there is none."""
    y = np.concatenate([[-np.inf], np.sort(told), [np.inf]])
    above = np.searchsorted(y, prediction, side="left").clip(1, len(y) - 1)
    return np.minimum(prediction - y[above - 1], y[above] - prediction)


def least_product(vectors, prediction: np.ndarray, reference, told: np.ndarray) -> np.ndarray:
    """The least of |x - x_m| |f - y_m| over the known, in blocks: which m it is by a matrix product, its value exactly.

    vectors (N, D), prediction (N,), reference (L, D), told (L,) -> (N,).
    """
    near = np.full(len(prediction), np.inf)
    if not len(told):
        return near
    targets = reference.double()
    step = max(1, CELLS // len(told))
    for start in range(0, len(near), step):
        rows = slice(start, start + step)
        mine, f = vectors[rows].double(), prediction[rows].astype(np.float64)
        m = (np.sqrt(gaps(mine, targets)) * np.abs(f[:, None] - told)).argmin(1)
        near[rows] = np.sqrt(between(mine, targets[m])) * np.abs(f - told[m])
    return near
