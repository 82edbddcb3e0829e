"""k-means++ seeding as a selector."""

from itertools import count

import numpy as np

from askance import ops
from askance.strategy import Greedy, strategy


@strategy("Arthur & Vassilvitskii 2007", part=True, sampled=True, cost="O(k N D)")
def kmeanspp(vectors, ids, seed) -> Greedy:
    """D^2 sampling: each pick with probability in its squared distance to the nearest pick before.  (N, D) -> (N,).

    The first is the longest vector, as in the released code of BADGE (not drawn by its squared length).
    """
    near = vectors.norms
    for draw in count():
        pick = yield near if draw == 0 else ops.weighted_order(near, seed, ids, draw)
        distance = vectors.to(pick.get("vectors"))
        near = distance if draw == 0 else np.minimum(near, distance)
