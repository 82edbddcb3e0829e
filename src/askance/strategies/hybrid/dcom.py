"""DCoM: coverage while little of the pool is covered, margin when most of it is."""

import numpy as np

from askance import ops
from askance.ops import coverage
from askance.ops.kernel import kernel_sums
from askance.ops.lazy import first
from askance.strategies.diversity.prob_cover import pure_radius
from askance.strategies.hybrid.falcun import stretched, unsure
from askance.strategy import Picks, strategy


@strategy(
    "Mishal & Weinshall 2024, arXiv:2407.01804",
    bounds={
        "delta": (0.0, None),
        "classes": (0, None),
        "centre": (0.0, 1.0),
        "steepness": (0.0, None),
        "witnesses": (1, None),
    },
    cost="O(N M D + L M log M) for M witnesses",
)
def dcom(
    probs,
    vectors,
    reference,
    labeled,
    ids,
    k,
    seed,
    *,
    delta=0.0,
    classes=0,
    centre=0.8,
    steepness=30.0,
    witnesses=5000,
) -> Picks:
    """w (1 - margin) + (1 - w) (how much a ball covers anew), each over [0, 1], w by what is covered.  -> (k,) rows.

    probs (N, C), vectors (N, D), labeled with probs.  A labelled sample covers the largest ball, of radius `delta` at
    most, of which a share of .4 + .2 * coverage is predicted to be of its class; picks and pending ones the mean of
    those.  w is the logistic function of the coverage, of that `centre` and `steepness`, 1 where all is covered.
    delta: 0 takes ProbCover's, pure for `classes` pseudo-classes, 0: as many as probs have columns.  With nothing
    labelled it is ProbCover.
    """
    at = coverage.witnesses(ids, seed, witnesses)
    widest = delta or pure_radius(vectors, at, ids, seed, 0.95, classes or max(2, probs.shape[1]))
    points, said = vectors[at], probs[at].argmax(1)
    own = np.zeros(0, np.int64) if labeled is None else np.asarray(labeled["probs"]).argmax(1)
    radii = known_radii(points, said, reference, own, widest)
    covered = inside(points, reference, radii)
    weight = competence(float(covered.mean()) if len(radii) else 0.0, centre, steepness)
    radius = float(radii.mean()) if len(radii) else widest
    return balanced(vectors, points, covered, unsure(probs), weight, radius, k, ops.noise(seed, ids))


def known_radii(points, said: np.ndarray, reference, own: np.ndarray, widest: float) -> np.ndarray:
    """The radius of each known sample: labelled ones first, with class `own`, then pending ones.  -> (L,)."""
    if reference is None or not len(reference):
        return np.zeros(0)
    share = float(inside(points, reference, np.full(len(reference), widest)).mean())
    labelled = [
        ball_radius(np.sqrt(points.to(reference[np.array([i])])), said == own[i], 0.4 + 0.2 * share, widest)
        for i in range(len(own))
    ]
    usual = float(np.mean(labelled)) if labelled else widest
    return np.array(labelled + [usual] * (len(reference) - len(own)))


def ball_radius(gap: np.ndarray, same: np.ndarray, purity: float, widest: float) -> float:
    """The largest radius up to `widest` at which the share that is the same is `purity` or more; 0 where none is."""
    order = np.argsort(gap, kind="stable")
    reached = gap[order]
    share = np.cumsum(same[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(np.diff(reached) > 0, True)
    fine = np.flatnonzero((share >= purity) & last_of_equals & (reached <= widest))
    if not len(fine):
        return 0.0
    beyond = reached[fine[-1] + 1] if fine[-1] + 1 < len(reached) else np.inf
    return widest if beyond > widest else float(reached[fine[-1]])


def inside(points, reference, radii: np.ndarray) -> np.ndarray:
    """Which points lie within the radius of a known sample.  (M, D), (L, D), (L,) -> (M,) bool."""
    out = np.zeros(len(points), bool)
    for i, radius in enumerate(radii):
        out |= points.to(reference[np.array([i])]) <= radius * radius
    return out


def competence(covered: float, centre: float, steepness: float) -> float:
    """The weight of the margin, in (0, 1]: a logistic function of the share covered, scaled to 1 at 1."""
    return float((1 + np.exp(-steepness * (1 - centre))) / (1 + np.exp(-steepness * (covered - centre))))


def balanced(vectors, points, covered, doubt, weight: float, radius: float, k: int, tie: np.ndarray) -> np.ndarray:
    """The picks, one at a time; what a ball covers is taken away for the next.  -> (min(k, N),) rows."""
    like, picks = coverage.ball(radius), np.empty(min(k, len(tie)), np.int64)
    covered, free = covered.copy(), np.ones(len(tie), bool)
    anew = kernel_sums(vectors, points[np.flatnonzero(~covered)], like)
    for i in range(len(picks)):
        score = weight * stretched(doubt, free) + (1 - weight) * stretched(anew, free)
        picks[i] = first(np.where(free, np.round(score, 6), -np.inf), tie)
        free[picks[i]] = False
        new = ~covered & (points.to(vectors[picks[i : i + 1]]) <= radius * radius)
        anew = anew - kernel_sums(vectors, points[np.flatnonzero(new)], like)
        covered |= new
    return picks
