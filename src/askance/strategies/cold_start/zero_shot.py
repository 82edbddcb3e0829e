"""Centroids of zero-shot classes: for each class the samples in the middle of what is thought to be of it."""

from itertools import chain, zip_longest

import numpy as np

from askance import ops
from askance.strategies.diversity.kmeans import cluster, nearest_distinct
from askance.strategy import Picks, strategy


@strategy("-", cost="O(N C + I k N D)")
def zero_shot_centroids(probs, vectors, ids, k, seed) -> Picks:
    """The sample nearest to each predicted class's mean, or to its means.  probs (N, C), vectors (N, D) -> (k,) rows.

    No label is needed: any zero-shot model can give `probs`.  Up to as many picks as classes, each class has one mean,
    samples counting by their probability; beyond, k-means finds m = k / classes of them in each.  Classes take turns,
    the largest first.
    """
    order = np.argsort(ops.noise(seed, ids))  # so that the first of equals is a fair choice
    if k >= len(ids):
        return order
    p, vectors = probs[order], vectors[order]
    said = p.argmax(1)
    names, size = np.unique(said, return_counts=True)
    each = -(-k // len(names))
    groups = [np.flatnonzero(said == c) for c in names[np.argsort(-size, kind="stable")]]
    turns = zip_longest(*(middles(vectors[g].array(), p[g].max(1), each, seed, g) for g in groups), fillvalue=-1)
    picks = np.array([row for row in chain(*turns) if row >= 0][:k], np.int64)
    others = np.setdiff1d(np.arange(len(ids)), picks)
    return order[np.concatenate([picks, others[: k - len(picks)]])]


def middles(rows: np.ndarray, weight: np.ndarray, count: int, seed: int, names: np.ndarray) -> list[int]:
    """The names of the rows nearest to `count` weighted means.  rows (n, D) -> (min(count, n),)."""
    if count >= len(rows):
        return names.tolist()
    rows = rows.astype(np.float64) - rows.mean(0)
    if count == 1:
        centres = (weight @ rows / weight.sum())[None]
    else:
        centres = cluster(rows, count, seed, weight.astype(np.float64))[0]
    found: list[int] = names[nearest_distinct(centres, rows)].tolist()
    return found
