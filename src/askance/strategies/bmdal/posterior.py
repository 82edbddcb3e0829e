"""What the labels so far leave open: vectors as a Gaussian process sees them that has seen the labelled samples."""

import numpy as np

from askance import ops
from askance.ops.implicit import Implicit, Posterior, gridded
from askance.ops.variance import FEW
from askance.strategies.bmdal.linear import PAPER
from askance.strategies.bmdal.scaled import inside
from askance.strategy import Vectors, strategy


@strategy(PAPER, part=True, bounds={"sigma": (1e-6, None)}, cost="O(N D^2 + D^3)")
def posterior(vectors, reference, *, sigma=0.001) -> Vectors:
    """(I + V_L'V_L / sigma^2)^-1/2 v, V_L being what is known.  vectors (N, D), reference (L, D) -> (N, D).

    Inner products are then the covariance given noisy labels there: |v|^2 is the variance of the prediction.  sigma is
    in units of the vectors' length; put `scaled` before.  Of more than 1024 columns, or none, by kernel values.
    Do not go on with a selector that counts what is known once more: `max_det(mode="p")`, `max_dist(mode="p")`.
    """
    if reference is None or not len(reference):
        return vectors
    if not isinstance(vectors, ops.Dense) or vectors.width > FEW:
        return Implicit(*inside(vectors, lambda form: Posterior(form, inside(reference, lambda f: f)[0], sigma)))
    return whitened(vectors, np.asarray(reference.array(), np.float64), sigma)


def whitened(vectors: ops.Dense, seen: np.ndarray, sigma: float) -> np.ndarray:
    """(N, D) in the precision of the input."""
    values, turns = np.linalg.eigh(seen.T @ seen)
    root = (turns * np.sqrt(sigma**2 / (sigma**2 + np.maximum(values, 0.0)))) @ turns.T
    rows, size = vectors.array(), np.sqrt(np.asarray(vectors.norms, np.float64))[:, None]
    out = np.empty_like(rows)
    for part in ops.vectors.parts(vectors):
        out[part] = gridded(rows[part].astype(np.float64) @ root, size[part])
    return out
