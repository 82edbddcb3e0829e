"""Utility for money."""

from askance.strategy import Utility, strategy


@strategy("Settles, Craven & Friedland 2008", part=True, cost="O(N)")
def per_cost(utility, costs) -> Utility:
    """Utility divided by what the sample costs to label.  utility (N,), costs (N,) > 0 -> (N,)."""
    return utility / costs
