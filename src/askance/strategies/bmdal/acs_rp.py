"""ACS random projections: what each sample's label would do to the log posterior, at random weights."""

import numpy as np

from askance import ops
from askance.ops.implicit import gridded
from askance.ops.sketch import normal
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Vectors, recipe, strategy


@strategy(
    f"{PAPER}; Pinsler et al. 2019, arXiv:1908.02144",
    part=True,
    bounds={"dims": (1, None), "sigma": (1e-6, None)},
    cost="O(N D dims)",
)
def acs_rp(vectors, seed, *, dims=512, sigma=0.001) -> Vectors:
    """Expected log-likelihood plus entropy of the label at `dims` draws of the weights.  (N, D) -> (N, dims).

    After `posterior`, with v = |x|^2 the variance and z = x.w for normal w: log(1 + v / s) / 2 - (z^2 + v) / (2 s),
    s = sigma^2, over sqrt(dims).  `sigma` is that of the posterior.
    """
    rows, variance = vectors.array(), np.asarray(vectors.norms, np.float64)
    turn, s = normal(seed, rows.shape[1], dims, 2), sigma**2
    out = np.empty((len(rows), dims), rows.dtype)
    for part in ops.vectors.parts(ops.Dense(rows)):
        v = variance[part, None]
        z = gridded(rows[part].astype(np.float64) @ turn, np.sqrt(v))
        out[part] = (0.5 * np.log1p(v / s) - (z**2 + v) / (2.0 * s)) / np.sqrt(dims)
    return out


recipe(
    "acs_regression",
    "last_layer | scaled | posterior(sigma=sigma) | acs_rp(dims=dims, sigma=sigma) | frank_wolfe",
    paper=f"{PAPER}; Pinsler et al. 2019, arXiv:1908.02144",
    doc="Active Bayesian core-set for numbers: the batch whose labels move the posterior as those of the whole pool "
    "would, on the last layer of a network.  hidden (N, W) -> k rows.",
    module=__name__,
    cost="O(N W dims + k N dims)",
    dims=512,
    sigma=0.001,
    bounds={"dims": (1, None), "sigma": (1e-6, None)},
)
