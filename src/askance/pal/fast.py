"""Multinomial logistic regression that takes one more label in a fraction of a millisecond.  Floor 1.

The Hessian is bounded by X'X / 2 + penalty (Böhning 1992), whose inverse takes a new row by Sherman & Morrison, so that
a step costs no solve and never overshoots; a new label goes on from where the weights were.
"""

import numpy as np

from askance import ops

PENALTY = 0.02  # for rows of about unit length
STEPS = 6  # a label


class Fast:
    """Rows (n, D) float64 of about unit length; a constant is added.  Classes are numbers below `classes`."""

    def __init__(self, width: int, classes: int, most: int, penalty: float = PENALTY, steps: int = STEPS):
        self.penalty, self.steps, self.count = penalty, steps, 0
        self.weights = np.zeros((width + 1, classes))
        self._inverse = np.eye(width + 1) / penalty
        self._x = np.zeros((most, width + 1))
        self._y = np.zeros((most, classes))

    def learn(self, x: np.ndarray, y: np.ndarray) -> None:
        """Takes rows (n, D) with their classes (n,), and then makes `steps` steps."""
        for row, label in zip(widened(x), y.tolist(), strict=True):
            self._x[self.count] = row
            self._y[self.count, label] = 1
            self.count += 1
            self._inverse -= added(self._inverse, row)
        self.settle(self.steps)

    def settle(self, steps: int) -> None:
        x, y = self._x[: self.count], self._y[: self.count]
        for _ in range(steps):
            slope = x.T @ (y - ops.softmax(x @ self.weights)) - self.penalty * self.weights
            self.weights = self.weights + self._inverse @ slope

    def probs(self, x: np.ndarray) -> np.ndarray:
        """(n, D) -> (n, C)"""
        return ops.softmax(widened(x) @ self.weights)

    def score(self, wide: np.ndarray, y: np.ndarray) -> float:
        """The share of rows that are right; wide: as `widened` gives them, once for all scores."""
        return float(((wide @ self.weights).argmax(1) == y).mean())


def widened(x: np.ndarray) -> np.ndarray:
    """(n, D) -> (n, D + 1), with a column of ones."""
    return np.concatenate([x, np.ones((len(x), 1))], 1)


def added(inverse: np.ndarray, row: np.ndarray) -> np.ndarray:
    """What the inverse loses when row row' / 2 is added to the matrix."""
    turned = inverse @ row
    return np.outer(turned, turned) / (2 + row @ turned)
