"""Multinomial logistic regression: one fit, and the choice of C by cross-validation.  Floor 4.

The objective is scikit-learn's: C * sum of log losses + |W|^2 / 2, the intercept free.  Two classes are fitted as two
columns, so a C here is scikit-learn's binary C divided by two.
"""

from typing import Any

import numpy as np
from scipy import optimize, sparse

from askance.learners.folds import enough, folds
from askance.progress import bar

Matrix = Any  # (N, D) float64 ndarray, or a scipy CSR matrix

GRID = tuple(float(c) for c in np.logspace(-2, 4, 13))  # for rows of about unit length
FIXED = 10.0  # where the labels are too few to choose
ROUGH = 5e-4  # solved well enough to compare


def fit_softmax(
    x: Matrix,
    y: np.ndarray,
    c: float,
    weights: np.ndarray | None = None,
    start: np.ndarray | None = None,
    slope: float = 1e-6,
) -> np.ndarray:
    """x (N, D), y (N,) class numbers 0 .. K - 1 -> coefficients (D + 1, K), the intercepts in the last row.

    weights (N,) count a row so often; start (D + 1, K) is where to begin, e.g. the solution for a nearby C; slope is
    the steepest direction, in units of the mean log loss, at which it is called solved.
    """
    w = np.ones(len(y)) if weights is None else weights
    classes = int(y.max()) + 1
    total = float(w.sum())
    ridge = 1.0 / (c * total)
    share = w / total
    target = np.eye(classes)[y]
    # Each direction is stretched by its own curvature at the start, so that L-BFGS meets a round bowl.
    stretch = np.append(1.0 / np.sqrt(_mean_squares(x, share) / 4 + ridge), 2.0)[:, None]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        coef = flat.reshape(-1, classes) * stretch
        z = _scores(x, coef)
        z -= z.max(1, keepdims=True)
        right = (z * target).sum(1)
        np.exp(z, out=z)
        sums = z.sum(1, keepdims=True)
        value = share @ (np.log(sums[:, 0]) - right) + ridge / 2 * float((coef[:-1] ** 2).sum())
        z /= sums
        z -= target
        z *= share[:, None]
        gradient = np.vstack([x.T @ z + ridge * coef[:-1], z.sum(0, keepdims=True)])
        return float(value), (gradient * stretch).ravel()

    begin = np.zeros((x.shape[1] + 1, classes)) if start is None else start / stretch
    found = optimize.minimize(
        loss, begin.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 1000, "gtol": slope, "ftol": 1e-13}
    )
    solved: np.ndarray = found.x.reshape(-1, classes) * stretch
    return solved


def choose_c(x: Matrix, y: np.ndarray, ids: np.ndarray, seed: int) -> tuple[float, dict[str, Any]]:
    """The C of GRID with the least log loss over stratified folds, and what to report of the choice.

    The path goes from strong to weak regularisation, each fold starting where it was, and ends when the loss has
    risen twice.  FIXED where no two classes have three rows.
    """
    if not enough(y):
        return FIXED, {"C": FIXED, "C_by": "fixed: fewer than two classes have three labels"}
    which = folds(y, ids, seed, 5 if len(y) <= 1000 else 3)
    count = int(which.max()) + 1
    starts: list[np.ndarray | None] = [None] * count
    losses: list[float] = []
    with bar("choosing C", len(GRID)) as done:
        for c in GRID:
            total = 0.0
            for fold in range(count):
                out = which == fold
                starts[fold] = coef = fit_softmax(x[~out], y[~out], c, None, starts[fold], ROUGH)
                total += float(log_losses(_scores(x[out], coef), y[out]).sum())
            losses.append(total / int((which >= 0).sum()))
            done(len(losses))
            if len(losses) > 2 and losses[-1] > losses[-2] > losses[-3]:
                break
    best = int(np.argmin(losses))
    return GRID[best], {"C": GRID[best], "C_by": f"{count}-fold cross-validation", "log_loss": losses[best]}


def log_losses(logits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """logits (N, K), y (N,) class numbers -> (N,) natural log losses."""
    top = logits.max(1, keepdims=True)
    total = np.log(np.exp(logits - top).sum(1)) + top[:, 0]
    return np.asarray(total - logits[np.arange(len(y)), y])


def row_space(x: Matrix) -> tuple[np.ndarray, np.ndarray]:
    """An (N, r) z with z z' = x x', r <= N, and the (N, r) a with x' a = the way back: W = x' (a w).

    The best W of a ridge-penalised loss is a mixture of the rows of x (the representer theorem), so a fit with fewer
    rows than columns can be done on z exactly, however many columns x has.
    """
    gram = x @ x.T
    values, vectors = np.linalg.eigh(gram.toarray() if sparse.issparse(gram) else gram)
    kept = values > 1e-12 * max(float(values[-1]), 1e-300)
    lengths, vectors = np.sqrt(values[kept]), vectors[:, kept]
    return vectors * lengths, vectors / lengths


def _scores(x: Matrix, coef: np.ndarray) -> np.ndarray:
    z: np.ndarray = x @ coef[:-1] + coef[-1]
    return z


def _mean_squares(x: Matrix, share: np.ndarray) -> np.ndarray:
    squares = x.multiply(x) if sparse.issparse(x) else x * x
    return np.asarray(share @ squares).ravel()
