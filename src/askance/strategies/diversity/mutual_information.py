"""SIMILAR: batches like a query set, the labelled samples of a rare class or of a region that needs work."""

import numpy as np

from askance import ops
from askance.errors import BadStrategy, nearest
from askance.ops import coverage
from askance.ops.kernel import LogDet, even, kernel_sums
from askance.ops.lazy import first, lazy_greedy
from askance.ops.vectors import V
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategy import Picks, strategy

PAPER = "Kothawade et al. 2021, arXiv:2107.00717"
FAILS = {
    "spreads_a_batch": "it looks for more of the query, which lies in few places",
    "known_regions_are_left": "it looks for more of the query, and that is among what is known",
    "not_worse_than_random": "it asks about one class on purpose",
}


def query_set(reference, labels, query: str, who: str):
    """The labelled samples of the class `query`; "" takes the one with the fewest.  (L, D), (L,) -> (Q, D)."""
    if labels is None or not len(labels):
        raise BadStrategy(f"{who} looks for more of a class, so it needs the labels of the labelled samples")
    return reference[np.flatnonzero(labelled_as(labels, query, who))]


def labelled_as(labels, name: str, who: str, most: bool = False) -> np.ndarray:
    """Which labels are of the class `name`; "" takes the one with the fewest, or the most.  (L,) -> (L,) bool."""
    names, counts = np.unique(labels, return_counts=True)
    words = [str(n) for n in names]
    if name and name not in words:
        raise BadStrategy(
            f"{who}: no sample is labelled {name!r} yet; there is {', '.join(words)}{nearest(name, words)}"
        )
    usual = counts.argmax() if most else counts.argmin()
    return np.asarray(np.asarray(labels) == names[words.index(name) if name else int(usual)])


@strategy(
    PAPER,
    labelled=True,
    bounds={"eta": (0.0, None), "h": (0.0, None)},
    fails=FAILS,
    cost="O(N Q D), then lazily",
)
def flmi(vectors, reference, labels, ids, k, seed, *, query="", eta=1.0, h=0.0) -> Picks:
    """Greedy maximum of sum_q max_a K(q, a) + eta sum_a max_q K(a, q).  vectors (N, D), labels (L,) -> (k,) rows.

    Facility-location mutual information (FLQMI) of the batch a with the query q: the labelled samples of the class
    `query`, by default of the rarest.  The first sum covers the query, the second keeps to it.  K is exp(-(d / h)^2).
    """
    if not len(ids):
        return np.arange(0)
    asked = query_set(reference, labels, query, "flmi")
    like = coverage.rbf(h or bandwidth(vectors, ids, seed))
    both = Towards(
        coverage.Coverage(vectors, asked, like, None, np.ones(len(asked))), eta * like(vectors.nearest(asked))
    )
    return lazy_greedy(both, both.gains(np.arange(len(ids))), k, ops.noise(seed, ids))[0]


class Towards:
    """The objective: coverage of the query, and what each row is worth by itself."""

    def __init__(self, cover: coverage.Coverage[ops.Dense], worth: np.ndarray):
        self.cover, self.worth = cover, worth

    def gains(self, rows: np.ndarray) -> np.ndarray:
        return even(self.cover.gains(rows) + self.worth[rows], self.cover.vectors.norms)

    def take(self, row: int) -> None:
        self.cover.take(row)


@strategy(PAPER, labelled=True, bounds={"h": (0.0, None)}, fails=FAILS, cost="O(N Q D)")
def gcmi(vectors, reference, labels, ids, k, seed, *, query="", h=0.0) -> Picks:
    """The most like the query in sum, 2 sum_q K(a, q): graph-cut mutual information.  (N, D) -> (min(k, N),) rows.

    Pure retrieval: nothing keeps the batch from being all alike.  The query is as in `flmi`.
    """
    if not len(ids):
        return np.arange(0)
    asked = query_set(reference, labels, query, "gcmi")
    like = coverage.rbf(h or bandwidth(vectors, ids, seed))
    return ops.top(even(kernel_sums(vectors, asked, like) / len(asked), vectors.norms), ids, min(k, len(ids)), seed)


@strategy(PAPER, labelled=True, bounds={"h": (0.0, None)}, fails=FAILS, cost="O(k N (Q + k) (D + Q + k))")
def logdet_mi(vectors, reference, labels, ids, k, seed, *, query="", h=0.0) -> Picks:
    """Greedy maximum of log det K_A - log det (K_A given the query).  vectors (N, D), labels (L,) -> (min(k, N),) rows.

    Each step is log of a row's variance given the picks, less log of that given picks and query: rows that the query
    explains and the picks do not.  The query is as in `flmi`.
    """
    if not len(ids):
        return np.arange(0)
    asked = query_set(reference, labels, query, "logdet_mi")
    like = coverage.rbf(h or bandwidth(vectors, ids, seed))
    return apart(LogDet(vectors, like, k), LogDet(vectors, like, k, asked), ids, k, seed)


def apart(alone: LogDet[V], given: LogDet[V], ids: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Greedily the rows whose variance is large in the one and small in the other.  -> (min(k, N),) rows."""
    every, tie = np.arange(len(ids)), ops.noise(seed, ids)
    free, picks = np.ones(len(ids), bool), np.empty(min(k, len(ids)), np.int64)
    for i in range(len(picks)):
        gain = np.log(alone.gains(every) + 1e-6) - np.log(given.gains(every) + 1e-6)
        picks[i] = first(np.where(free, even(gain, np.zeros(0, np.float32)), -np.inf), tie)
        free[picks[i]] = False
        alone.take(int(picks[i]))
        given.take(int(picks[i]))
    return picks
