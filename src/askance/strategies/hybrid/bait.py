"""BAIT: the batch that leaves the model the least expected error, by Fisher information."""

import numpy as np

from askance import ops
from askance.ops.design import Design, gram
from askance.ops.lazy import first
from askance.strategy import Picks, Vectors, recipe, strategy

PAPER = "Ash et al. 2021, arXiv:2106.09675; Huseljic et al. 2024, arXiv:2404.08981 (binary)"
FAILS = {
    "spreads_a_batch": "in D dimensions D directions tell it all, so of ten groups in five it takes the longest twice",
    "known_regions_are_left": "it looks for directions that are not known, and five groups may span all there are",
}


@strategy(PAPER, part=True, cost="O(N (C + D))")
def fisher(probs, embeddings) -> Vectors:
    """sqrt(q (1 - q)) h with q the largest probability: v v' is the Fisher information.  probs, embeddings -> (N, D).

    It is that of the question "the predicted class or another", D x D in place of (C D) x (C D).
    """
    q = probs.max(1)
    return np.sqrt(np.maximum(q * (1.0 - q), 0.0))[:, None].astype(embeddings.dtype) * embeddings


@strategy(PAPER, part=True, bounds={"ridge": (1e-9, None), "oversample": (1, None)}, cost="O(k N D + N D^2 + D^3)")
def least_trace(vectors, reference, ids, k, seed, *, ridge=1.0, oversample=2) -> Picks:
    """Greedy minimum of tr(M^-1 F), forwards, then backwards.  vectors (N, D), reference (L, D) -> (min(k, N),) rows.

    F = mean v v' of the pool, M = ridge t I + sum v v' of known and picked, t the mean of |v|^2 / D, so that `ridge`
    means the same at any scale.  oversample * k are picked, and those given back whose loss is least.
    """
    rows = vectors.array()
    if not rows.any():
        return np.argsort(ops.noise(seed, ids))[:k]
    pool = gram(rows) / len(rows)
    start = ridge * np.trace(pool) / rows.shape[1] * np.eye(rows.shape[1])
    known = np.zeros((0, rows.shape[1])) if reference is None else reference.array().astype(np.float64)
    design = Design(rows, start + known.T @ known, pool)
    return np.array(forth_and_back(design, k, oversample, ops.noise(seed, ids)), np.int64)


def forth_and_back(design: Design, k: int, oversample: int, tie: np.ndarray) -> list[int]:
    """Rows in the order picked.  Gains within rounding of each other are equal, and go by `tie`."""
    taken: list[int] = []
    free = np.ones(len(tie), bool)
    for _ in range(min(oversample * k, len(tie))):
        gains = design.gains()
        grain = 1e-9 * gains.max(initial=0.0) or 1.0
        taken.append(first(np.where(free, np.round(gains / grain), -np.inf), tie))
        free[taken[-1]] = False
        design.take(taken[-1])
    while len(taken) > k:
        losses = design.losses(np.array(taken))
        out = taken.pop(int(losses.argmin()))
        design.give_back(out)
    return taken


recipe(
    "bait",
    "fisher | least_trace(ridge=ridge, oversample=oversample)",
    paper=PAPER,
    doc="Batch active learning by information: greedy minimum of the trace of the inverse Fisher information of the "
    "batch times that of the pool, forwards and backwards, in the binary form that does not grow with the classes.  "
    "probs (N, C), embeddings (N, D) -> k rows.",
    module=__name__,
    cost="O(k N D + N D^2 + D^3)",
    ridge=1.0,
    oversample=2,
    bounds={"ridge": (1e-9, None), "oversample": (1, None)},
    fails=FAILS,
)
