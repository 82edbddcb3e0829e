"""The Parzen window classifier: a label adds its kernel to the counts of its class.  Floor 0.

The counts of a row are k_c(u) = sum over labelled x of class c of exp(-(|u - x| / h)^2), so that a label at the row
itself counts 1; probabilities are counts plus a prior over their sum (Chapelle 2005; Kottke et al. 2016).
"""

import numpy as np

from askance.ops.coverage import rbf
from askance.ops.refit import Closed, one_hot, parts
from askance.ops.vectors import Dense, gaps


def parzen(x: np.ndarray, y: np.ndarray, classes: int, at: np.ndarray, h: float, prior: float) -> Closed:
    """Fitted on x (L, D), y (L,) class numbers, and asked about `at` (E, D).

    prior > 0: the labels that each row is taken to have had beforehand, in all, the same of every class.
    """
    known, asked, targets = Dense(x), Dense(at), one_hot(y, classes)

    def score(some: np.ndarray) -> np.ndarray:
        return counts(Dense(some), known, targets, h) + prior / classes

    def move(some: np.ndarray) -> np.ndarray:
        return rbf(h)(gaps(Dense(some), asked))

    return Closed(np.ascontiguousarray(score(at).T), score, move, pulled=False)


def counts(some: Dense, known: Dense, targets: np.ndarray, h: float) -> np.ndarray:
    """Labels of each class near a row, by the kernel.  (n, D), (L, D) with targets (L, C) -> (n, C)."""
    like, out = rbf(h), np.zeros((len(some), targets.shape[1]))
    for part in parts(len(some), len(known)):
        out[part] = like(gaps(some[part], known)) @ targets
    return out
