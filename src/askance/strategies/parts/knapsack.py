"""The most utility for the money."""

import numpy as np

from askance import ops
from askance.errors import BadStrategy
from askance.ops.knapsack import knapsack as filled
from askance.strategy import Picks, strategy


@strategy(
    "Caprara, Kellerer, Pferschy & Pisinger 2000 (at most k); Dantzig 1957 (bound)",
    part=True,
    cost="O(N log N), and up to 100,000 steps of a search",
)
def knapsack(utility, costs, ids, k, seed, *, budget=None) -> Picks:
    """At most k samples of the most total utility whose costs are within the budget.  -> (m,) rows, m <= k.

    utility (N,), costs (N,) > 0, as in `margin | knapsack(budget=600.0)`; budget: in the unit of the costs, None for
    what k samples cost on average.  It is the best choice there is wherever the search for it ends; where it does not,
    it is at least half of that, and short of it by no more than one sample's utility.  Fewer than k are picked where
    the budget is used up, and none where it is below the cheapest sample.
    """
    if budget is None:
        budget = k * float(costs.sum()) / max(len(costs), 1)
    if isinstance(budget, bool) or not isinstance(budget, (int, float)) or not 0 <= budget < np.inf:
        raise BadStrategy(f"knapsack: budget must be a number, 0 or more, or None, not {budget!r}")
    tie = ops.noise(seed, ids)
    return filled(utility.astype(np.float64), costs.astype(np.float64), float(budget), k, tie).rows
