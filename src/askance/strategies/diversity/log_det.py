"""Determinantal point process: the batch whose kernel matrix has the largest determinant, greedily."""

import numpy as np

from askance import ops
from askance.ops.coverage import rbf
from askance.ops.kernel import LogDet
from askance.ops.lazy import lazy_greedy
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategy import Picks, strategy


@strategy(
    "Chen, Zhang & Zhou 2018, arXiv:1709.05135 (greedy MAP); Bıyık et al. 2019, arXiv:1906.07975",
    bounds={"h": (0.0, None)},
    fails={"not_worse_than_random": "it spreads to outliers first, as farthest-first does"},
    cost="O(N D (L + k)^2) at worst, lazily far less",
)
def log_det(vectors, reference, ids, k, seed, *, h=0.0) -> Picks:
    """The most probable batch of a DPP with kernel exp(-(d / h)^2), one sample at a time.  vectors (N, D) -> (k,) rows.

    Each pick has the largest variance given known and picked samples, which multiplies the determinant most.  h: 0
    takes 0.7 times the median distance.  Weight it by utility through a prefilter: `margin | top(x=10) | log_det`.
    """
    grow = LogDet(vectors, rbf(h or bandwidth(vectors, ids, seed)), min(k, len(ids)), reference)
    return lazy_greedy(grow, np.ones(len(ids)), k, ops.noise(seed, ids))[0]
