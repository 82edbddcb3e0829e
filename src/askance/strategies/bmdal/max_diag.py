"""The largest variance, sample by sample: what BALD is for numbers."""

import numpy as np

from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Utility, recipe, strategy


@strategy(PAPER, part=True, cost="O(N)")
def max_diag(vectors) -> Utility:
    """k(x, x), the squared length: after `posterior` the variance of the prediction.  vectors (N, D) -> (N,) >= 0."""
    return np.asarray(vectors.norms)


recipe(
    "bald_regression",
    "last_layer | scaled | posterior(sigma=sigma) | max_diag",
    paper=f"{PAPER}; Houlsby et al. 2011, arXiv:1112.5745",
    doc="The largest variance of a Bayesian last layer, sample by sample: it has no eye for what a batch repeats.  "
    "hidden (N, W) -> (N,).",
    module=__name__,
    cost="O(N W^2)",
    sigma=0.001,
    bounds={"sigma": (1e-6, None)},
)
