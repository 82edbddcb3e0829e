"""How often a sample of one class is labelled as another (Northcutt, Jiang & Chuang 2021, 1911.00068).  Floor 2."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Joint:
    """Labels against what they should be.

    thresholds  (C,) the mean probability of a class over the samples labelled so: what it takes to be sure of it;
                infinite for a class that no sample is labelled as
    counts      (C, C) [label, true]: samples that the model is sure belong to `true`
    shares      (C, C) the joint distribution: rows have the labels' shares, all together 1
    """

    thresholds: np.ndarray
    counts: np.ndarray
    shares: np.ndarray

    @property
    def noise(self) -> float:
        """The share of labels that is estimated to be wrong."""
        return float(self.shares.sum() - np.trace(self.shares))


def joint_of(given: np.ndarray, probs: np.ndarray) -> Joint:
    """given (N,) class numbers, probs (N, C) out of sample.  Of several classes it is sure of, the likeliest counts;
    a class that none is sure to be keeps its labels."""
    classes = probs.shape[1]
    each = np.bincount(given, minlength=classes)
    sums = np.bincount(given, probs[np.arange(len(given)), given], classes)
    thresholds = np.where(each > 0, sums / np.maximum(each, 1), np.inf)
    return Joint(thresholds, counts := sure_counts(given, probs, thresholds), calibrated(counts, each))


def sure_counts(given: np.ndarray, probs: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(C, C) the confident joint, their equation 1."""
    sure = probs >= thresholds
    likeliest = np.where(sure, probs, -1.0).argmax(1)
    rows = sure.any(1)
    counts = np.zeros((len(thresholds), len(thresholds)), np.int64)
    np.add.at(counts, (given[rows], likeliest[rows]), 1)
    return counts


def calibrated(counts: np.ndarray, each: np.ndarray) -> np.ndarray:
    """Their equation 3: every row brought to how many samples have its label, then all to 1."""
    total = counts.sum(1)
    kept = np.where((total > 0)[:, None], counts / np.maximum(total, 1)[:, None], np.eye(len(each)))
    scaled = kept * each[:, None]
    return np.asarray(scaled / max(scaled.sum(), 1.0))
