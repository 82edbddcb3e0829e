"""GRAD-MATCH and CRAIG: a batch whose gradients stand for those of the whole pool."""

import numpy as np

from askance import ops
from askance.strategies.model_change.answers import alignment
from askance.strategies.model_change.glister import ordered
from askance.strategy import Picks, recipe, strategy


@strategy(
    "Killamsetty et al. 2021, arXiv:2103.00123",
    bounds={"ridge": (1e-9, None)},
    fails={"spreads_a_batch": "in D dimensions D gradients match them all, so ten groups in five are not all reached"},
    cost="O(k (N C D + k (C + D)) + k^3)",
)
def grad_match(probs, embeddings, ids, k, seed, *, ridge=0.5) -> Picks:
    """Orthogonal matching pursuit of the pool's mean gradient by those of the batch, weighted.  -> (min(k, N),) rows.

    probs (N, C), embeddings (N, D); g = (p - e_y) x h with y the likeliest class, kept as its factors.  Each pick is
    the row that has most in common with what is left of the mean; then all weights are fitted anew, with a penalty of
    ridge times the mean |g|^2 of the batch.  The weights are not used: a person's label counts once.
    """
    tie, free = ops.noise(seed, ids), np.ones(len(ids), bool)
    if not len(ids):
        return np.zeros(0, np.int64)
    target = mean_gradient(probs, embeddings)
    left, taken = target, np.zeros(0, np.int64)
    for _ in range(min(k, len(ids))):
        best = ordered(alignment(probs, embeddings, left), free, tie)[:1]
        taken, free[best] = np.concatenate([taken, best]), False
        left = target - fitted(probs[taken], embeddings[taken], target, ridge)
    return taken


def pushes(probs: np.ndarray) -> np.ndarray:
    return np.asarray(probs.astype(np.float64) - np.eye(probs.shape[1])[probs.argmax(1)])


def mean_gradient(probs: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
    """(N, C), (N, D) -> (C, D)."""
    out = np.zeros((probs.shape[1], embeddings.shape[1]))
    for rows in ops.blocks(probs, 4):
        out += pushes(probs[rows]).T @ embeddings[rows].astype(np.float64)
    return out / len(probs)


def fitted(probs: np.ndarray, embeddings: np.ndarray, target: np.ndarray, ridge: float) -> np.ndarray:
    """The mixture of the gradients of some rows that is nearest to the target.  (m, C), (m, D) -> (C, D)."""
    a, b = pushes(probs), embeddings.astype(np.float64)
    gram = (a @ a.T) * (b @ b.T)
    mean = float(np.trace(gram)) / len(gram)
    if mean <= 0.0:
        return np.zeros_like(target)
    common = np.einsum("mc,cd,md->m", a, target, b, optimize=True)
    weights = np.linalg.solve(gram + ridge * mean * np.eye(len(gram)), common)
    return np.asarray((a * weights[:, None]).T @ b)


recipe(
    "craig",
    "gradients | facility_location(witnesses=witnesses)",
    paper="Mirzasoleiman et al. 2020, arXiv:1906.01827",
    doc="Every sample's gradient of the last layer near to that of one in the batch: facility location on gradients at "
    "the predicted class, kept as their factors.  probs (N, C), embeddings (N, D) -> k rows.",
    module=__name__,
    cost="O(N M (C + D)) for M witnesses, then lazily",
    witnesses=5000,
    bounds={"witnesses": (1, None)},
)
