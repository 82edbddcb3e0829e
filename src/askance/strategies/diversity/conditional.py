"""SIMILAR's conditional measures: batches unlike a private set, and like a query but unlike a private set."""

import numpy as np

from askance import ops
from askance.errors import BadStrategy
from askance.ops import coverage
from askance.ops.kernel import LogDet, even, kernel_sums
from askance.ops.lazy import lazy_greedy
from askance.ops.vectors import gaps
from askance.strategies.diversity.graph_cut import Cut
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategies.diversity.mutual_information import PAPER, apart, labelled_as
from askance.strategy import Picks, strategy

WITNESSES, WEIGHT = {"h": (0.0, None), "witnesses": (1, None)}, (0.0, None)
AWAY = {"known_regions_are_left": "it keeps away from one class alone of what is known"}
TRIAL = "not_worse_than_random"
ASKED = {
    "known_regions_are_left": "it looks for more of the query, and that is among what is known",
    TRIAL: "it leaves one class aside on purpose, and every class counts in the trial",
}
DRIVEN = {"spreads_a_batch": "groups near the private set are left aside"}
OUTER = {TRIAL: "-.070 ± .025 on digits: it spreads to outliers first, as `log_det` does"}
NARROW = {"spreads_a_batch": "it looks for more of the query, which lies in few places"}


