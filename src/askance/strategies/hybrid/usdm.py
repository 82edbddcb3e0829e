"""USDM: uncertainty sampling with diversity maximisation, a convex quadratic programme."""

import numpy as np

from askance import ops
from askance.ops.coverage import rbf
from askance.ops.simplex import simplex_qp
from askance.ops.vectors import gaps
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategy import Picks, recipe, strategy

PAPER = "Yang et al. 2015, doi:10.1007/s11263-014-0781-x"
MOST = 1500  # rows of the programme, which keeps a kernel matrix of them; the best by utility where there are more


@strategy(
    PAPER, part=True, bounds={"r": (0.0, None), "h": (0.0, None)}, cost="O(m^2 D + m s^3) for m rows, at most 1,500"
)
def mass(utility, vectors, ids, k, seed, *, r=1.0, h=0.0) -> Picks:
    """The most of f = argmax u . f - r / 2 f' K f on the simplex.  utility (m,), vectors (m, D) -> (k,) rows.

    K is exp(-(d / h)^2); h: 0 takes 0.7 times the median distance.  r 0 puts all on the largest utility, a large r
    spreads it evenly.  Rows without mass follow by how little they miss it.
    """
    order = np.argsort(ops.noise(seed, ids))  # so that the first of equals is a fair choice
    order = order[np.argsort(-utility[order], kind="stable")]
    inside, rest = order[:MOST], order[MOST:]
    if not len(inside):
        return inside
    some, u = vectors[inside], utility[inside].astype(np.float64)
    kernel = rbf(h or bandwidth(vectors, ids, seed))(gaps(some, some)).astype(np.float64)
    f = simplex_qp(u, kernel, r)
    near = np.round(u - r * (kernel @ f), 9)
    ranked = inside[np.lexsort((np.arange(len(u)), -near, -np.round(f, 12)))]
    return np.concatenate([ranked, rest])[:k]


recipe(
    "usdm",
    "entropy | top(x=x) | mass(r=r)",
    paper=PAPER,
    doc="Uncertainty sampling with diversity maximisation: mass on the x * k samples of most entropy, as much doubt as "
    "possible in total and as little likeness.  probs (N, C), embeddings (N, D) -> k rows.",
    module=__name__,
    cost="O(N C + (x k)^2 D + x k s^3)",
    x=10,
    r=1.0,
    bounds={"x": (1, None), "r": (0.0, None)},
)
