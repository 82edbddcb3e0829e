"""Cluster-Margin: the least sure samples, one from each cluster in turn."""

import numpy as np

from askance import ops
from askance.strategies.diversity.kmeans import cluster
from askance.strategy import Picks, recipe, strategy

PAPER = "Citovsky et al. 2021, arXiv:2107.14263"
MOST = 3000  # rows that are clustered as they are: linkage keeps M^2 / 2 distances


@strategy(PAPER, part=True, bounds={"size": (1, None)}, cost="O(m^2 D) for m rows, at most 3,000")
def rounds(vectors, ids, k, seed, *, size=10) -> Picks:
    """One row from each cluster, smallest cluster first, then another from each.  vectors (m, D) -> (min(k, m),) rows.

    Clusters are those of average linkage, cut where they hold `size` rows each on average; within one the draw is at
    random.  Above 3,000 rows, k-means joins them into 3,000 first.
    """
    order = np.argsort(ops.noise(seed, ids))  # rows at random, so the first of a cluster is a draw
    if k >= len(ids):
        return order
    owner = linked(vectors[order].array(), -(-len(ids) // size), seed)
    counts = np.bincount(owner)
    smallest_first = np.argsort(np.argsort(counts, kind="stable"), kind="stable")[owner]
    turn = place_in_group(owner)
    return order[np.lexsort((smallest_first, turn))[:k]]


def linked(rows: np.ndarray, clusters: int, seed: int) -> np.ndarray:
    """The cluster of each row, numbered from 0.  (m, D) -> (m,)."""
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(rows) < 2:
        return np.zeros(len(rows), np.int64)
    rows = rows.astype(np.float64) - rows.mean(0)
    if len(rows) > MOST:
        centres, cell = cluster(rows, MOST, seed)
        return np.asarray(linked(centres, min(clusters, MOST), seed)[cell])
    names = fcluster(linkage(rows, "average"), clusters, "maxclust")
    return np.unique(names, return_inverse=True)[1].ravel()


def place_in_group(owner: np.ndarray) -> np.ndarray:
    """How many rows of the same group come before each.  (m,) -> (m,)."""
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], owner[order])
    out = np.empty(len(owner), np.int64)
    out[order] = np.arange(len(owner)) - starts
    return out


recipe(
    "cluster_margin",
    "margin | top(x=x) | rounds(size=size)",
    paper=PAPER,
    doc="The x * k samples of least margin, then one from each of their clusters in turn, smallest cluster first.  The "
    "paper clusters the whole pool once; here it is the x * k.  probs (N, C), embeddings (N, D) -> k rows.",
    module=__name__,
    cost="O(N C + (x k)^2 D)",
    x=10,
    size=10,
    bounds={"x": (1, None), "size": (1, None)},
)
