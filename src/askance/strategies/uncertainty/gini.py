"""The chance that two draws from the prediction differ."""

import numpy as np

from askance.strategy import Utility, strategy


@strategy("Gini 1912; Breiman et al. 1984", cost="O(N C)")
def gini(probs) -> Utility:
    """Gini impurity, 1 - sum p^2: the chance of two draws that differ.  probs (N, C) -> (N,) in [0, 1)."""
    return np.maximum(1.0 - np.einsum("nc,nc->n", probs, probs), 0.0)
