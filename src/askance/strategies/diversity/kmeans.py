"""One sample for each of k clusters."""

import warnings

import numpy as np

from askance import ops
from askance.errors import BadSignal
from askance.strategy import Picks, strategy

FULL = 3_000_000  # rows x clusters; above that mini-batches are several times faster and nearly as tight
BATCH, STEPS = 5000, 60  # of the mini-batches; what more steps gain is a thousandth of the inertia, or less


@strategy("MacQueen 1967; Zhdanov 2019, arXiv:1901.05954 (weighted)", cost="O(I k N D)")
def kmeans(vectors, utility, ids, k, seed, *, weighted=False) -> Picks:
    """k clusters, and the sample nearest to each centre, heaviest cluster first.  vectors (N, D) -> (min(k, N),) rows.

    weighted: samples count by their utility, (N,) >= 0, instead of alike.  No sample is taken for two centres: the
    closest pair of centre and sample is settled first, then the next.  Where there are fewer distinct vectors than k,
    each is taken once, and copies fill up the rest.
    """
    order = np.argsort(ops.noise(seed, ids))  # so that the first of equals is a fair choice
    weight = utility[order] if weighted and utility.any() else np.ones(len(ids))
    if k >= len(ids):
        return order[np.argsort(-weight, kind="stable")]
    rows = vectors[order].array()
    rows = rows - rows.mean(0)  # small numbers, small rounding
    centres, owner = cluster(rows, k, seed, weight)
    mass = np.bincount(owner, weight, minlength=len(centres))
    lived_in = np.flatnonzero(np.bincount(owner, minlength=len(centres)))
    heaviest = lived_in[np.argsort(-mass[lived_in], kind="stable")]
    chosen = nearest_distinct(centres[heaviest], rows)
    others = np.setdiff1d(np.arange(len(rows)), chosen)
    spare = others[np.argsort(-weight[others], kind="stable")]
    return order[np.concatenate([chosen, spare])[:k]]


def cluster(rows: np.ndarray, k: int, seed: int, weight: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """k-means by scikit-learn, in mini-batches where the data are large.  rows (N, D) -> centres (k, D), owner (N,)."""
    from sklearn.cluster import KMeans, MiniBatchKMeans

    if weight is not None:
        weight = np.maximum(weight, 1e-6 * weight.max())  # a cluster of certain samples still has a mean
    start = seed % 2**32
    if len(rows) * k <= FULL:
        rows = rows.astype(np.float64, copy=False)  # scikit-learn's seeding is slower on float32
        model = KMeans(k, n_init=1, random_state=start, max_iter=100)
    else:
        passes = max(3, STEPS * BATCH // len(rows))
        model = MiniBatchKMeans(k, n_init=1, random_state=start, batch_size=BATCH, init_size=3 * k, max_iter=passes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fewer distinct points than clusters is not worth a word
        model.fit(rows, sample_weight=weight)
    return model.cluster_centers_, model.labels_


def nearest_distinct(centres: np.ndarray, rows: np.ndarray, cells: int = 2_000_000) -> np.ndarray:
    """A different row for each centre, the closest pair first.  centres (k, D), rows (N, D), k <= N -> (k,) rows.

    Deferred acceptance (Gale & Shapley 1962): each centre asks for its nearest row, a row keeps whoever is closest,
    and the others ask on.  With distances as the wish of both sides that is the greedy assignment.
    """
    points, targets = ops.Dense(rows), ops.Dense(centres)
    if not np.isfinite(points.norms).all():
        raise BadSignal("embeddings are so large that their squares overflow; scale them down, or give float64")
    held_at, holder = np.full(len(rows), np.inf), np.full(len(rows), -1)
    asking = np.arange(len(centres))
    wide = max(1, cells // len(rows))
    while len(asking):
        for part in (asking[i : i + wide] for i in range(0, len(asking), wide)):
            for centre, row, gap in zip(part, *_wishes(targets[part], points, held_at), strict=True):
                if gap < held_at[row]:
                    held_at[row], holder[row] = gap, centre
        asking = np.setdiff1d(np.arange(len(centres)), holder)
    chosen = np.empty(len(centres), np.int64)
    taken = np.flatnonzero(holder >= 0)
    chosen[holder[taken]] = taken
    return chosen


def _wishes(targets: ops.Dense, points: ops.Dense, held_at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each centre the nearest row that would have it, and how far that is."""
    gaps = np.maximum(targets.norms[:, None] + points.norms - 2.0 * targets.dots(points), 0.0)
    gaps[gaps >= held_at] = np.inf
    rows = gaps.argmin(1)
    return rows, gaps[np.arange(len(rows)), rows]
