"""FALCUN: in doubt, and in doubt otherwise than the rest of the batch, by the probabilities alone."""

import numpy as np

from askance import ops
from askance.ops.lazy import first
from askance.strategy import Picks, strategy


@strategy("Gilhuber et al. 2024 (ECAI)", bounds={"gamma": (0.0, None)}, cost="O(k N C)")
def falcun(probs, ids, k, seed, *, gamma=10.0) -> Picks:
    """Draws by (doubt + distance) ** gamma, one sample after the other.  probs (N, C) -> (min(k, N),) rows.

    Doubt is 1 - margin; the distance starts as the doubt, is then the least L1 distance of the probabilities to a pick,
    and is stretched over [0, 1] among the samples that are left.
    """
    doubt, picks = unsure(probs), np.empty(min(k, len(probs)), np.int64)
    distance, free, tie = doubt.copy(), np.ones(len(probs), bool), ops.noise(seed, ids)
    for draw in range(len(picks)):
        weight = ((doubt + stretched(distance, free)) / 2) ** gamma
        keys = ops.weighted_order(weight, seed, ids, draw + 1)
        picks[draw] = first(np.where(free, keys, -np.inf), tie)
        free[picks[draw]] = False
        distance = np.minimum(distance, np.abs(probs - probs[picks[draw]]).sum(1))
    return picks


def unsure(probs: np.ndarray) -> np.ndarray:
    """1 - margin, 0 where there is one class only.  (N, C) -> (N,) in [0, 1]."""
    if probs.shape[1] < 2:
        return np.zeros(len(probs))
    largest, second = ops.top_two(probs)
    return np.clip(1.0 - (largest - second), 0.0, 1.0)


def stretched(a: np.ndarray, free: np.ndarray) -> np.ndarray:
    """From the least of those free, 0, to the greatest, 1; all 0 where these are equal.  (N,) -> (N,) in [0, 1]."""
    low, high = a[free].min(), a[free].max()
    return np.clip((a - low) / (high - low), 0.0, 1.0) if high > low else np.zeros(len(a))
