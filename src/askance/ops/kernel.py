"""Sums of a kernel over many rows, in blocks, and determinants that grow by one row.  Floor 0."""

from typing import Generic

import numpy as np

from askance.ops.coverage import Likeness
from askance.ops.vectors import V, gaps

_CELLS = 1_000_000  # of a block of kernel values
JITTER = 1e-6  # on the diagonal, so that a copy of what is taken has a finite logarithm


def kernel_sums(vectors: V, others: V | None, like: Likeness) -> np.ndarray:
    """sum over s of like(|x - s|^2) for every row x.  (N, D), (M, D) or None -> (N,), 0 where there are no others."""
    out = np.zeros(len(vectors))
    if others is None or not len(others):
        return out
    step = max(1, _CELLS // len(others))
    for part in (slice(i, i + step) for i in range(0, len(vectors), step)):
        out[part] = like(gaps(vectors[part], others)).sum(1)
    return out


def even(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Rounded so that what differs by rounding alone ties; how finely depends on the precision of `like`."""
    return np.round(values, 11 if like.dtype == np.float64 else 6)


class LogDet(Generic[V]):
    """The objective of `lazy_greedy` that grows log det of the kernel matrix: a row's gain is its variance given S.

    With a variance v the determinant is multiplied by v, so the largest variance is the largest step.  S is `known` and
    then the rows taken; its Cholesky factor is kept, (L + k)^2 numbers, and nothing of the size of the pool.
    """

    def __init__(self, vectors: V, like: Likeness, k: int, known: V | None = None):
        self.vectors: V = vectors
        self.like = like
        self.known: V | None = known if known is not None and len(known) else None
        self.rows: list[int] = []
        start = 0 if self.known is None else len(self.known)
        self.factor = np.zeros((start + k, start + k))
        self.size = start
        if self.known is not None:
            self.factor[:start, :start] = _root(self._own(self.known))

    def _own(self, vectors: V) -> np.ndarray:
        return self.like(gaps(vectors, vectors)).astype(np.float64)

    def _against(self, some: V) -> np.ndarray:
        """Kernel between S and some rows.  -> (L + t, m)."""
        taken = self.vectors[np.array(self.rows, np.int64)]
        parts = [taken] if self.known is None else [self.known, taken]
        return np.concatenate([self.like(gaps(p, some)) for p in parts]).astype(np.float64)

    def _shadow(self, some: V) -> np.ndarray:
        from scipy.linalg import solve_triangular

        factor = self.factor[: self.size, : self.size]
        return solve_triangular(factor, self._against(some), lower=True, check_finite=False)

    def gains(self, rows: np.ndarray) -> np.ndarray:
        out = np.ones(len(rows))
        step = max(1, _CELLS // max(self.size, 1))
        for part in (slice(i, i + step) for i in range(0, len(rows) if self.size else 0, step)):
            shadow = self._shadow(self.vectors[rows[part]])
            out[part] -= np.einsum("sm,sm->m", shadow, shadow)
        return np.maximum(even(out, self.vectors.norms), 0.0)

    def take(self, row: int) -> None:
        if self.size:
            shadow = self._shadow(self.vectors[np.array([row])])[:, 0]
            self.factor[self.size, : self.size] = shadow
            rest = 1.0 - float(shadow @ shadow)
        else:
            rest = 1.0
        self.factor[self.size, self.size] = (max(rest, 0.0) + JITTER) ** 0.5
        self.rows.append(row)
        self.size += 1


def _root(own: np.ndarray) -> np.ndarray:
    """The Cholesky factor of a kernel matrix, with as much more on its diagonal as rounding asks for."""
    more = JITTER
    while True:
        try:
            return np.linalg.cholesky(own + more * np.eye(len(own)))
        except np.linalg.LinAlgError:  # near-twins in single precision: their rounding is more than JITTER
            more *= 10.0
