"""How much of a row is not explained yet by those taken: posterior variances, kept as rows are taken.  Floor 0.

v(x) = k(x, x) - k(x, S) (K_SS + sigma^2 I)^-1 k(S, x).  Taking p lowers it by c(x)^2, with c(x) = cov(x, p | S) /
sqrt(v(p) + sigma^2): a column of the pivoted Cholesky factor, which need not be kept.  Where the vectors have few
columns, cov(x, p | S) is x' P p with a D x D matrix P; otherwise it is made anew from kernel values with S.
"""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from askance.ops.implicit import gridded
from askance.ops.vectors import Dense, parts

FEW = 1024  # columns
_CELLS = 1 << 18  # of a block in float64: two megabytes

Rows = Any  # Dense, Outer or Implicit; the two of a pair are of one sort


class Variances(Protocol):
    """now (N,) float64 >= 0: what is not explained of each row."""

    now: np.ndarray

    def take(self, one: Rows) -> None:
        """Explains with one row more, a batch of one."""


def variances(vectors: Rows, known: Rows | None, sigma: float) -> Variances:
    """By columns where there are few, else by kernel values.  vectors (N, D), known (L, D) or None."""
    if isinstance(vectors, Dense) and vectors.width <= FEW:
        return ByColumns(vectors, known, sigma)
    return ByKernel(vectors, known, sigma)


class ByColumns:
    """O(N D) for a row taken."""

    def __init__(self, vectors: Dense, known: Rows | None, sigma: float):
        self.rows, self.sigma = vectors.array(), sigma
        self.size = _lengths(vectors)
        self.now = self.size.copy()
        self.left = np.eye(vectors.width)
        if known is not None and len(known):
            self.left = shrunk(np.asarray(known.array(), np.float64), sigma)
            for part in parts(vectors):
                some = self.rows[part].astype(np.float64)
                self.now[part] = np.einsum("nd,nd->n", some @ self.left, some)
            self._settle()

    def take(self, one: Rows) -> None:
        v = np.asarray(one.array()[0], np.float64)
        u = self.left @ v
        most = float(v @ u) + self.sigma**2
        if most > 0:
            along = np.einsum("nd,d->n", self.rows, u)  # a sum of its own for each row: the same bits anywhere
            self.now = self.now - along**2 / most
            self.left = self.left - np.outer(u, u) / most
            self._settle()

    def _settle(self) -> None:
        self.now = np.maximum(gridded(self.now, self.size), 0.0)


class ByKernel:
    """O(N (L + t)) kernel values for the row taken after t others; nothing of N x L is kept."""

    def __init__(self, vectors: Rows, known: Rows | None, sigma: float):
        self.vectors, self.sigma = vectors, sigma
        self.seen = None if known is None or not len(known) else known
        self.size = _lengths(vectors)
        self.now = self.size.copy()
        if self.seen is not None:
            self._invert(self.seen)
            half = np.linalg.cholesky(self.inverse)
            for part in self._parts():
                shadow = vectors[part].double().dots(self.seen) @ half
                self.now[part] -= np.einsum("nl,nl->n", shadow, shadow)
            self._settle()

    def take(self, one: Rows) -> None:
        one = one.double()
        own = float(one.norms[0]) + self.sigma**2
        share = np.zeros(0)
        if self.seen is not None:
            between = self.seen.dots(one)[:, 0]
            share = self.inverse @ between
            own -= float(between @ share)
        if own > 0:
            for part in self._parts():
                some = self.vectors[part].double()
                along = some.pairs(one)
                if self.seen is not None:
                    along = along - some.dots(self.seen) @ share
                self.now[part] -= along**2 / own
            self._settle()
        self._invert(one if self.seen is None else self.seen.joined(one))

    def _parts(self) -> Iterator[slice]:
        wide = max(self.vectors.width, 0 if self.seen is None else len(self.seen), 1)
        step = max(1, _CELLS // wide)
        return (slice(start, start + step) for start in range(0, len(self.vectors), step))

    def _invert(self, seen: Rows) -> None:
        self.seen = seen.double()
        gram = self.seen.dots(self.seen)
        self.inverse = np.linalg.inv(gram + (self.sigma**2 + 1e-12 * np.trace(gram) / len(gram)) * np.eye(len(gram)))

    def _settle(self) -> None:
        self.now = np.maximum(gridded(self.now, self.size), 0.0)


def _lengths(vectors: Rows) -> np.ndarray:
    """(N,) squared lengths in float64, whatever the precision of the input."""
    out = np.empty(len(vectors))
    for part in parts(vectors):
        out[part] = vectors[part].double().norms
    return out


def shrunk(rows: np.ndarray, sigma: float) -> np.ndarray:
    """(I + rows' rows / sigma^2)^-1, the covariance of weights that have seen the rows.  (L, D) -> (D, D)."""
    values, turns = np.linalg.eigh(rows.T @ rows)
    return (turns * (sigma**2 / (sigma**2 + np.maximum(values, 0.0)))) @ turns.T
