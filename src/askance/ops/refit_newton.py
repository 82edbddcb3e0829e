"""Softmax regression, and the one Newton step that another label asks for.  Floor 0.

The weights W minimise the log loss of the labelled rows plus penalty / 2 |W|^2.  With a row x of label y more, the
gradient there is x (x) (p - e_y), and the curvature grows by x x' (x) (diag p - p p'); one step with it is the refit,
exact where the loss is quadratic.  The curvature is that of all classes together, C (D + 1) wide, and is inverted once.
"""

from dataclasses import dataclass

import numpy as np

from askance.errors import BadStrategy
from askance.ops.arrays import softmax
from askance.ops.refit import one_hot, parts
from askance.ops.refit_loss import Loss
from askance.ops.refit_ridge import widened
from askance.progress import track

WIDEST = 2_000  # of the curvature: 32 MB
_STEPS, _ENOUGH = 50, 1e-10  # Newton steps of the first fit, and the decrease that ends them


@dataclass(frozen=True)
class Newton:
    """inverse (C, d, C, d) of the curvature, weights (d, C), at (E, d); d = D + 1, the constant last."""

    inverse: np.ndarray
    weights: np.ndarray
    at: np.ndarray

    def now(self) -> np.ndarray:
        return softmax(self.at @ self.weights)

    def beliefs(self, x: np.ndarray) -> np.ndarray:
        return softmax(widened(x) @ self.weights)

    def after(self, x: np.ndarray, loss: Loss) -> np.ndarray:
        scores, out = self.at @ self.weights, np.zeros((len(x), self.weights.shape[1]))
        for i in track(range(len(x)), "Newton steps", len(x)):
            step = self.steps(x[i])
            for rows in parts(len(scores), out.shape[1] ** 2):
                out[i] += loss.of(softmax(scores[rows] + self.at[rows] @ step)).sum(1)
        return out / max(len(scores), 1)

    def steps(self, x: np.ndarray) -> np.ndarray:
        """What the weights move by for each label of one row.  (D,) -> (C labels, d, C)."""
        wide, p = widened(x[None])[0], self.beliefs(x[None])[0]
        pull = self.inverse @ wide  # (C, d, C): the curvature's answer to x of each class
        reach = np.tensordot(pull, wide, (1, 0))  # (C, C)
        curve = np.diag(p) - np.outer(p, p)
        residual = np.linalg.solve(np.eye(len(p)) + curve @ reach, np.eye(len(p)) - p[:, None])
        return np.asarray(np.tensordot(residual.T, pull, (1, 2)).transpose(0, 2, 1))


def newton(x: np.ndarray, y: np.ndarray, classes: int, at: np.ndarray, penalty: float) -> Newton:
    """Fitted on x (L, D), y (L,) class numbers, and asked about `at` (E, D).  penalty > 0, on the constant too."""
    wide = widened(x)
    size = classes * wide.shape[1]
    if size > WIDEST:
        raise BadStrategy(
            f"one Newton step for {classes} classes and {x.shape[1]} dimensions takes a curvature {size:,} wide, over "
            f"{WIDEST:,}; refit='ridge' and refit='parzen' have no such limit"
        )
    weights = regressed(wide, one_hot(y, classes), penalty)
    inverse = np.linalg.inv(curvature(wide, softmax(wide @ weights), penalty))
    return Newton(inverse.reshape(classes, wide.shape[1], classes, wide.shape[1]), weights, widened(at))


def regressed(x: np.ndarray, targets: np.ndarray, penalty: float) -> np.ndarray:
    """The weights of least penalised log loss, by Newton steps that are halved where they overshoot.  -> (d, C)."""
    w = np.zeros((x.shape[1], targets.shape[1]))
    value = lost(x, targets, w, penalty)
    for _ in range(_STEPS):
        p = softmax(x @ w)
        slope = x.T @ (p - targets) + penalty * w
        step = np.linalg.solve(curvature(x, p, penalty), slope.T.ravel()).reshape(w.shape[::-1]).T
        if float((slope * step).sum()) <= _ENOUGH:
            break
        share = 1.0
        while share > 1e-6 and lost(x, targets, w - share * step, penalty) > value:
            share /= 2
        w = w - share * step
        value = lost(x, targets, w, penalty)
    return w


def lost(x: np.ndarray, targets: np.ndarray, w: np.ndarray, penalty: float) -> float:
    z = x @ w
    top = z.max(1, keepdims=True)
    logs = z - top - np.log(np.exp(z - top).sum(1, keepdims=True))
    return float(-(targets * logs).sum() + penalty / 2 * (w * w).sum())


def curvature(x: np.ndarray, p: np.ndarray, penalty: float) -> np.ndarray:
    """Second derivatives, class by class.  x (L, d), p (L, C) -> (C d, C d)."""
    classes, d = p.shape[1], x.shape[1]
    out = np.empty((classes, d, classes, d))
    for a in range(classes):
        for b in range(a, classes):
            weight = p[:, a] * ((a == b) - p[:, b])
            out[a, :, b] = out[b, :, a] = (x * weight[:, None]).T @ x
    flat = out.reshape(classes * d, classes * d)
    flat[np.arange(len(flat)), np.arange(len(flat))] += penalty
    return flat
