"""k-means++ seeding that begins with what is known."""

import numpy as np

from askance import ops
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Greedy, strategy


@strategy(f"{PAPER}; Arthur & Vassilvitskii 2007", sampled=True, cost="O(N D (L + k))")
def kmeanspp_tp(vectors, reference, ids, seed) -> Greedy:
    """D^2 sampling with what is known among the centres.  vectors (N, D), reference (L, D) or None -> (N,) a pick.

    Each pick with probability in its squared distance to the nearest known or picked sample; with nothing known it is
    `kmeanspp`.  The score is one over the time at which the sample rings in `ops.Stairs`.
    """
    if reference is None or not len(reference):
        pick = yield vectors.norms
        near = vectors.to(pick.get("vectors"))
    else:
        near = vectors.nearest(reference)
    stairs, rows = ops.Stairs(seed, ids, near), np.arange(len(ids))
    while True:
        pick = yield 1.0 / stairs.time
        near = np.minimum(near, vectors.to(pick.get("vectors")))
        stairs.lower(rows, near)
