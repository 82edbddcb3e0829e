"""The best by utility."""

from askance import ops
from askance.strategy import Picks, strategy


@strategy("-", part=True, local=True, bounds={"x": (1, None)}, cost="O(N + k log k)")
def top(utility, ids, k, seed, *, x=1) -> Picks:
    """The x * k best by utility, ties broken by noise(seed, id).  utility (N,) -> (min(x * k, N),) rows."""
    return ops.top(utility, ids, x * k, seed)
