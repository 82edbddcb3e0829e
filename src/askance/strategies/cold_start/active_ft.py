"""ActiveFT: points moved until they lie as the pool lies and apart from each other, then the samples nearest."""

import numpy as np

from askance import ops
from askance.ops import coverage
from askance.strategies.diversity.kmeans import nearest_distinct
from askance.strategy import Picks, strategy

RATE, KEPT, KEPT_SQUARE = 1e-3, 0.9, 0.999  # of Adam, as in the released code


@strategy(
    "Xie et al. 2023, arXiv:2303.14382",
    bounds={"temperature": (0.01, None), "rounds": (0, None), "witnesses": (1, None)},
    fails={
        "spreads_a_batch": "it starts at random and takes small steps, so tiny batches keep much of where they began"
    },
    cost="O(rounds k (M + L + k) D + k N D) for M witnesses",
)
def active_ft(vectors, reference, ids, k, seed, *, temperature=0.07, rounds=300, witnesses=2000) -> Picks:
    """Samples nearest to k points optimised on the unit sphere.  vectors (N, D), reference (L, D) -> (min(k, N),) rows.

    Each sample pulls the point it is most like, points and known samples push each other away, both by exp(cosine /
    `temperature`).  Points start at samples drawn at random and take `rounds` steps of Adam, with one second moment a
    point, so that turning the space changes nothing.  Above `witnesses` rows so many pull.
    """
    order = np.argsort(ops.noise(seed, ids))
    if k >= len(ids):
        return order
    rows = unit(vectors[order].array())
    pulling = rows[coverage.witnesses(ids[order], seed, witnesses)]
    fixed = rows[:0] if reference is None else unit(reference.array())
    points = moved(rows[:k].copy(), pulling, fixed, temperature, rounds)
    weight = np.bincount((pulling @ points.T).argmax(1), minlength=k)
    points = points[np.argsort(-weight, kind="stable")]
    return order[nearest_distinct(points, rows)]


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1, in float64; a row of zeros stays."""
    rows = rows.astype(np.float64)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)


def moved(points: np.ndarray, pulling: np.ndarray, fixed: np.ndarray, temperature: float, rounds: int) -> np.ndarray:
    """The points after so many steps.  (k, D), (M, D), (L, D) -> (k, D) of length 1."""
    nearest_fixed = (pulling @ fixed.T).max(1) if len(fixed) else np.full(len(pulling), -np.inf)
    slope, square = np.zeros_like(points), np.zeros((len(points), 1))
    for t in range(1, rounds + 1):
        g = loss_and_gradient(points, pulling, fixed, nearest_fixed, temperature)[1]
        slope = KEPT * slope + (1 - KEPT) * g
        square = KEPT_SQUARE * square + (1 - KEPT_SQUARE) * (g**2).mean(1, keepdims=True)
        step = slope / (1 - KEPT**t) / (np.sqrt(square / (1 - KEPT_SQUARE**t)) + 1e-8)
        points = unit(points - RATE * step)
    return points


def loss_and_gradient(
    points: np.ndarray, pulling: np.ndarray, fixed: np.ndarray, nearest_fixed: np.ndarray, temperature: float
) -> tuple[float, np.ndarray]:
    """mean_f -log(e^s / (e^s + R_c)), s = f . c / T, R_c = sum of e^(c . j / T) over the others.  -> number, (k, D).

    c is the point that f is most like; an f that is more like a known sample pulls nobody.
    """
    like = pulling @ points.T
    owner = like.argmax(1)
    rows = np.flatnonzero(like[np.arange(len(owner)), owner] > nearest_fixed)
    push = np.exp(points @ points.T / temperature)
    np.fill_diagonal(push, 0.0)
    push_fixed = np.exp(points @ fixed.T / temperature)
    against = push.sum(1) + push_fixed.sum(1)
    own = owner[rows]
    ratio = against[own] * np.exp(-like[rows, own] / temperature)
    pull = ratio / (1 + ratio) / len(pulling)
    mine = np.zeros((len(points), len(rows)))
    mine[own, np.arange(len(rows))] = pull
    total = mine.sum(1) / np.maximum(against, 1e-300)
    shared = total[:, None] * push
    gradient = -mine @ pulling[rows] + (shared + shared.T) @ points + (total[:, None] * push_fixed) @ fixed
    return float(np.log1p(ratio).sum() / len(pulling)), gradient / temperature
