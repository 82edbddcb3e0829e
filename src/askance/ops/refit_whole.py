"""Any model, trained anew for every row and every label it may get.  Floor 0.

This is the definition that the closed forms are held to, and for small pools a way to use one's own model: a function
fit(x (L, D), labels (L,)) that gives a function predict(x (n, D)) -> probabilities (n, C), classes in sorted order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from askance.errors import BadLearner
from askance.ops.arrays import first_bad_probs
from askance.ops.refit_loss import Loss
from askance.progress import track

Predict = Callable[[np.ndarray], np.ndarray]
Fit = Callable[[np.ndarray, np.ndarray], Predict]


@dataclass(frozen=True)
class Whole:
    """fit: as above; x (L, D) and labels (L,) as they are called; names (C,) of the classes, sorted; at (E, D)."""

    fit: Fit
    x: np.ndarray
    labels: np.ndarray
    names: np.ndarray
    at: np.ndarray

    @cached_property
    def first(self) -> Predict:
        return self.fit(self.x, self.labels)

    def now(self) -> np.ndarray:
        return self.said(self.first, self.at)

    def beliefs(self, x: np.ndarray) -> np.ndarray:
        return self.said(self.first, x)

    def after(self, x: np.ndarray, loss: Loss) -> np.ndarray:
        out = np.empty((len(x), len(self.names)))
        for i in track(range(len(x)), "models refitted", len(x)):
            more = np.concatenate([self.x, x[i : i + 1]])
            for y, name in enumerate(self.names):
                model = self.fit(more, np.append(self.labels, np.array([name], self.labels.dtype)))
                out[i, y] = loss.of(self.said(model, self.at)).mean()
        return out

    def said(self, predict: Predict, x: np.ndarray) -> np.ndarray:
        """What a model says, checked.  -> (n, C) float64."""
        p = np.asarray(predict(x), np.float64)
        if p.shape != (len(x), len(self.names)):
            raise BadLearner(
                f"a refitted model must give probabilities ({len(x)}, {len(self.names)}), one column for each of the "
                f"classes {', '.join(map(str, self.names))}, not {p.shape}"
            )
        bad = first_bad_probs(p)
        if bad is not None:
            raise BadLearner(f"a refitted model must give probabilities: row {bad[0]} {bad[1]}")
        return p
