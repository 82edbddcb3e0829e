"""Labels that spread over the graph of nearest neighbours.  Floor 4.

Zhou et al. 2004: Z solves (I - alpha S) Z = Y with S = D^-1/2 W D^-1/2, here by conjugate gradients on a sparse W;
the graph, and how sure a sample is of what reached it, as Iscen et al. 2019 have them.
"""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import cg

from askance import ops
from askance.ops.knn import neighbours

TOLERANCE = 1e-6


def graph(x: np.ndarray, near: int = 20, power: float = 3.0) -> sparse.csr_array:
    """(N, D) embeddings -> (N, N) W: max(0, cosine)^power between a row and its `near` nearest, made symmetric."""
    unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    rows, squared = neighbours(ops.Dense(unit), min(near, len(x) - 1))
    weights = np.maximum(1.0 - squared / 2.0, 0.0) ** power  # |a - b|^2 = 2 - 2 cos for rows of length 1
    start = np.arange(len(x) + 1) * rows.shape[1]
    one = sparse.csr_array((weights.ravel(), rows.ravel(), start), shape=(len(x), len(x)))
    return sparse.csr_array(one + one.T)


def normalised(w: sparse.csr_array) -> sparse.csr_array:
    """D^-1/2 W D^-1/2; a row without neighbours stays empty."""
    degree = np.asarray(w.sum(1)).ravel()
    root = np.divide(1.0, np.sqrt(degree), out=np.zeros_like(degree), where=degree > 0)
    return sparse.csr_array(sparse.diags_array(root) @ w @ sparse.diags_array(root))


def spread(w: sparse.csr_array, y: np.ndarray, classes: int, alpha: float = 0.99) -> np.ndarray:
    """(N, C), 0 or more: what reaches each row.  w (N, N) symmetric; y (N,) class numbers, -1 for no label."""
    n = len(y)
    matrix = sparse.eye_array(n) - alpha * normalised(w)
    z = np.zeros((n, classes))
    for c in range(classes):
        z[:, c] = cg(matrix, (y == c).astype(float), rtol=TOLERANCE, maxiter=10 * n)[0]
    return np.maximum(z, 0.0)


def certainty(z: np.ndarray) -> np.ndarray:
    """(N, C) -> (N,) in 0..1: 1 minus the entropy of a row over log C; 0 for a row that nothing has reached."""
    total = z.sum(1, keepdims=True)
    p = np.divide(z, total, out=np.full_like(z, 1.0 / z.shape[1]), where=total > 0)
    return np.clip(1.0 - ops.entropy_of(p) / np.log(z.shape[1]), 0.0, 1.0)


def balance(labels: np.ndarray, classes: int) -> np.ndarray:
    """(C,) one over how many are of each class, scaled so that the mean over all samples is 1; 0 for an empty class."""
    counts = np.bincount(labels, minlength=classes).astype(float)
    present = counts > 0
    return np.divide(len(labels) / present.sum(), counts, out=np.zeros(classes), where=present)
