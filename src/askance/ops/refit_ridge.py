"""The least-squares classifier, refitted by a change of rank one.  Floor 0.

Scores are F(u) = u'W for one-hot targets, with a constant that is not penalised, so they sum to 1 at every row.  With
A = (X'X + penalty)^-1, g(u, x) = u'Ax and v = g(x, x), a label y of x moves them by g(u, x) / (1 + v) * (e_y - F(x))
(Sherman & Morrison 1950).
"""

import numpy as np

from askance.ops.refit import Closed, one_hot


def ridge(x: np.ndarray, y: np.ndarray, classes: int, at: np.ndarray, penalty: float) -> Closed:
    """Fitted on x (L, D), y (L,) class numbers, and asked about `at` (E, D).  penalty > 0, on all but the constant."""
    inverse, weights = solved(x, y, classes, penalty)
    reach = widened(at) @ inverse

    def score(some: np.ndarray) -> np.ndarray:
        return widened(some) @ weights

    def move(some: np.ndarray) -> np.ndarray:
        wide = widened(some)
        own = np.einsum("nd,nd->n", wide @ inverse, wide)
        return np.asarray((wide / (1.0 + own)[:, None]) @ reach.T)

    return Closed(np.ascontiguousarray(score(at).T), score, move, pulled=True)


def solved(x: np.ndarray, y: np.ndarray, classes: int, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """(A, W): (D + 1, D + 1) and (D + 1, C), the constant last."""
    wide = widened(x)
    gram = wide.T @ wide
    inner = np.arange(x.shape[1])
    gram[inner, inner] += penalty
    inverse = np.linalg.inv(gram)
    return inverse, inverse @ (wide.T @ one_hot(y, classes))


def widened(x: np.ndarray) -> np.ndarray:
    """With a column of ones.  (n, D) -> (n, D + 1)."""
    return np.column_stack([x, np.ones(len(x))])
