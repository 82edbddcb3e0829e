"""All that a round says of a model on one share of samples, under the names that History uses.  Floor 2."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from askance.history import Metric
from askance.metrics.calibration import calibration
from askance.metrics.classify import Labels, accuracy, balanced_accuracy, log_loss, macro_f1

Share = Literal["test", "validation"]
LOWER_IS_BETTER = frozenset({"log_loss", "ece", "rmse", "log_rmse", "mae"})
NAMES = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "ece")


def measure(
    truth: Labels, probs: np.ndarray, classes: Sequence[str], share: Share, *, seed: int = 0
) -> Mapping[str, Metric]:
    """{"accuracy@test": Metric, "balanced_accuracy@test": ..., ...} from probs (N, C), classes: its columns.

    The prediction is the most probable class.  The ECE has no interval of its own: its ends are its value.
    """
    predicted = np.asarray(classes, dtype=str)[probs.argmax(1)] if probs.size else np.array([], dtype=str)
    ece = calibration(truth, probs, classes).ece
    found = (
        accuracy(truth, predicted),
        balanced_accuracy(truth, predicted, seed=seed),
        macro_f1(truth, predicted, seed=seed),
        log_loss(truth, probs, classes),
        Metric(ece, ece, ece, len(truth)),
    )
    return {f"{name}@{share}": metric for name, metric in zip(NAMES, found, strict=True)}
