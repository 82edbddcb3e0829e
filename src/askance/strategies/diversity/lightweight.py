"""Lightweight core-set: a weighted draw in one pass over the pool."""

import numpy as np

from askance import ops
from askance.strategy import Utility, strategy


@strategy(
    "Bachem, Lucic & Krause 2018, arXiv:1702.08248",
    local=False,
    sampled=True,
    cost="O(N D)",
)
def lightweight(embeddings, ids, seed) -> Utility:
    """Keys whose top k are a draw with probability half uniform, half by squared distance from the mean.  -> (N,) > 0.

    embeddings (N, D).  q = 1 / 2N + |x - mean|^2 / (2 sum |x - mean|^2), without replacement (the paper draws with it);
    the draw is made of ids, so it does not depend on order.
    """
    if not len(embeddings):
        return np.zeros(0)
    apart = ops.Dense(embeddings - embeddings.mean(0, dtype=np.float64).astype(embeddings.dtype)).norms
    total = float(apart.sum(dtype=np.float64))
    weight = 0.5 / len(apart) + (0.5 * apart / total if total > 0 else np.zeros(len(apart)))
    return ops.weighted_order(weight, seed, ids)
