"""How close the nearest neighbours in the pool are: for strays that are each alone."""

import numpy as np

from askance.ops.knn import nearest_rows
from askance.strategies.gates.typical import standing, the_crowd
from askance.strategy import Utility, strategy


@strategy(
    "Ramaswamy, Rastogi & Shim 2000 (SIGMOD)",
    part=True,
    local=False,
    bounds={"neighbours": (1, None), "witnesses": (2, None)},
    cost="O(N M D) for M witnesses",
)
def crowded(vectors, reference, labeled, pending, ids, *, neighbours=10, witnesses=2000) -> Utility:
    """The share of all samples whose `neighbours` nearest are farther, as in `crowded | gate(share=0.05) | margin`.

    vectors (N, D), reference (L, D) or None -> (N,) in [0, 1].  It finds samples that are like no other, and takes a
    group of more strays than `neighbours` for the most ordinary of all, as they resemble one another: `typical` is for
    those.  Neighbours are sought among up to `witnesses` samples of the pool, exactly where it has no more than that.
    The mean of the distances counts.
    """
    crowd = the_crowd(vectors, reference, labeled, pending, ids, witnesses)
    if not len(ids) or not len(crowd):
        return np.zeros(len(ids))
    known = None if reference is None else loneliness(reference, crowd, neighbours)
    return standing(loneliness(vectors, crowd, neighbours), known)


def loneliness(vectors, crowd, neighbours: int) -> np.ndarray:
    """The mean distance to the nearest of the crowd (M, D).  (N, D) -> (N,).

    Who is of the crowd is at no distance from it, and is left out; so is one copy, where there is one.
    """
    squared = nearest_rows(vectors, crowd, neighbours + 1)[1]
    own = squared[:, 0] <= 0
    far = np.where(own[:, None], squared[:, 1:], squared[:, :-1])
    return np.sqrt(far).mean(1) if far.shape[1] else np.zeros(len(vectors))
