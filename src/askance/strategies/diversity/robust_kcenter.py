"""Robust k-center: the smallest radius around k samples that leaves out no more than a share of outliers."""

import numpy as np

from askance import ops
from askance.ops.vectors import gaps
from askance.strategy import Picks, strategy

ROUNDS, TRIES = 6, 16  # of swaps, and how many samples are tried in each


@strategy(
    "Sener & Savarese 2018, arXiv:1708.00489, section 5.1",
    bounds={"outliers": (0.0, 0.99), "exact": (0, 400)},
    cost="O(N D k + swaps); exact for small pools by integer programming",
)
def robust_kcenter(vectors, reference, ids, k, seed, *, outliers=0.01, exact=40) -> Picks:
    """k centres whose balls hold all but floor(`outliers` * N) rows at the least radius.  vectors (N, D) -> (k,) rows.

    Known samples are centres too.  Up to `exact` rows the answer is proven by integer programming (HiGHS), bisecting
    over the distances there are; above that, farthest-first past the outliers and then swaps while the radius falls.
    Centres come in the order of how many rows they hold.
    """
    order = np.argsort(ops.noise(seed, ids))  # so that the first of equals is a fair choice
    if k >= len(ids):
        return order
    vectors = vectors[order]
    near = np.full(len(ids), np.inf) if reference is None else vectors.nearest(reference)
    spare = int(np.floor(outliers * len(ids) + 1e-9))
    picks = swapped(vectors, near, past_outliers(vectors, near, k, spare), spare)
    if len(ids) <= exact:
        picks = proven(gaps(vectors, vectors), near, picks, spare)
    owner = owners(vectors, near, picks)[0]
    return order[picks[np.argsort(-np.bincount(owner[owner >= 0], minlength=k), kind="stable")]]


def reach(near: np.ndarray, spare: int) -> float:
    """The squared radius that leaves out `spare` rows.  near (N,) squared distances to the nearest centre."""
    at = len(near) - 1 - spare
    return float(np.partition(near, at)[at])


def past_outliers(vectors, near: np.ndarray, k: int, spare: int) -> np.ndarray:
    """Farthest-first, passing over the `spare` rows that are farthest of all each time.  -> (k,) distinct rows."""
    near, picks = near.copy(), np.empty(k, np.int64)
    free = np.ones(len(near), bool)
    for i in range(k):
        left = np.flatnonzero(free)
        at = max(len(left) - 1 - spare, 0)
        picks[i] = left[0] if np.isinf(near[left[0]]) else left[np.argpartition(near[left], at)[at]]
        free[picks[i]] = False
        near = np.minimum(near, vectors.to(vectors[picks[i : i + 1]]))
    return picks


def owners(vectors, near: np.ndarray, picks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The nearest pick (-1: a known sample), how far it is, squared, and how far the next centre.  -> (N,) each."""
    first, second, owner = near.copy(), np.full(len(near), np.inf), np.full(len(near), -1)
    for c, pick in enumerate(picks):
        gap = vectors.to(vectors[np.array([pick])])
        closer = gap < first
        second = np.where(closer, first, np.minimum(second, gap))
        owner[closer], first[closer] = c, gap[closer]
    return owner, first, second


def swapped(vectors, near: np.ndarray, picks: np.ndarray, spare: int) -> np.ndarray:
    """A centre for another row while that makes the radius smaller: rows on the rim, and the first few, are tried."""
    picks = picks.copy()
    for _ in range(ROUNDS):
        owner, first, second = owners(vectors, near, picks)
        best, change = reach(first, spare) * (1 - 1e-9), None
        light = np.argsort(np.bincount(owner[owner >= 0], minlength=len(picks)), kind="stable")[:TRIES]
        for row in tried(first, best, picks):
            gap = vectors.to(vectors[np.array([row])])
            for c in light:
                radius = reach(np.minimum(np.where(owner == c, second, first), gap), spare)
                if radius < best:
                    best, change = radius, (c, row)
        if change is None:
            break
        picks[change[0]] = change[1]
    return picks


def tried(first: np.ndarray, radius: float, picks: np.ndarray) -> np.ndarray:
    """Half of them nearest to the rim that decides, half the first there are (they lie in no order)."""
    rim = np.argsort(np.abs(first - radius), kind="stable")[: TRIES // 2]
    rows = np.unique(np.concatenate([rim, np.arange(min(TRIES // 2, len(first)))]))
    return np.setdiff1d(rows, picks)


def proven(gap: np.ndarray, near: np.ndarray, picks: np.ndarray, spare: int) -> np.ndarray:
    """The best centres there are: bisection over the distances, one integer program each.  gap (N, N) -> (k,) rows."""
    upper = reach(np.minimum(near, gap[:, picks].min(1)), spare)
    radii = np.unique(np.concatenate([gap.ravel(), near[np.isfinite(near)]]))
    radii = radii[radii <= upper]
    low, high, best = 0, len(radii) - 1, picks
    while low <= high:
        middle = (low + high) // 2
        found = covering(gap, near, float(radii[middle]), len(picks), spare)
        if found is None:
            low = middle + 1
        else:
            best, high = found, middle - 1
    return best


def covering(gap: np.ndarray, near: np.ndarray, radius: float, k: int, spare: int) -> np.ndarray | None:
    """k rows within whose radius all but `spare` rows lie, the first rows there are that do; None where none do."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix, eye, hstack

    n = len(gap)
    open_ = np.flatnonzero(near > radius)
    reached = csr_matrix((gap[open_] <= radius * (1 + 1e-12)).astype(float))
    cover = LinearConstraint(hstack([reached, eye(len(open_))]), lb=np.ones(len(open_)), ub=np.inf)
    counts = np.zeros((2, n + len(open_)))
    counts[0, :n], counts[1, n:] = 1.0, 1.0
    limits = LinearConstraint(csr_matrix(counts), lb=[k, 0], ub=[k, spare])
    cost = np.concatenate([np.arange(n) / n, np.zeros(len(open_))])
    whole = np.concatenate([np.ones(n), np.zeros(len(open_))])
    done = milp(cost, constraints=[cover, limits], integrality=whole, bounds=Bounds(0, 1), options={"mip_rel_gap": 0})
    return None if done.x is None else np.argsort(-done.x[:n], kind="stable")[:k]