class Between:
    """The objective: sum_x max(min(max_a K(x, a), cap_x) - floor_x, 0) over the points x.  floor, cap (M,)."""

    def __init__(self, vectors, points, like: coverage.Likeness, floor: np.ndarray, cap: np.ndarray | None):
        self.vectors, self.points, self.like, self.cap = vectors, points, like, cap
        self.now = floor.astype(np.float64)

    def _shown(self, rows: np.ndarray) -> np.ndarray:
        new = self.like(gaps(self.vectors[rows], self.points))
        return new if self.cap is None else np.minimum(new, self.cap)

    def gains(self, rows: np.ndarray) -> np.ndarray:
        out = np.empty(len(rows))
        step = max(1, (1 << 17) // max(len(self.points), 1))
        for part in (slice(i, i + step) for i in range(0, len(rows), step)):
            out[part] = np.maximum(self._shown(rows[part]) - self.now, 0.0).sum(1)
        return even(out / max(len(self.points), 1), self.vectors.norms)

    def take(self, row: int) -> None:
        self.now = np.maximum(self.now, self._shown(np.array([row]))[0])


def likeness_to(points, some, like: coverage.Likeness) -> np.ndarray:
    """The greatest K of each point to any of `some`; 0 where there are none.  -> (M,)."""
    return like(points.nearest(some)) if some is not None and len(some) else np.zeros(len(points))


def private_set(reference, labels, private: str, who: str):
    """(labelled samples of the class `private`, all other labelled ones); "" takes the class with the most labels."""
    if labels is None or not len(labels):
        raise BadStrategy(f"{who} keeps away from a class, so it needs the labels of the labelled samples")
    theirs = labelled_as(labels, private, who, most=True)
    return reference[np.flatnonzero(theirs)], reference[np.flatnonzero(~theirs)]


@strategy(PAPER, labelled=True, bounds={**WITNESSES, "nu": WEIGHT}, fails=AWAY, cost="O(N M D) for M witnesses")
def flcg(vectors, reference, labels, ids, k, seed, *, private="", nu=1.0, h=0.0, witnesses=5000) -> Picks:
    """Greedy maximum of sum_x max(max_a K(x, a) - nu max_p K(x, p), 0).  vectors (N, D), labels (L,) -> (k,) rows.

    Facility-location conditional gain: what the batch a covers of the pool that the private set p does not.  p: the
    labelled samples of the class `private`, by default of the most frequent.  K is exp(-(d / h)^2); x runs over all
    rows, above `witnesses` over so many.  With all that is known in p it is facility location with that likeness.
    """
    if not len(ids):
        return np.arange(0)
    kept, _ = private_set(reference, labels, private, "flcg")
    like, points = coverage.rbf(h or bandwidth(vectors, ids, seed)), vectors[coverage.witnesses(ids, seed, witnesses)]
    gain = Between(vectors, points, like, nu * likeness_to(points, kept, like), None)
    return lazy_greedy(gain, gain.gains(np.arange(len(ids))), k, ops.noise(seed, ids))[0]


@strategy(
    PAPER,
    labelled=True,
    bounds={**WITNESSES, "eta": WEIGHT, "nu": WEIGHT},
    fails=ASKED | NARROW,
    cost="O(N M D) for M witnesses",
)
def flcmi(vectors, reference, labels, ids, k, seed, *, private="", eta=1.0, nu=1.0, h=0.0, witnesses=5000) -> Picks:
    """Greedy maximum of sum_x max(min(max_a K(x, a), eta max_q K(x, q)) - nu max_p K(x, p), 0).  (N, D) -> (k,) rows.

    Facility-location conditional mutual information: the batch a covers what is like the query q and not like the
    private set p.  p is as in `flcg`, q all other labelled samples: with what is out of place as the class `private`,
    it looks for what is not.  K and x are as in `flcg`.
    """
    if not len(ids):
        return np.arange(0)
    kept, asked = private_set(reference, labels, private, "flcmi")
    like, points = coverage.rbf(h or bandwidth(vectors, ids, seed)), vectors[coverage.witnesses(ids, seed, witnesses)]
    floor, cap = nu * likeness_to(points, kept, like), eta * likeness_to(points, asked, like)
    both = Between(vectors, points, like, floor, cap)
    return lazy_greedy(both, both.gains(np.arange(len(ids))), k, ops.noise(seed, ids))[0]


@strategy(
    PAPER, labelled=True, bounds={**WITNESSES, "nu": WEIGHT, "balance": WEIGHT}, fails=AWAY | DRIVEN, cost="O(N M D)"
)
def gccg(vectors, reference, labels, ids, k, seed, *, private="", nu=1.0, balance=1.0, h=0.0, witnesses=5000) -> Picks:
    """`graph_cut` of the batch, less 2 nu balance sum_ap K(a, p): graph-cut conditional gain.  (N, D) -> (k,) rows.

    p is as in `flcg`.  The conditional mutual information of graph cut is `gcmi`, whatever the private set.
    """
    if not len(ids):
        return np.arange(0)
    kept, _ = private_set(reference, labels, private, "gccg")
    like = coverage.rbf(h or bandwidth(vectors, ids, seed))
    cut = Cut(vectors, None, like, coverage.witnesses(ids, seed, witnesses), k, balance)
    cut.now = cut.now - 2 * nu * balance * kernel_sums(vectors, kept, like)
    return lazy_greedy(cut, cut.now, k, ops.noise(seed, ids))[0]


@strategy(
    PAPER,
    labelled=True,
    bounds={"h": (0.0, None)},
    fails=OUTER,
    cost="O(N D (P + k)^2) at worst, lazily far less",
)
def logdet_cg(vectors, reference, labels, ids, k, seed, *, private="", h=0.0) -> Picks:
    """Greedy maximum of log det of K_A given the private set: `log_det` that knows of that alone.  (N, D) -> (k,) rows.

    Each pick has the largest variance given the picks and the labelled samples of the class `private`, by default of
    the most frequent.  K is exp(-(d / h)^2).
    """
    if not len(ids):
        return np.arange(0)
    kept, _ = private_set(reference, labels, private, "logdet_cg")
    grow = LogDet(vectors, coverage.rbf(h or bandwidth(vectors, ids, seed)), min(k, len(ids)), kept)
    return lazy_greedy(grow, np.ones(len(ids)), k, ops.noise(seed, ids))[0]


@strategy(PAPER, labelled=True, bounds={"h": (0.0, None)}, fails=ASKED, cost="O(k N (L + k) (D + L + k))")
def logdet_cmi(vectors, reference, labels, ids, k, seed, *, private="", h=0.0) -> Picks:
    """Greedy maximum of log det (K_A given p) - log det (K_A given p and q).  vectors (N, D), labels (L,) -> (k,) rows.

    Log-determinant conditional mutual information: each pick's variance is explained by the query q, and not by the
    private set p or the picks.  p and q are as in `flcmi`.
    """
    if not len(ids):
        return np.arange(0)
    kept, asked = private_set(reference, labels, private, "logdet_cmi")
    like = coverage.rbf(h or bandwidth(vectors, ids, seed))
    return apart(LogDet(vectors, like, k, kept), LogDet(vectors, like, k, kept.joined(asked)), ids, k, seed)
