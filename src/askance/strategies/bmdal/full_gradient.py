"""The gradient kernel: the empirical neural tangent kernel of a fitted network."""

from askance import ops
from askance.errors import BadSignal
from askance.ops.implicit import Implicit, Layered
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Vectors, strategy


@strategy(PAPER, part=True, cost="O(N L W) for L layers")
def full_gradient(layers) -> Vectors:
    """Gradient of the prediction in all weights.  layers (N, L, 2, W) -> (N, all weights), kept as its factors.

    layers[:, l, 0] is what layer l is given, 1 for the bias among it, and layers[:, l, 1] how the prediction changes
    with what the layer gives; zeros fill up to the widest.  The gradient in the weights of a layer is the product of
    the two, so k = sum_l (u_l.u_l')(v_l.v_l').
    """
    return layered(layers, "layers")


def layered(layers, called: str) -> Implicit:
    if layers.ndim != 4 or layers.shape[2] != 2:
        raise BadSignal(f"{called} must be (N, layers, 2, width), not {layers.shape}")
    _, count, _, width = layers.shape
    return Implicit(ops.Dense(layers.reshape(len(layers), count * 2 * width)), Layered(count, width))
