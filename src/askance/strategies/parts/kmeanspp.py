"""k-means++ seeding as a selector."""

import numpy as np

from askance import ops
from askance.strategy import Greedy, strategy


@strategy("Arthur & Vassilvitskii 2007", part=True, sampled=True, kernel=ops.squared_draws, cost="O(k N D)")
def kmeanspp(vectors, ids, seed) -> Greedy:
    """D^2 sampling: each pick with probability in its squared distance to the nearest pick before.  (N, D) -> (N,).

    The first is the longest vector, as in the released code of BADGE (not drawn by its squared length).  The score is
    one over the time at which the sample rings in `ops.Stairs`.
    """
    pick = yield vectors.norms
    near = vectors.to(pick.get("vectors"))
    stairs, rows = ops.Stairs(seed, ids, near), np.arange(len(ids))
    while True:
        pick = yield 1.0 / stairs.time
        near = np.minimum(near, vectors.to(pick.get("vectors")))
        stairs.lower(rows, near)
