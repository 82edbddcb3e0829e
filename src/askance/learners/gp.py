"""Gaussian process regression, exact, with hyper-parameters of the largest marginal likelihood.  Floor 4."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from askance import ops
from askance.errors import BadLearner

MOST = 3000  # labels: beyond this the n x n matrix takes minutes
TUNED_ON = 300  # rows that the hyper-parameters are chosen on
DRAW = 7201  # which of them
BLOCK = 2_000_000  # cells of a block of the kernel between new rows and known ones
LENGTHS, NOISES = (0.05, 30.0), (1e-6, 10.0)  # of sqrt(D), and of the signal's variance
STARTS = ((0.5, 0.1), (2.0, 0.01))  # length / sqrt(D), noise


class GP:
    """A squared-exponential kernel of one length for all columns, and noise.  Rasmussen & Williams 2006, chapter 5.

    The length and the share of noise are found by L-BFGS from two starts on up to TUNED_ON rows (a hash of the ids
    says which); the signal's variance follows in closed form.  variance (N,): of the function, without the noise.
    """

    name = "gp"
    gives = frozenset({"prediction", "variance"})
    made_of: Mapping[str, Any] = {}

    def __init__(self) -> None:
        self._x = np.zeros((0, 0))
        self._length, self._size = 1.0, 1.0
        self._at, self._weights = 0.0, np.zeros(0)
        self._root = np.zeros((0, 0))  # lower Cholesky root of R + noise I

    def fit(self, x: np.ndarray, y: np.ndarray, ids: np.ndarray, seed: int) -> dict[str, Any]:
        from scipy.linalg import cho_solve, cholesky

        if len(x) > MOST:
            raise BadLearner(
                f"gp takes at most {MOST:,} labels, and there are {len(x):,}; ridge, mlp and "
                "regressor:RandomForestRegressor take any number"
            )
        self._at = float(y.mean())
        some = np.sort(np.argsort(ops.noise(seed, ids, DRAW))[:TUNED_ON])
        self._length, noise = tuned(x[some], y[some] - self._at)
        self._x = x
        self._root = cholesky(correlation(x, x, self._length) + noise * np.eye(len(x)), lower=True)
        self._weights = cho_solve((self._root, True), y - self._at)
        self._size = float((y - self._at) @ self._weights) / len(y)
        return {"length": self._length, "noise": noise * self._size, "signal": self._size}

    def say(self, x: np.ndarray, needs: frozenset[str]) -> dict[str, np.ndarray]:
        if not len(self._weights):
            raise BadLearner("gp has learned nothing yet; fit it first")
        step = max(1, BLOCK // len(self._x))
        parts = [self._block(x[i : i + step], needs) for i in range(0, len(x), step)]
        return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}

    def _block(self, x: np.ndarray, needs: frozenset[str]) -> dict[str, np.ndarray]:
        from scipy.linalg import solve_triangular

        near = correlation(x, self._x, self._length)
        out = {}
        if "prediction" in needs:
            out["prediction"] = self._at + near @ self._weights
        if "variance" in needs:
            told = solve_triangular(self._root, near.T, lower=True)
            out["variance"] = self._size * np.maximum(1.0 - (told**2).sum(0), 0.0)
        return out


def correlation(a: np.ndarray, b: np.ndarray, length: float) -> np.ndarray:
    """exp(-|a - b|^2 / (2 length^2)).  (N, D), (M, D) -> (N, M)."""
    out: np.ndarray = np.exp(distances(a, b) / (-2.0 * length**2))
    return out


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared.  (N, D), (M, D) -> (N, M)."""
    out: np.ndarray = np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2.0 * a @ b.T, 0.0)
    return out


def tuned(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """(length, noise as a share of the signal's variance) of the largest marginal likelihood.  y (n,) of mean 0."""
    from scipy.optimize import minimize

    unit = np.sqrt(x.shape[1])
    squared = distances(x, x)
    limits = [tuple(np.log(np.array(LENGTHS) * unit)), tuple(np.log(NOISES))]
    starts = [np.log([length * unit, noise]) for length, noise in STARTS]
    found = [minimize(surprise, s, (squared, y), jac=True, method="L-BFGS-B", bounds=limits) for s in starts]
    best = min(found, key=lambda f: float(f.fun))
    return float(np.exp(best.x[0])), float(np.exp(best.x[1]))


def surprise(at: np.ndarray, squared: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Minus the log likelihood, up to a constant, with the best signal variance; and its gradient.

    at: log length and log noise; squared (n, n) distances
    """
    from scipy.linalg import cho_factor, cho_solve

    length, noise = np.exp(at)
    r = np.exp(squared / (-2.0 * length**2))
    root = cho_factor(r + noise * np.eye(len(y)), lower=True)
    inverse = cho_solve(root, np.eye(len(y)))
    weights = inverse @ y
    size = max(float(y @ weights) / len(y), 1e-300)
    value = 0.5 * len(y) * np.log(size) + float(np.log(np.diag(root[0])).sum())
    by_length = r * squared / length**2  # d R / d log length
    slopes = [
        0.5 * (inverse * by_length).sum() - 0.5 * float(weights @ by_length @ weights) / size,
        0.5 * noise * (np.trace(inverse) - float(weights @ weights) / size),
    ]
    return float(value), np.array(slopes)
