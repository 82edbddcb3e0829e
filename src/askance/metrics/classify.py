"""How well predicted classes agree with the truth: accuracy, balanced accuracy, macro-F1, log loss, kappa.  Floor 2.

Labels are class names.  Every estimate is a Metric with its 95 % interval.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from askance.errors import BadLabel, BadSignal
from askance.history import Metric
from askance.metrics.intervals import bootstrap_cells, t_interval, wilson

Labels = Sequence[str] | np.ndarray
Statistic = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # right, true, said (b, C) counts -> (b,)


@dataclass(frozen=True)
class Confusion:
    """classes: sorted, all that were seen on either side; counts (C, C): rows are the truth, columns the prediction."""

    classes: tuple[str, ...]
    counts: np.ndarray


def accuracy(truth: Labels, predicted: Labels) -> Metric:
    """Share of predictions that are right, with its Wilson interval."""
    t, p = _pair(truth, predicted)
    return wilson(int((t == p).sum()), len(t))


def balanced_accuracy(truth: Labels, predicted: Labels, *, seed: int = 0, resamples: int = 1000) -> Metric:
    """Mean over the classes of the truth of the share of each that is found; bootstrap interval."""
    return _by_cells(truth, predicted, _mean_recall, seed, resamples)


def macro_f1(truth: Labels, predicted: Labels, *, seed: int = 0, resamples: int = 1000) -> Metric:
    """Mean F1 over the classes seen in truth or prediction, each as one against the rest; bootstrap interval."""
    return _by_cells(truth, predicted, _mean_f1, seed, resamples)


def log_loss(truth: Labels, probs: np.ndarray, classes: Sequence[str]) -> Metric:
    """Mean of -ln p(true class), in nats, with Student's interval.  probs (N, C), classes: its columns.

    A truth that has no column counts as probability 0, and 0 as the smallest step of the float type.
    """
    at, rows = columns_of(truth, probs, classes), np.arange(len(truth))
    tiny = np.finfo(probs.dtype).eps if probs.dtype.kind == "f" else np.finfo(float).eps
    p = np.where(at < 0, 0.0, probs[rows, at])
    mean, low, high = t_interval(-np.log(np.clip(p, tiny, 1.0).astype(float)))
    return Metric(mean, max(0.0, low), high, len(at)) if len(at) > 1 else Metric(mean, 0.0, inf, 1)


def confusion(truth: Labels, predicted: Labels) -> Confusion:
    t, p = _pair(truth, predicted)
    classes, codes = np.unique(np.concatenate([t, p]), return_inverse=True)
    c = len(classes)
    cells = codes[: len(t)] * c + codes[len(t) :]
    return Confusion(tuple(str(name) for name in classes), np.bincount(cells, minlength=c * c).reshape(c, c))


def class_balance(labels: Labels, classes: Sequence[str] = ()) -> Mapping[str, int]:
    """How many labels each class has, by name; classes that are named and have none are there with 0."""
    found = Counter(str(label) for label in labels)
    return {name: found[name] for name in sorted({*classes, *found})}


def kappa(a: Labels, b: Labels) -> float:
    """Cohen's kappa of two labellings: 1 = the same, 0 = as by chance.  Cohen 1960.

    Where both say one and the same class throughout, chance alone explains it and the formula is 0/0; that is full
    agreement, 1.0, as the stopping rules need it.
    """
    c = confusion(a, b).counts
    n = c.sum()
    observed, chance = np.trace(c) / n, float(c.sum(0) @ c.sum(1)) / float(n) ** 2
    return 1.0 if chance >= 1.0 else float((observed - chance) / (1.0 - chance))


def columns_of(truth: Labels, probs: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """(N,) the column of each truth, -1 where it has none; the shapes are checked."""
    if probs.shape != (len(truth), len(classes)):
        raise BadSignal(f"probs must be ({len(truth)}, {len(classes)}), samples by classes, not {probs.shape}")
    if len(truth) == 0:
        raise BadLabel("there is nothing to measure on: 0 samples")
    column = {name: i for i, name in enumerate(classes)}
    return np.array([column.get(str(name), -1) for name in truth])


def _pair(truth: Labels, predicted: Labels) -> tuple[np.ndarray, np.ndarray]:
    if len(truth) != len(predicted):
        raise BadLabel(f"{len(truth)} true labels and {len(predicted)} predictions do not pair up")
    if len(truth) == 0:
        raise BadLabel("there is nothing to measure on: 0 samples")
    return np.asarray(truth, dtype=str), np.asarray(predicted, dtype=str)


def _by_cells(truth: Labels, predicted: Labels, mean_of: Statistic, seed: int, resamples: int) -> Metric:
    matrix = confusion(truth, predicted).counts
    rows, cols = np.nonzero(matrix)
    true, said = np.eye(len(matrix))[rows], np.eye(len(matrix))[cols]  # (cells, C): which class each cell counts for

    def statistic(counts: np.ndarray) -> np.ndarray:
        return mean_of(counts @ (true * said), counts @ true, counts @ said)

    return bootstrap_cells(matrix[rows, cols], statistic, seed=seed, resamples=resamples)


def _mean_recall(right: np.ndarray, true: np.ndarray, said: np.ndarray) -> np.ndarray:
    return (right / np.maximum(true, 1)).sum(1) / (true > 0).sum(1)


def _mean_f1(right: np.ndarray, true: np.ndarray, said: np.ndarray) -> np.ndarray:
    seen = true + said
    return (2 * right / np.maximum(seen, 1)).sum(1) / (seen > 0).sum(1)
