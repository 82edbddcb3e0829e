"""Calibration: whether the model is right as often as it says it is.  Floor 2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from askance.metrics.classify import Labels, columns_of


@dataclass(frozen=True)
class Bin:
    """The n samples whose top probability fell in one bin: its mean, and the share of them that was right."""

    confidence: float
    accuracy: float
    n: int


@dataclass(frozen=True)
class Calibration:
    """ece: expected calibration error in [0, 1], 0 = calibrated.  bins: those that hold a sample, low to high."""

    ece: float
    bins: tuple[Bin, ...]

    def plain(self) -> Mapping[str, Any]:
        """As Round.calibration keeps it: {"ece": .., "bins": [[confidence, accuracy, n], ...]}."""
        return {"ece": self.ece, "bins": [[b.confidence, b.accuracy, b.n] for b in self.bins]}


def calibration(truth: Labels, probs: np.ndarray, classes: Sequence[str], *, bins: int = 15) -> Calibration:
    """Reliability in equal bins of the top probability: ECE = sum n_b / N * |accuracy_b - confidence_b|.

    probs (N, C), classes: its columns.  Bin b holds (b / bins, (b + 1) / bins], as in Guo et al. 2017.
    """
    at = columns_of(truth, probs, classes)
    top, right = probs.max(1).astype(float), probs.argmax(1) == at
    which = np.clip(np.ceil(top * bins) - 1, 0, bins - 1).astype(int)
    found = tuple(
        Bin(float(top[rows].mean()), float(right[rows].mean()), int(rows.sum()))
        for rows in (which == b for b in np.unique(which))
    )
    return Calibration(sum(b.n * abs(b.accuracy - b.confidence) for b in found) / len(at), found)


def certainty(probs: np.ndarray) -> Mapping[str, float]:
    """How sure a model is of (N, C) probs, as Round.certainty keeps it.

    mean_entropy   mean of H / ln C, in [0, 1]: 0 = sure of all, 1 = knows nothing; 0 for a single class
    max_entropy    the largest of them
    mean_max_prob  mean of the top probability, in [1 / C, 1]
    """
    if probs.size == 0:
        return {}
    h, top = relative_entropy(probs), probs.max(1).astype(float)
    return {"mean_entropy": float(h.mean()), "max_entropy": float(h.max()), "mean_max_prob": float(top.mean())}


def relative_entropy(probs: np.ndarray) -> np.ndarray:
    """H / ln C of each row of (N, C) probs, in [0, 1]; 0 for a single class."""
    p = probs.astype(float)
    nats = -np.where(p > 0, p * np.log(np.where(p > 0, p, 1.0)), 0.0).sum(1)
    return np.asarray(nats / (np.log(p.shape[1]) if p.shape[1] > 1 else 1.0))
