"""EGL: how far a label would push the last layer, expected over the labels that the model thinks likely."""

import numpy as np

from askance import ops
from askance.strategy import Utility, strategy


@strategy("Settles, Craven & Ray 2008 (NIPS); Settles & Craven 2008 (EMNLP)", cost="O(N (C + D))")
def egl(probs, embeddings, *, bias=False) -> Utility:
    """Expected length of the last layer's gradient, sum_c p_c |p - e_c| |h|.  -> (N,) >= 0.

    probs (N, C), embeddings (N, D).  The gradient of the log loss at label c is (p - e_c) x h, so its length, which is
    Euclidean, is a product, and no backward pass is made.  bias: the layer has an intercept, which is one more feature
    that is always 1; how much that is depends on the unit of the embeddings.
    """
    length = np.sqrt(np.einsum("nd,nd->n", embeddings, embeddings, dtype=np.float64) + float(bias))
    return expected_push(probs) * length


def expected_push(probs: np.ndarray) -> np.ndarray:
    """sum_c p_c |p - e_c|.  (N, C) -> (N,) in [0, sqrt(2)); 0 where one class has it all."""
    out = np.empty(len(probs))
    for rows in ops.blocks(probs, 4):
        p = probs[rows].astype(np.float64)
        squares = p * p
        others = squares.sum(1, keepdims=True) - squares  # the length of the rest, without the difference of two ones
        out[rows] = np.einsum("nc,nc->n", p, np.sqrt(np.maximum(others, 0.0) + (1.0 - p) ** 2))
    return out
