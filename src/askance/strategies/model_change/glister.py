"""GLISTER: the batch that lowers the loss on the labelled samples most, by one gradient step of the last layer."""

import numpy as np

from askance import ops
from askance.strategies.model_change.answers import COLUMNS, alignment, answered
from askance.strategy import Picks, strategy

TINY = np.finfo(np.float64).tiny


@strategy(
    "Killamsetty et al. 2021, arXiv:2012.10630",
    labelled=True,
    bounds={"rate": (1e-9, None), "steps": (1, None)},
    fails={
        "spreads_a_batch": "it goes where the labelled samples are in error, and where others lie is nothing to it",
        "names_of_classes_are_irrelevant": COLUMNS,
    },
    cost="O(steps (N C D + L (C D + k)))",
)
def glister(probs, embeddings, labeled, labels, learner, ids, k, seed, *, rate=10.0, steps=20) -> Picks:
    """Greedy by <g_V(S), g_x>: by how much a step along g_x lowers the loss on V.  -> (min(k, N),) rows.

    probs (N, C), embeddings (N, D), both of the labelled too, which are the validation set V; g_x = (p - e_y) x h with
    y the likeliest class.  g_V is taken anew in each of `steps` parts of the batch, at the weights moved by what was
    picked: rate / (k t) times the sum of their gradients, t the mean of |h|^2, so that all of a batch moves a score by
    about `rate` at most.  (The paper takes the labels of a training set; here they are the model's guesses.)  A model
    that is sure of all its labelled samples, as a forest may be, has no loss there to lower: the picks are then random.
    """
    tie = ops.noise(seed, ids)
    if probs.shape[1] < 2 or not len(ids):
        return np.argsort(tie)[:k]
    p, h, given = answered(labeled, labels, probs.shape[1], learner, "glister")
    length = float((h * h).sum(1).mean())
    size = rate / (max(k, 1) * length or 1.0)
    scores, free = np.log(np.maximum(p, TINY)), np.ones(len(ids), bool)
    taken = np.zeros(0, np.int64)
    for part in np.array_split(np.arange(min(k, len(ids))), min(steps, max(k, 1))):
        slope = real((ops.softmax(scores) - given).T @ h / len(h), length**0.5)
        best = ordered(alignment(probs, embeddings, slope), free, tie)[: len(part)]
        taken, free[best] = np.concatenate([taken, best]), False
        scores = scores - size * moved(probs[best], embeddings[best], h)
    return taken


def real(slope: np.ndarray, length: float) -> np.ndarray:
    """The slope, or nothing where it is no more than the rounding of a probability of 1."""
    return slope if np.abs(slope).max(initial=0.0) > 1e-9 * length else np.zeros_like(slope)


def ordered(gain: np.ndarray, free: np.ndarray, tie: np.ndarray) -> np.ndarray:
    """Free rows, best first; what differs by rounding alone goes by `tie`.  (N,), (N,) bool, (N,) -> (m,) rows."""
    grain = 1e-9 * float(np.abs(gain).max(initial=0.0)) or 1.0
    rows = np.flatnonzero(free)
    return rows[np.lexsort((tie[rows], -np.round(gain[rows] / grain)))]


def moved(probs: np.ndarray, embeddings: np.ndarray, h: np.ndarray) -> np.ndarray:
    """How the sum of the gradients of some rows moves the scores of others.  (m, C), (m, D), (L, D) -> (L, C)."""
    pushed = probs.astype(np.float64) - np.eye(probs.shape[1])[probs.argmax(1)]
    return np.asarray((h @ embeddings.astype(np.float64).T) @ pushed)
