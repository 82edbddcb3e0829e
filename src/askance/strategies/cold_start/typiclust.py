"""TypiClust: the most typical sample of each cluster that nothing is labelled in."""

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np

from askance import ops
from askance.strategies.diversity.kmeans import cluster
from askance.strategy import Picks, strategy


@strategy(
    "Hacohen, Dekel & Weinshall 2022, arXiv:2202.02794",
    bounds={"clusters": (1, None), "neighbours": (1, None), "smallest": (0, None)},
    cost="O(I N D K + N^2 D / K)",
)
def typiclust(vectors, reference, ids, k, seed, *, clusters=500, neighbours=20, smallest=5) -> Picks:
    """Typical samples of clusters not yet covered.  vectors (N, D), reference (L, D) or None -> (min(k, N),) rows.

    All samples, the labelled ones too, go into min(L + k, `clusters`) clusters; those with the fewest labelled come
    first, then the largest, and ones of `smallest` samples or fewer only when the others are used up.  Each gives
    its most typical sample, the one with the least mean distance to its min(`neighbours`, n / 2) nearest neighbours in
    the cluster, in turns.  Distances are as in the paper; the released code has them squared.
    """
    order = np.argsort(ops.noise(seed, ids))  # so that the first of equals is a fair choice
    if k >= len(ids):
        return order
    rows = vectors[order].array()
    known = rows[:0] if reference is None else reference.array()
    owner = cluster(np.concatenate([rows, known]), min(len(known) + k, clusters, len(rows)), seed)[1]
    size, covered = np.bincount(owner), np.bincount(owner[len(rows) :], minlength=owner.max() + 1)
    inside = {c: np.flatnonzero(owner[: len(rows)] == c) for c in np.unique(owner[: len(rows)]).tolist()}
    queue = sorted(inside, key=lambda c: (covered[c], -size[c]))
    large = [inside[c] for c in queue if size[c] > smallest]
    small = [inside[c] for c in queue if size[c] <= smallest]
    turns = chain(in_turns(rows, large, neighbours), in_turns(rows, small, neighbours))
    return order[np.fromiter(islice(turns, k), np.int64)]


def in_turns(rows: np.ndarray, groups: list[np.ndarray], neighbours: int) -> Iterator[int]:
    """The most typical row of each group, then the most typical of what is left of each, until nothing is."""
    while groups:
        left = []
        for group in groups:
            gaps = mean_gap(rows[group], min(neighbours, len(group) // 2))
            best = int(np.argmax(gaps <= gaps.min() * (1 + 1e-5)))  # two alone are as typical as each other
            yield int(group[best])
            if len(group) > 1:
                left.append(np.delete(group, best))
        groups = left


def mean_gap(rows: np.ndarray, neighbours: int, cells: int = 1_000_000) -> np.ndarray:
    """Mean distance of each row to its nearest others; typicality is its inverse.  rows (n, D) -> (n,)."""
    rows = rows - rows.mean(0)  # small numbers, small rounding
    norms, twice = np.einsum("nd,nd->n", rows, rows), -2.0 * rows.T
    out = np.zeros(len(rows))
    step = max(1, cells // len(rows))
    for block in (slice(i, i + step) for i in range(0, len(rows) if neighbours else 0, step)):
        gaps = rows[block] @ twice
        gaps += norms
        gaps[np.arange(len(gaps)), np.arange(len(rows))[block]] = -norms[block]  # a row is at no distance from itself
        gaps.partition(neighbours, axis=1)
        nearest = np.maximum(gaps[:, : neighbours + 1] + norms[block, None], 0.0)
        out[block] = np.sqrt(nearest).sum(1) / neighbours
    return out
