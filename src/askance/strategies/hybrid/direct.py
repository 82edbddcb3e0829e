"""DIRECT: around the point where each class is told best from the others, on both sides, for rare classes alike."""

import numpy as np

from askance import ops
from askance.strategy import Picks, strategy


@strategy(
    "Nuggehalli et al. 2023, arXiv:2312.09196",
    labelled=True,
    fails={
        "spreads_a_batch": "it goes by the predictions alone, where samples lie is nothing to it",
        "names_of_classes_are_irrelevant": "labels must say which column is which class: they stand in the same order",
    },
    cost="O(C (N log N + L log L))",
)
def direct(probs, labeled, labels, ids, k, seed, learner) -> Picks:
    """The rows nearest in rank to the best threshold of a class, on both sides.  (N, C) -> (min(k, N),) rows.

    For each class samples are ordered by p_c - max of the others, and the threshold is where the fewest labelled ones
    lie on the wrong side (the middle of the best span), 0 where no label names the class.  Columns stand for the
    learner's classes; without a learner for the sorted names, when as many are labelled as there are columns, and
    labels that are whole numbers for columns.
    """
    if probs.shape[1] < 2 or not len(ids):
        return np.argsort(ops.noise(seed, ids))[:k]
    columns = named_columns(labels, probs.shape[1], learner)
    lead, known = leads(probs), leads(np.asarray(labeled["probs"]))
    steps = np.full(len(ids), np.inf)
    for c in range(probs.shape[1]):
        mine = np.zeros(len(known), bool) if columns is None else np.asarray(labels) == columns[c]
        cut = threshold(known[:, c], mine) if mine.any() else 0.0
        np.minimum(steps, steps_from(lead[:, c], cut), out=steps)
    return np.lexsort((ops.noise(seed, ids), steps))[:k]


def named_columns(labels, width: int, learner) -> np.ndarray | None:
    """Which class each of `width` columns is about, (C,), as `direct` says; None where that cannot be told."""
    names = np.unique(labels) if labels is not None else np.zeros(0)
    if learner is not None and len(learner.classes) == width and set(names) <= set(learner.classes):
        return np.array(learner.classes, dtype=object)
    if len(names) == width:
        return names
    whole = names.dtype.kind in "ui" and (names < width).all() and (names >= 0).all()
    return np.arange(width) if whole and len(names) else None


def leads(probs: np.ndarray) -> np.ndarray:
    """p_c - the largest of the others.  (N, C) -> (N, C) in [-1, 1]."""
    first, second = ops.top_two(probs)
    return probs - np.where(probs == first[:, None], second[:, None], first[:, None])


def threshold(scores: np.ndarray, mine: np.ndarray) -> float:
    """The cut that puts the fewest on the wrong side: of the class at or above, the others below.  (L,), (L,) bool."""
    order = np.argsort(scores, kind="stable")
    s, m = scores[order], mine[order]
    wrong = np.concatenate([[0], np.cumsum(m)]) + np.concatenate([np.cumsum((~m)[::-1])[::-1], [0]])
    edges = np.concatenate([[-1.1], s, [1.1]])
    real = np.concatenate([[True], np.diff(s) > 0, [True]])  # no cut between equal scores
    best = np.flatnonzero(real & (wrong == wrong[real].min()))
    middle = best[len(best) // 2]
    return float(edges[middle] + edges[middle + 1]) / 2


def steps_from(scores: np.ndarray, cut: float) -> np.ndarray:
    """How many rows lie between each and the cut, on its side; equal scores are as near.  (N,) -> (N,)."""
    above = scores >= cut
    out = np.empty(len(scores))
    for side, values in ((above, scores[above]), (~above, -scores[~above])):
        out[side] = np.searchsorted(np.sort(values), values)
    return out
