"""SEALS: only the neighbours of what is labelled are looked at, whatever the size of the pool."""

import numpy as np

from askance.ops.knn import nearest_rows
from askance.strategy import Picks, strategy


@strategy("Coleman et al. 2020, arXiv:2007.00077", part=True, bounds={"neighbours": (1, None)}, cost="O(L N D)")
def seals(vectors, reference, ids, k, *, neighbours=100) -> Picks:
    """The `neighbours` nearest rows of each known sample, all of them once.  vectors (N, D), reference (L, D) -> rows.

    Put it first: `seals | margin`.  With fewer than k so found, each known sample gives twice as many, until there are
    enough; with nothing known it is the whole pool.
    """
    if reference is None or not len(ids):
        return np.arange(len(ids))
    while True:
        found = np.unique(nearest_rows(reference, vectors, neighbours)[0])
        if len(found) >= min(k, len(ids)):
            return found
        neighbours *= 2
