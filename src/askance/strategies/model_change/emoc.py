"""EMOC: how far a label would move what the model says of the pool."""

import numpy as np

from askance.ops import coverage
from askance.ops.fisher import even
from askance.strategy import Utility, strategy

_CELLS = 1_000_000  # of a block of inner products


@strategy(
    "Käding et al. 2016, arXiv:1612.06129",
    local=False,
    bounds={"witnesses": (1, None)},
    cost="O(N (C + M D)) for M witnesses",
)
def emoc(probs, embeddings, ids, seed, *, witnesses=1000) -> Utility:
    """Expected change of the outputs over the pool by one small gradient step of the last layer.  -> (N,) >= 0.

    probs (N, C), embeddings (N, D).  A step at label c moves the scores of x' by (p - e_c) (h . h'), so the change in
    absolute values is sum_c p_c |p - e_c|_1 = 2 (1 - sum_c p_c^2) times the mean of |h . h'|, in units of the step's
    size.  The outputs are the scores before the softmax.  Above `witnesses` rows x' runs over so many, drawn by id.
    """
    at = coverage.witnesses(ids, seed, witnesses)
    return 2.0 * impurity(probs) * touch(embeddings, embeddings[at].astype(np.float64))


def impurity(probs: np.ndarray) -> np.ndarray:
    """1 - sum_c p_c^2 as sum_c p_c (1 - p_c), which is 0 exactly where one class has it all.  (N, C) -> (N,)."""
    p = np.maximum(probs.astype(np.float64), 0.0)
    return np.einsum("nc,nc->n", p, np.maximum(1.0 - p, 0.0))


def touch(embeddings: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Mean of |h . h'| over the points.  (N, D), (M, D) -> (N,)."""
    out = np.zeros(len(embeddings))
    step = max(1, _CELLS // max(len(points), 1))
    for rows in (slice(i, i + step) for i in range(0, len(out), step)):
        out[rows] = np.abs(embeddings[rows].astype(np.float64) @ points.T).mean(1)
    return even(out)
