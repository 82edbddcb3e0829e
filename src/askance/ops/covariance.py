"""Covariance functions: inner products of spaces that have no end of columns.  Floor 0."""

from dataclasses import dataclass

import numpy as np

from askance.ops.implicit import Points
from askance.ops.sketch import normal
from askance.ops.vectors import Dense, between, gaps


@dataclass(frozen=True)
class Laplace:
    """exp(-|x - y| / h)."""

    h: float
    extra = 0

    def dots(self, a: Points, b: Points) -> np.ndarray:
        return self._of(gaps(a, b))  # type: ignore[type-var]

    def pairs(self, a: Points, b: Points) -> np.ndarray:
        squared, both = between(a, b), a.norms + b.norms  # type: ignore[type-var]
        return self._of(np.where(squared < 16 * np.finfo(np.float64).eps * both, 0.0, squared))  # twins are alike

    def own(self, a: Points) -> np.ndarray:
        return np.ones(len(a))

    def _of(self, squared: np.ndarray) -> np.ndarray:
        return np.exp(-np.sqrt(squared) / self.h)

    def features(self, rows: np.ndarray, dims: int, seed: int) -> np.ndarray:
        """sqrt(2 / dims) cos(w . x + b): w from the multivariate Cauchy law (Rahimi & Recht 2007).  -> (N, dims)."""
        width = rows.shape[1]
        w = normal(seed, width, dims) / np.abs(normal(seed, 1, dims, 1)) / self.h
        angle = np.arctan2(normal(seed, 1, dims, 2), normal(seed, 1, dims, 3))  # uniform
        return np.sqrt(2.0 / dims) * np.cos(rows @ w + angle)


@dataclass(frozen=True)
class ArcCosine:
    """What a network of random weights with rectifiers makes of the inner product, in the limit of endless width.

    S_0 = bias^2 + weight x.y / D, S_(i+1) = bias^2 + weight / (2 pi) sqrt(S_xx S_yy) (sin t + (pi - t) cos t), where
    cos t = S_xy / sqrt(S_xx S_yy) in layer i: the kernel of Cho & Saul 2009, with weight 2 of unit gain.
    """

    depth: int = 3
    weight: float = 2.0
    bias: float = 0.1
    extra = 0

    def dots(self, a: Points, b: Points) -> np.ndarray:
        width = max(_width(a), 1)
        return self._deep(a.dots(b) / width, (a.norms / width)[:, None], (b.norms / width)[None, :])  # type: ignore[arg-type]

    def pairs(self, a: Points, b: Points) -> np.ndarray:
        width = max(_width(a), 1)
        return self._deep(a.pairs(b) / width, a.norms / width, b.norms / width)  # type: ignore[arg-type]

    def own(self, a: Points) -> np.ndarray:
        width = max(_width(a), 1)
        return self._deep(*[np.asarray(a.norms, np.float64) / width] * 3)

    def _deep(self, xy: np.ndarray, xx: np.ndarray, yy: np.ndarray) -> np.ndarray:
        xy, xx, yy = (self.bias**2 + self.weight * s for s in (xy, xx, yy))
        for _ in range(self.depth):
            length = np.sqrt(xx * yy)
            cosine = np.clip(np.divide(xy, length, out=np.zeros_like(length), where=length > 0), -1.0, 1.0)
            turn = np.arccos(cosine)
            xy = self.bias**2 + self.weight * length * (np.sin(turn) + (np.pi - turn) * cosine) / (2.0 * np.pi)
            xx, yy = (self.bias**2 + self.weight * s / 2.0 for s in (xx, yy))
        return xy

    def features(self, rows: np.ndarray, dims: int, seed: int) -> np.ndarray:
        """A network of that depth with random weights.  (N, D) -> (N, dims); unbiased at depth 1, else in the limit."""
        out = self._affine(rows / np.sqrt(max(rows.shape[1], 1)))
        for layer in range(self.depth):
            hidden = np.maximum(out @ normal(seed, out.shape[1], dims, layer), 0.0) / np.sqrt(dims)
            out = self._affine(hidden)
        return out @ self._closed(out.shape[1], dims, seed)

    def _affine(self, rows: np.ndarray) -> np.ndarray:
        return np.concatenate([np.sqrt(self.weight) * rows, np.full((len(rows), 1), self.bias)], 1)

    def _closed(self, width: int, dims: int, seed: int) -> np.ndarray:
        """Folds the column of the bias into the others, so that there are `dims` of them."""
        fold = np.eye(width, dims)
        fold[-1] = normal(seed, 1, dims, self.depth)[0] / np.sqrt(dims)
        return fold


def _width(a: Points) -> int:
    return a.width if isinstance(a, Dense) else a.a.width * a.b.width
