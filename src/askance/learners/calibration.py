"""Calibrated probabilities: fitted on predictions for rows that the model was not trained on.  Floor 4.

Whether they are calibrated is measured by askance.metrics.calibration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy import optimize

from askance import ops
from askance.errors import BadLearner, nearest
from askance.learners.logistic import log_losses


class Calibrator(Protocol):
    def __call__(self, logits: np.ndarray) -> np.ndarray:
        """(N, C) logits -> (N, C) probabilities."""


@dataclass(frozen=True)
class Temperature:
    """softmax(logits / t): one number, which changes no prediction (Guo et al. 2017, 1706.04599)."""

    t: float

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        return ops.softmax(logits / self.t)


@dataclass(frozen=True)
class Vector:
    """softmax(w * logits + b): a scale and a shift a class (vector scaling, Guo et al. 2017)."""

    w: np.ndarray  # (C,)
    b: np.ndarray  # (C,)

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        return ops.softmax(self.w * logits + self.b)


@dataclass(frozen=True)
class Sigmoid:
    """1 / (1 + exp(-(a * logit + b))) a class, rows brought to sum 1 (Platt 1999; Zadrozny & Elkan 2002)."""

    a: np.ndarray  # (C,)
    b: np.ndarray  # (C,)

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        return normalised(_expit(self.a * one_against_rest(logits) + self.b))


@dataclass(frozen=True)
class Isotonic:
    """A rising step function a class, rows brought to sum 1 (Zadrozny & Elkan 2002)."""

    steps: tuple[tuple[np.ndarray, np.ndarray], ...]  # a class: rising logits (m,) and the probabilities there (m,)

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        columns = one_against_rest(logits).T
        found = [np.interp(z, *step) for z, step in zip(columns, self.steps, strict=True)]
        return normalised(np.array(found).T.reshape(-1, len(self.steps)))


def fit_temperature(logits: np.ndarray, y: np.ndarray) -> Temperature:
    """The t > 0 with the least log loss; logits (N, C), y (N,) class numbers.  Ten times the logits, ten times t.

    Where every answer is right the loss falls for ever as t does, to a model that doubts nothing; such rows do not say
    how sure to be, and t is 1.  Where the logits carry nothing it falls as t rises: up to a thousand times their size.
    """
    if (logits.argmax(1) == y).all():
        return Temperature(1.0)
    size = float(np.abs(logits - logits.mean(1, keepdims=True)).mean()) or 1.0

    def loss(log_t: float) -> float:
        return float(log_losses(logits / (size * np.exp(log_t)), y).mean())

    # The loss is convex in 1 / t, hence has one valley in log t.
    found = optimize.minimize_scalar(
        loss, bounds=(-np.log(1e3), np.log(1e3)), method="bounded", options={"xatol": 1e-8}
    )
    return Temperature(size * float(np.exp(found.x)))


def fit_vector(logits: np.ndarray, y: np.ndarray) -> Vector:
    """From the temperature on, the w and b of least log loss, held near it by half a pseudo-row.

    The paper holds them by nothing: two numbers a class then fit a few dozen labels with no doubt left.  The log loss
    of these rows is never above the temperature's.  Ten times the logits, a tenth of w.
    """
    t, n, classes = fit_temperature(logits, y).t, len(y), logits.shape[1]
    scaled, target = logits / t, np.eye(classes)[y]

    def loss(ub: np.ndarray) -> tuple[float, np.ndarray]:
        u, b = ub.reshape(2, -1)
        z = u * scaled + b
        gap = ops.softmax(z) - target
        off = np.concatenate([u - 1, b])
        steep = np.concatenate([(gap * scaled).mean(0), gap.mean(0)])
        return float(log_losses(z, y).mean() + (off**2).sum() / (2 * n)), steep + off / n

    begin = np.concatenate([np.ones(classes), np.zeros(classes)])
    u, b = optimize.minimize(loss, begin, jac=True, method="L-BFGS-B", options={"gtol": 1e-9}).x.reshape(2, -1)
    return Vector(u / t, b)


def fit_sigmoid(logits: np.ndarray, y: np.ndarray) -> Sigmoid:
    columns = one_against_rest(logits)
    found = np.array([_platt(columns[:, c], y == c) for c in range(logits.shape[1])])
    return Sigmoid(found[:, 0], found[:, 1])


def fit_isotonic(logits: np.ndarray, y: np.ndarray) -> Isotonic:
    from sklearn.isotonic import IsotonicRegression

    def steps(z: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        fit = IsotonicRegression(y_min=0.0, y_max=1.0).fit(z, right.astype(np.float64))
        return np.asarray(fit.X_thresholds_), np.asarray(fit.y_thresholds_)

    columns = one_against_rest(logits)
    return Isotonic(tuple(steps(columns[:, c], y == c) for c in range(logits.shape[1])))


METHODS: Mapping[str, Any] = {
    "isotonic": fit_isotonic,
    "sigmoid": fit_sigmoid,
    "temperature": fit_temperature,
    "vector": fit_vector,
}


def check_method(method: str | None, owner: str) -> str | None:
    if method is not None and method not in METHODS:
        raise BadLearner(
            f"{owner} has calibrate={method!r}; it may be {', '.join(sorted(METHODS))}{nearest(method, METHODS)}"
        )
    return method


def fit_calibrator(method: str, logits: np.ndarray, y: np.ndarray) -> Calibrator:
    """method: isotonic, sigmoid, temperature or vector; logits (N, C) of rows not trained on; y (N,) class numbers."""
    found: Calibrator = METHODS[method](logits, y)
    return found


def one_against_rest(logits: np.ndarray) -> np.ndarray:
    """(N, C) -> (N, C): the log odds of each class against all others together."""
    odds = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    rest = np.maximum(odds.sum(1, keepdims=True) - odds, 1e-300)
    return np.asarray(np.log(np.maximum(odds, 1e-300)) - np.log(rest))


def normalised(p: np.ndarray) -> np.ndarray:
    """Rows (N, C) >= 0 brought to sum 1; a row of zeros says nothing, so all its classes are equal."""
    total = p.sum(1, keepdims=True)
    return np.where(total > 0, p / np.where(total > 0, total, 1.0), 1.0 / p.shape[1])


def _platt(z: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of least log loss against Platt's softened targets, which keep them finite."""
    positives, negatives = int(right.sum()), int((~right).sum())
    target = np.where(right, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    size = float(np.abs(z).mean()) or 1.0

    def loss(ab: np.ndarray) -> tuple[float, np.ndarray]:
        s = ab[0] * z / size + ab[1]
        gap = _expit(s) - target
        return float((np.logaddexp(0, s) - target * s).mean()), np.array([(gap * z).mean() / size, gap.mean()])

    a, b = optimize.minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", options={"gtol": 1e-9}).x
    return float(a) / size, float(b)


def _expit(z: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-np.logaddexp(0, -z)))
