"""BAIT for numbers: the batch that leaves the least variance over the pool, forwards, or forwards and back."""

import numpy as np

from askance import ops
from askance.ops.design import Design, gram
from askance.ops.giving_back import given_back
from askance.strategies.bmdal.linear import PAPER
from askance.strategies.hybrid.bait import FAILS, forth_and_back
from askance.strategy import Picks, recipe, strategy

PAPERS = f"{PAPER}; Ash et al. 2021, arXiv:2106.09675"
COST = "O(k N D + N D^2 + D^3)"
BOUNDS = {"sigma": (1e-6, None)}


@strategy(PAPERS, bounds=BOUNDS, fails=FAILS, cost=COST)
def bait_f(vectors, reference, ids, k, seed, *, sigma=0.001) -> Picks:
    """Greedy minimum of tr((sigma^2 I + V_S'V_S)^-1 F), forwards.  vectors (N, D), reference (L, D) -> (k,) rows.

    S is what is known and picked, F = V'V over pool and known: what is left is the sum of posterior variances.  sigma
    is in units of the vectors' length; put `scaled` before.
    """
    return least_variance(vectors, reference, ids, k, seed, sigma, 1)


@strategy(PAPERS, bounds=BOUNDS, fails=FAILS, cost=COST)
def bait_fb(vectors, reference, ids, k, seed, *, sigma=0.001) -> Picks:
    """`bait_f` for 2 k picks, then back: k times the one is given up that is missed least.  (N, D) -> (k,) rows."""
    return least_variance(vectors, reference, ids, k, seed, sigma, 2)


def least_variance(vectors, reference, ids, k, seed, sigma: float, oversample: int) -> np.ndarray:
    rows = vectors.array()
    known = np.zeros((0, rows.shape[1])) if reference is None else reference.array().astype(np.float64)
    if not rows.any():
        return np.argsort(ops.noise(seed, ids))[:k]
    seen, tie = known.T @ known, ops.noise(seed, ids)
    pool = gram(rows) + seen
    design = Design(rows, sigma**2 * np.eye(rows.shape[1]) + seen, pool)
    inverse, wanted = design.inverse, min(k, len(ids))
    taken = np.array(forth_and_back(design, min(oversample * k, len(ids)), 1, tie), np.int64)
    return taken[given_back(rows[taken].astype(np.float64), inverse, pool, wanted)] if len(taken) > wanted else taken


for name, way in (("bait_f_gradient", "bait_f"), ("bait_fb_gradient", "bait_fb")):
    recipe(
        name,
        f"full_gradient | sketched(dims=dims) | scaled | {way}(sigma=sigma)",
        paper=PAPERS,
        doc=f"`{way}` on the sketched gradients of a network: the batch that leaves the least variance over the pool.  "
        "layers (N, L, 2, W) -> k rows.",
        module=__name__,
        cost=COST.replace("D", "dims"),
        dims=512,
        sigma=0.001,
        bounds={"dims": (1, None), **BOUNDS},
    )
