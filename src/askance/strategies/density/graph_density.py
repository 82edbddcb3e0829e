"""Graph density: the middles of dense regions, each region once."""

import numpy as np

from askance import ops
from askance.ops.kernel import even
from askance.ops.knn import nearest_rows, neighbours
from askance.ops.lazy import first
from askance.strategy import Picks, strategy


@strategy(
    "Ebert, Fritz & Schiele 2012 (CVPR)",
    bounds={"links": (1, None)},
    fails={
        "spreads_a_batch": "a pick tells its links alone, so a group of more than those is visited again",
        "time_grows_with_the_pool": "the exact graph takes the distances of all pairs; put `top(x=...)` before it",
        "not_worse_than_random": "the densest regions are of few classes: it is there for the first labels",
    },
    cost="O(N^2 D)",
)
def graph_density(vectors, reference, ids, k, seed, *, links=10) -> Picks:
    """The sample most like its neighbours, one after the other.  vectors (N, D), reference (L, D) -> (min(k, N),) rows.

    The graph joins each to its `links` nearest, both ways; density is the mean of exp(-d^2 / 2 s^2) over neighbours,
    s^2 the median d^2 in it.  A pick, and each known sample at the start, takes its own density from those of
    its neighbours.  Distances are Euclidean, in the paper L1.
    """
    order = np.argsort(ops.noise(seed, ids))  # so that which of equals are neighbours is a fair choice
    if len(ids) <= k:
        return order
    vectors = vectors[order]
    near, squared = neighbours(vectors, links)
    width = float(np.median(squared)) or 1.0  # not the mean: one far outlier would make all others alike
    density, starts, mates = of_graph(near, np.exp(-squared / (2 * width)))
    if reference is not None:
        density = density - taken_by(reference, vectors, links, width)
    return order[descend(even(density, vectors.norms), starts, mates, k)]


def of_graph(near: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean weight (N,) of each row's links in both directions, and its neighbours as starts (N + 1,) and rows."""
    from scipy.sparse import csr_matrix

    n, c = near.shape
    starts = np.arange(0, n * c + 1, c)
    one_way = csr_matrix((weight.ravel() + 1e-300, near.ravel(), starts), shape=(n, n))
    graph = one_way.maximum(one_way.T).tocsr()
    count = np.maximum(np.diff(graph.indptr), 1)
    return np.asarray(graph.sum(1)).ravel() / count, graph.indptr, graph.indices


def taken_by(known, vectors, links: int, width: float) -> np.ndarray:
    """What the known samples take from the rows near them: each its own density from its nearest.  -> (N,)."""
    near, squared = nearest_rows(known, vectors, links)
    own = np.exp(-squared / (2 * width)).mean(1)
    return np.bincount(near.ravel(), np.repeat(own, near.shape[1]), minlength=len(vectors))


def descend(density: np.ndarray, starts: np.ndarray, mates: np.ndarray, k: int) -> np.ndarray:
    """The densest, which takes its density from its neighbours, k times.  -> (k,) rows; ties to the first."""
    density, rank = density.copy(), np.arange(len(density))
    picks = np.empty(k, np.int64)
    for i in range(k):
        picks[i] = first(density, rank)
        own = density[picks[i]]
        density[mates[starts[picks[i]] : starts[picks[i] + 1]]] -= max(own, 0.0)
        density[picks[i]] = -np.inf
    return picks
