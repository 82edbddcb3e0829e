"""Mahalanobis distance to the nearest class: how far out, measured by how far the classes themselves reach."""

import numpy as np

from askance.strategies.gates.typical import standing
from askance.strategy import Utility, strategy


@strategy(
    "Lee, Lee, Lee & Shin 2018, arXiv:1807.03888; Ledoit & Wolf 2004 (shrinkage)",
    part=True,
    local=False,
    cost="O((N C + L) D^2)",
)
def mahalanobis(embeddings, labeled, labels, *, exclude="", unit=False) -> Utility:
    """The share of the pool that is farther out, as in `mahalanobis | gate(share=0.1) | margin`.  (N, D) -> [0, 1].

    Distance to the nearest class mean in the covariance that the classes have in common, both of labelled samples.
    exclude: the label that people give to what does not belong, which is no class.  With no two labels of one class it
    is the distance to the mean of the pool in the covariance of the pool, where strays count too.  The covariance is
    shrunk towards a multiple of the unit matrix, so turning and scaling the space changes nothing.  unit: the rows are
    made of length 1 first, for networks whose features are short where a picture is blurred or dark.
    """
    x = prepared(embeddings, unit)
    if not len(x):
        return np.zeros(0)
    known = None if labeled is None or labels is None else prepared(labeled["embeddings"], unit)
    means, rest = classes(known, labels, exclude)
    if not rest.any():
        means = x.mean(0, keepdims=True)
        rest = x - means
    root = np.linalg.cholesky(np.linalg.inv(shrunk(rest)))
    return standing(np.sqrt(nearest_mean(x, means, root)), None)


def prepared(rows, unit: bool) -> np.ndarray:
    """(N, D) float64, of length 1 where that is asked for; a row of zeros stays."""
    x = np.asarray(rows, np.float64)
    if not unit:
        return x
    length = np.sqrt(np.einsum("nd,nd->n", x, x))
    return x / np.where(length > 0, length, 1.0)[:, None]


def classes(known: np.ndarray | None, labels, exclude: str) -> tuple[np.ndarray, np.ndarray]:
    """The mean of every class (C, D), and the labelled samples (L, D) less the mean of theirs."""
    if known is None or not len(known):
        return np.zeros((0, 0)), np.zeros((0, 0))
    names, y = np.unique(np.array([str(label) for label in labels]), return_inverse=True)
    real = names[y] != exclude
    shown = [c for c in range(len(names)) if names[c] != exclude]
    means = np.array([known[y == c].mean(0) for c in shown]).reshape(len(shown), known.shape[1])
    return means, known[real] - means[np.searchsorted(shown, y[real])]


def shrunk(rest: np.ndarray) -> np.ndarray:
    """Ledoit and Wolf's covariance of rows of mean 0: mixed with a multiple of the unit matrix.  (L, D) -> (D, D)."""
    n, d = rest.shape
    if not rest.any():
        return np.eye(d)
    plain = rest.T @ rest / n
    level = float(np.trace(plain)) / d
    spread = float((plain**2).sum()) - d * level**2
    lengths = np.einsum("nd,nd->n", rest, rest)
    noise = (float((lengths**2).sum()) / n - float((plain**2).sum())) / n
    share = min(1.0, max(noise, 1e-6 * spread) / spread) if spread > 1e-12 * d * level**2 else 1.0
    return (1 - share) * plain + share * level * np.eye(d)


def nearest_mean(x: np.ndarray, means: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Squared distance to the nearest of the means (C, D), in the space that `root` (D, D) makes round.  -> (N,)."""
    out = np.full(len(x), np.inf)
    round_ = x @ root
    for mean in means @ root:
        away = round_ - mean
        np.minimum(out, np.einsum("nd,nd->n", away, away), out=out)
    return out
