"""Discriminative active learning: what is most easily told from the labelled."""

import warnings

import numpy as np

from askance import ops
from askance.ops import coverage
from askance.ops.lazy import first
from askance.ops.vectors import gaps
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategy import Picks, strategy

LANDMARKS, SAMPLE = 100, 4000  # of the space that is learnt in, and unlabelled rows that are learnt from


@strategy(
    "Gissin & Shalev-Shwartz 2019, arXiv:1907.06347",
    bounds={"batches": (1, None)},
    cost="O(batches (N + L) D)",
)
def discriminative(vectors, reference, ids, k, seed, *, batches=10) -> Picks:
    """What a classifier of known against unknown is surest of.  vectors (N, D), reference (L, D) -> (k,) rows.

    In `batches` parts: what is picked counts as known for the next.  The classifier is a logistic one on likenesses to
    100 landmarks of the pool (the paper: a network on embeddings), learnt from at most 4,000 unknown rows.  With
    nothing known the first pick is drawn.
    """
    n = len(ids)
    if n <= 1:
        return np.arange(min(n, k))
    tie = ops.noise(seed, ids)
    marks = vectors[coverage.witnesses(ids, seed, LANDMARKS)]
    like = coverage.rbf(bandwidth(vectors, ids, seed))
    learn = coverage.witnesses(ids, seed + 1, SAMPLE)
    known = np.zeros((0, len(marks))) if reference is None else seen(reference, marks, like)
    picks: list[int] = [] if len(known) else [first(np.zeros(n), tie)]
    size, free = max(1, -(-k // batches)), np.ones(n, bool)
    free[picks] = False
    while len(picks) < min(k, n):
        mine = np.concatenate([known, seen(vectors[np.array(picks, np.int64)], marks, like)])
        other = seen(vectors[learn[free[learn]]], marks, like)
        score = unknown(vectors, marks, like, *told_apart(mine, other))
        best = np.lexsort((tie, -np.where(free, score, -np.inf)))[: min(size, min(k, n) - len(picks))]
        picks += best.tolist()
        free[best] = False
    return np.array(picks[:k], np.int64)


def seen(some, marks, like: coverage.Likeness) -> np.ndarray:
    """Likenesses to the landmarks.  (m, D) -> (m, 100)."""
    return like(gaps(some, marks)).astype(np.float64)


def told_apart(known: np.ndarray, unknown: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and intercept of a balanced logistic regression; more is unknown."""
    from sklearn.linear_model import LogisticRegression

    if not len(unknown):
        return np.zeros(known.shape[1]), 0.0
    y = np.repeat([0, 1], [len(known), len(unknown)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # to the last digit is not needed
        model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=200).fit(
            np.concatenate([known, unknown]), y
        )
    return model.coef_[0], float(model.intercept_[0])


def unknown(vectors, marks, like: coverage.Likeness, weight: np.ndarray, start: float, step: int = 8192) -> np.ndarray:
    """The log-odds that each row is unknown, in blocks.  -> (N,)."""
    out = np.empty(len(vectors))
    for part in (slice(i, i + step) for i in range(0, len(vectors), step)):
        out[part] = seen(vectors[part], marks, like) @ weight + start
    return np.round(out, 6)
