"""Fast refits: what would be lost after one more label, for every row and every class.  Floor 0.

A model is asked about E rows.  `after(x, loss)` says for n rows x and each of the C classes what the mean loss at those
E would be if the row got that label.  The models: least squares (`refit_ridge`), a Parzen window (`refit_parzen`), one
Newton step of softmax regression (`refit_newton`), and whatever else, trained anew (`refit_whole`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from askance.ops.refit_loss import Loss

_CELLS = 1 << 18  # of a block of scores, so that its temporaries stay near the cache


class Refit(Protocol):
    """A model of C classes that was fitted on L labelled rows."""

    def now(self) -> np.ndarray:
        """Probabilities at the E rows.  -> (E, C)."""

    def beliefs(self, x: np.ndarray) -> np.ndarray:
        """Probabilities elsewhere.  (n, D) -> (n, C)."""

    def after(self, x: np.ndarray, loss: Loss) -> np.ndarray:
        """Mean loss at the E rows once row i has label y.  (n, D) -> (n, C)."""


@dataclass(frozen=True)
class Closed:
    """Scores at E rows that a label y of x moves by move(x) * (e_y - pull(x)): a refit without refitting.

    scores  (C, E) as the model is now; probabilities are their positive parts over their sum
    score   (n, D) -> (n, C), the same at other rows
    move    (n, D) -> (n, E), how far the scores move at each of the E rows
    pulled  whether pull(x) is score(x), as in a regression, or 0, as in a count
    """

    scores: np.ndarray
    score: Callable[[np.ndarray], np.ndarray]
    move: Callable[[np.ndarray], np.ndarray]
    pulled: bool

    def now(self) -> np.ndarray:
        return shares(self.scores.T)

    def beliefs(self, x: np.ndarray) -> np.ndarray:
        return shares(self.score(x))

    def after(self, x: np.ndarray, loss: Loss) -> np.ndarray:
        out = np.empty((len(x), len(self.scores)))
        for part in parts(len(x), self.scores.size):
            by = self.move(x[part])
            out[part] = loss.raised(self.shared(x[part], by), by)
        return out

    def shared(self, x: np.ndarray, by: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """The scores that all labels of x have in common.  (n, D), (n, E) -> (C, n, E), or (C, 1, E) where all n have.

        rows (n, e): at those of the E rows alone, by (n, e) being their moves -> (C, n, e).
        """
        scores = self.scores[:, None] if rows is None else self.scores[:, rows]
        return scores - self.score(x).T[:, :, None] * by if self.pulled else scores

    def near(self, x: np.ndarray, rows: np.ndarray, by: np.ndarray, loss: Loss) -> np.ndarray:
        """`after` at e of the E rows, others for each x.  (n, D), rows (n, e), their moves (n, e) -> (n, C)."""
        return loss.raised(self.shared(x, by, rows), by)


def shares(scores: np.ndarray) -> np.ndarray:
    """Positive parts over their sum; where none is positive, all alike.  (n, C) -> (n, C)."""
    weights = np.maximum(scores, 0.0)
    total = weights.sum(1, keepdims=True)
    return np.where(total > 0, weights / np.where(total > 0, total, 1.0), 1.0 / scores.shape[1])


def expected(model: Refit, x: np.ndarray, loss: Loss) -> np.ndarray:
    """Mean loss at the E rows after a label of x, over the labels it may get.  (n, D) -> (n,)."""
    return np.asarray((model.beliefs(x) * model.after(x, loss)).sum(1))


def reduction(model: Refit, x: np.ndarray, loss: Loss) -> np.ndarray:
    """How much less than now is expected to be lost.  (n, D) -> (n,), below 0 where a label makes it look worse."""
    return float(loss.of(model.now()).mean()) - expected(model, x, loss)


def parts(n: int, wide: int) -> Iterator[slice]:
    """Slices of n rows, each with `wide` numbers, that stay near the cache."""
    step = max(1, _CELLS // max(wide, 1))
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


def one_hot(y: np.ndarray, classes: int) -> np.ndarray:
    """Class numbers (L,) -> (L, C)."""
    return np.eye(classes)[y]
