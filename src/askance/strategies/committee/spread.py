"""Query by committee for numbers instead of classes."""

import numpy as np

from askance.errors import BadSignal
from askance.strategy import Utility, strategy


@strategy("Burbidge, Rowland & King 2007; Krogh & Vedelsby 1995", cost="O(N S)")
def output_variance(outputs) -> Utility:
    """Variance of the members' predicted numbers, summed over the targets.  outputs (N, S) or (N, S, K) -> (N,) >= 0.

    The ambiguity of a regression ensemble, in the square of the outputs' unit.
    """
    if outputs.ndim < 2 or outputs.shape[1] < 2:
        size = outputs.shape[1] if outputs.ndim > 1 else 1
        raise BadSignal(
            f"output_variance needs outputs (N, S) or (N, S, K) of at least 2 members; there is {size} "
            f"in outputs of shape {outputs.shape}"
        )
    flat = np.asarray(outputs, np.float64).reshape(*outputs.shape[:2], -1)
    away = flat - flat.mean(1, keepdims=True)
    return np.einsum("nsk,nsk->n", away, away) / flat.shape[1]
