"""Farthest-first, beginning with the longest vector where nothing is known."""

import numpy as np

from askance import ops
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Greedy, strategy


def farthest(vectors, reference, k, ids, seed, *, mode="tp") -> tuple[np.ndarray, np.ndarray]:
    """The same by `ops.farthest_first`, lazily."""
    if mode == "tp" and reference is not None and len(reference):
        return ops.farthest_first(vectors, reference, k, ids, seed)
    if not len(ids):
        return np.arange(0), np.zeros(0)
    longest = int(np.lexsort((ops.noise(seed, ids), -vectors.norms))[0])
    rest = np.delete(np.arange(len(ids)), longest)
    rows, scores = ops.farthest_first(vectors[rest], vectors[np.array([longest])], k - 1, ids[rest], seed)
    return np.append(longest, rest[rows]), np.append(vectors.norms[longest], scores)


FAILS = {"not_worse_than_random": "farthest-first asks about outliers while labels are few, as `kcenter` does"}


@strategy(PAPER, bounds={"mode": ("tp", "p")}, fails=FAILS, kernel=farthest, cost="O(N D (L + k))")
def max_dist(vectors, reference, *, mode="tp") -> Greedy:
    """Squared distance to the nearest known or picked; at first squared length.  vectors (N, D) -> (N,) >= 0 a pick.

    `kcenter`, but for the first pick where nothing is known.  mode "p": what is known is left out, for after
    `posterior`.
    """
    if mode == "tp" and reference is not None and len(reference):
        near = vectors.nearest(reference)
    else:
        pick = yield vectors.norms
        near = vectors.to(pick.get("vectors"))
    while True:
        pick = yield near
        near = np.minimum(near, vectors.to(pick.get("vectors")))
