"""ALFA-Mix: what changes its predicted class when a little of another class is mixed in."""

import numpy as np

from askance import ops
from askance.strategies.diversity.kmeans import cluster, nearest_distinct
from askance.strategy import Picks, strategy

STEPS = 32  # of 1 / 32: the sizes of the step that are tried, as in the released code


@strategy(
    "Parvaneh et al. 2022, arXiv:2203.07034",
    fails={"spreads_a_batch": "where all predictions are alike none ever flips, and the rest is drawn at random"},
    cost="O(N C D + N D^2 + I k^2 D)",
)
def alfa_mix(probs, embeddings, labeled, labels, ids, k, seed) -> Picks:
    """k of those whose class flips under the smallest mixing, spread by k-means.  probs, embeddings -> (k,) rows.

    In closed form the mixture with an anchor z*, the mean of a labelled class, is z + eps |z* - z| g / |g|, with g the
    gradient of the loss at the predicted class; so a sample flips where eps times its farthest anchor's distance
    reaches its boundary along g.  eps grows by 1/32 / sqrt(D) until more than k flip.  The last layer that g takes is
    the linear map from embeddings to log-probabilities, by least squares.  Without labels the predicted classes' means
    are the anchors.
    """
    order = np.argsort(ops.noise(seed, ids))  # so that the first of equals is a fair choice
    if k >= len(ids):
        return order
    z, p = embeddings[order].astype(np.float64), probs[order].astype(np.float64)
    step = boundary(p, gradients(p, last_layer(z, p))) / np.maximum(farthest(z, anchors(z, p, labeled, labels)), 1e-300)
    flips = candidates(step * z.shape[1] ** 0.5, k)
    if len(flips) <= k:
        return order[np.concatenate([flips, np.setdiff1d(np.arange(len(ids)), flips)[: k - len(flips)]])]
    unit = z[flips] / np.maximum(np.linalg.norm(z[flips], axis=1, keepdims=True), 1e-12)
    return order[flips[nearest_distinct(cluster(unit, k, seed)[0], unit)[:k]]]


def last_layer(z: np.ndarray, p: np.ndarray) -> np.ndarray:
    """W (C, D) of the linear map, with an intercept, from embeddings to log-probabilities that fits best."""
    logs = np.log(np.maximum(p, 1e-12))
    logs -= logs.mean(1, keepdims=True)
    x = z - z.mean(0)
    gram = x.T @ x
    ridge = 1e-9 * np.trace(gram) / len(gram) or 1.0
    return np.linalg.solve(gram + ridge * np.eye(len(gram)), x.T @ (logs - logs.mean(0))).T


def gradients(p: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each logit's change along the unit gradient of the loss at the predicted class.  -> (N, C), and (N,) classes."""
    said = p.argmax(1)
    residual = p.copy()
    residual[np.arange(len(p)), said] -= 1.0
    g = residual @ w
    length = np.linalg.norm(g, axis=1, keepdims=True)
    return np.divide(g, length, out=np.zeros_like(g), where=length > 0) @ w.T, said


def boundary(p: np.ndarray, slopes: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """How far along the gradient until another class is likelier; inf where none ever is.  -> (N,)."""
    slope, said = slopes
    rows = np.arange(len(p))
    logs = np.log(np.maximum(p, 1e-12))
    lead = logs[rows, said][:, None] - logs
    closing = slope - slope[rows, said][:, None]
    closing[rows, said] = 0.0
    far = np.divide(lead, closing, out=np.full_like(lead, np.inf), where=closing > 1e-12)
    return far.min(1, initial=np.inf)


def anchors(z: np.ndarray, p: np.ndarray, labeled, labels) -> np.ndarray:
    """The mean embedding of every class.  -> (A, D)."""
    if labeled is None or labels is None or not len(labeled):
        own, names = z, p.argmax(1)
    else:
        own, names = np.asarray(labeled["embeddings"], np.float64), labels
    return np.stack([own[names == name].mean(0) for name in np.unique(names)])


def farthest(z: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Distance of each row to the anchor farthest from it.  -> (N,)."""
    far = np.zeros(len(z))
    for mean in means:
        np.maximum(far, np.linalg.norm(z - mean, axis=1), out=far)
    return far


def candidates(step: np.ndarray, k: int) -> np.ndarray:
    """Rows that flip at the first size, 1/32 to 1, at which more than k do; all that ever flip where none is."""
    for size in range(1, STEPS + 1):
        flips = np.flatnonzero(step <= size / STEPS)
        if len(flips) > k:
            break
    return flips
