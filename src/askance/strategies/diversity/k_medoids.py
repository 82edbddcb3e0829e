"""k-medoids: k samples with the least sum of distances to everybody's nearest."""

import numpy as np

from askance import ops
from askance.ops.vectors import gaps
from askance.strategies.diversity.facility_location import facility_location
from askance.strategy import Picks, strategy


@strategy(
    "Kaufman & Rousseeuw 1987 (greedy start); Park & Jun 2009 (turns)",
    bounds={"rounds": (0, None), "members": (1, None)},
    cost="O(N D (M + rounds (k + L + M / k)))",
)
def k_medoids(vectors, reference, ids, k, seed, *, rounds=10, members=1000) -> Picks:
    """k medoids, that of the largest cluster first.  vectors (N, D), reference (L, D) -> (min(k, N),) rows.

    From the greedy start of `facility_location`, samples go to their nearest medoid and each cluster to its most
    central sample, in turns, while the sum of distances falls, `rounds` times at most.  Known samples are medoids that
    stay.  In a cluster of more than `members` centrality is measured against so many of them.
    """
    order = np.argsort(ops.noise(seed, ids))  # so that the first of equals is a fair choice
    if k >= len(ids):
        return order
    vectors = vectors[order]
    medoids = facility_location.fn(vectors, reference, ids[order], k, seed)
    owner, cost = assigned(vectors, medoids, reference)
    for _ in range(rounds):
        moved = np.array([central(vectors, np.flatnonzero(owner == c), members, m) for c, m in enumerate(medoids)])
        new_owner, new_cost = assigned(vectors, moved, reference)
        if new_cost >= cost * (1 - 1e-9):
            break
        medoids, owner, cost = moved, new_owner, new_cost
    size = np.bincount(owner[owner >= 0], minlength=k)
    return order[medoids[np.argsort(-size, kind="stable")]]


def assigned(vectors, medoids: np.ndarray, reference) -> tuple[np.ndarray, float]:
    """The nearest medoid of each row, -1 where a known sample is nearer; the sum of distances.  -> (N,), a number."""
    near = np.full(len(vectors), np.inf) if reference is None else vectors.nearest(reference)
    owner = np.full(len(vectors), -1)
    for c, medoid in enumerate(medoids):
        squared = vectors.to(vectors[np.array([medoid])])
        closer = squared < near
        owner[closer], near[closer] = c, squared[closer]
    owner[medoids] = np.arange(len(medoids))  # a copy of another medoid has at least itself
    near[medoids] = 0.0
    return owner, float(np.sqrt(near).sum())


def central(vectors, rows: np.ndarray, members: int, medoid: int, cells: int = 1_000_000) -> int:
    """The row with the least sum of distances to the others of its cluster; `medoid` where none is better."""
    mates = vectors[rows[:: -(-len(rows) // members)]]
    sums = np.empty(len(rows))
    step = max(1, cells // len(mates))
    for part in (slice(i, i + step) for i in range(0, len(rows), step)):
        sums[part] = np.sqrt(gaps(vectors[rows[part]], mates)).sum(1)
    own = sums[rows == medoid][0]
    return int(rows[sums.argmin()]) if sums.min() < own * (1 - 1e-6) else int(medoid)
