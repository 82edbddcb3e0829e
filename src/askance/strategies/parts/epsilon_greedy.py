"""The best by utility, and now and then one at random."""

from itertools import count

import numpy as np

from askance import ops
from askance.strategy import Greedy, strategy

COIN = np.zeros(1, np.uint64)  # every shard throws the same one


@strategy("Sutton & Barto 1998, section 2.2", part=True, bounds={"epsilon": (0.0, 1.0)}, cost="O(k N)")
def epsilon_greedy(utility, ids, seed, *, epsilon=0.1) -> Greedy:
    """Each pick is the best left, or with probability epsilon any that is left.  utility (N,) -> (N,) a pick.

    As in `margin | epsilon_greedy(epsilon=0.3)`.  A pick that was drawn blindly has a score below 0, in (-1, 0), so
    that it can be told from the others.
    """
    for draw in count(1):
        blind = ops.noise(seed, COIN, draw)[0] < epsilon
        yield ops.noise(seed, ids, draw) - 1.0 if blind else utility
