"""The last-layer kernel: what the gradient in the last weights of a network has."""

from askance.strategies.bmdal.linear import PAPER, with_bias
from askance.strategy import Vectors, strategy


@strategy(PAPER, part=True, cost="O(N W)")
def last_layer(hidden) -> Vectors:
    """What the last layer of a fitted network is given, and 1 for its bias.  hidden (N, W) -> (N, W + 1).

    Of an output that is linear in the last weights that is the gradient, so k(x, y) = h(x).h(y) + 1.
    """
    return with_bias(hidden, 1.0)
