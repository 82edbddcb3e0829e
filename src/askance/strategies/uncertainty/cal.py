"""CAL: samples that lie close to labelled ones and are yet predicted otherwise."""

import numpy as np

from askance import ops
from askance.ops.vectors import gaps
from askance.signals import check_names, check_values
from askance.strategy import Utility, strategy

NEEDS = frozenset({"probs", "embeddings"})
FLOOR = np.finfo(np.float32).tiny


@strategy(
    "Margatina et al. 2021, arXiv:2109.03764",
    local=False,
    labelled=True,
    bounds={"neighbours": (0, None)},
    cost="O(N L D + N neighbours C)",
)
def cal(probs, embeddings, labeled, *, neighbours=0) -> Utility:
    """Mean Kullback-Leibler divergence of the nearest labelled samples' predictions from its own, in nats.

    probs (N, C), embeddings (N, D), and both of the labelled -> (N,) >= 0; 0 where all say the same.  The neighbours
    are labelled samples, as in the paper, and never the sample itself; 0 takes its 10, or a tenth of the labelled where
    that is less: if most of what is labelled is a neighbour, the surest sample differs most from them.  A class that
    the sample rules out while its neighbours do not counts 87 nats, which is as much as single precision can say.
    """
    if not len(probs):
        return np.zeros(0)
    check_names(labeled, NEEDS, "cal", "the labelled samples have")
    check_values(labeled, NEEDS)
    near, said = ops.Dense(labeled["embeddings"]), labeled["probs"].astype(np.float64)
    own, count = ops.Dense(embeddings), min(neighbours or usual(len(labeled)), len(labeled))
    inner = -ops.entropy_of(said)
    out = np.empty(len(probs))
    step = max(1, 1_000_000 // max(len(labeled), count * said.shape[1]))
    for rows in (slice(i, i + step) for i in range(0, len(probs), step)):
        friends = nearest(gaps(own[rows], near), count)
        logs = np.log(np.maximum(probs[rows].astype(np.float64), FLOOR))
        out[rows] = inner[friends].mean(1) - np.einsum("nc,nc->n", said[friends].mean(1), logs)
    return np.maximum(np.round(out, 9), 0.0)  # what is equal but for the order of a sum is a tie


def usual(labelled: int) -> int:
    """Ten neighbours, or a tenth of the labelled; one at least."""
    return max(1, min(10, labelled // 10))


def nearest(distances: np.ndarray, count: int) -> np.ndarray:
    """Columns of the `count` smallest of each row.  (n, L) -> (n, count)."""
    if count == distances.shape[1]:
        return np.broadcast_to(np.arange(count), distances.shape)
    return np.argpartition(distances, count - 1, axis=1)[:, :count]
