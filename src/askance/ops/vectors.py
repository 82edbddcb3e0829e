"""Vectors that answer three questions (norms, distance to one, distance to the nearest), so they may stay factored."""

from typing import Protocol, TypeVar

import numpy as np

from askance.ops.arrays import working


class Vecs(Protocol):
    """(N, D) vectors, perhaps never built.  Distances are squared, float64 or float32, never negative."""

    norms: np.ndarray  # (N,) squared lengths

    def __len__(self) -> int: ...
    def __getitem__(self, rows: np.ndarray | slice) -> "Vecs": ...
    def to(self, one: "Vecs") -> np.ndarray:
        """Squared distance of every row to the single row of `one`.  -> (N,)."""

    def nearest(self, others: "Vecs") -> np.ndarray:
        """Squared distance to the nearest of `others`.  -> (N,); inf when there is none."""

    def array(self) -> np.ndarray:
        """The (N, D) array itself; for a product this builds it, so ask for few rows."""


def _gap(norms: np.ndarray, other: np.ndarray, dots: np.ndarray) -> np.ndarray:
    """|a - b|^2 from its parts; what is within rounding of zero is zero, so that twins are at distance 0 exactly."""
    both = norms + other
    out = both - 2.0 * dots
    eps = np.finfo(dots.dtype).eps * 16
    out[out < eps * both] = 0.0
    return out


class Dense:
    """Vectors as a plain (N, D) array, float32 or float64."""

    def __init__(self, rows: np.ndarray, norms: np.ndarray | None = None):
        self.rows = working(rows) if rows.dtype.kind == "f" else rows.astype(np.float64)
        self.norms = np.einsum("nd,nd->n", self.rows, self.rows) if norms is None else norms

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: np.ndarray | slice) -> "Dense":
        return Dense(self.rows[rows], self.norms[rows])

    def dots(self, others: "Dense") -> np.ndarray:
        """Inner products with every row of `others`.  -> (N, M)."""
        return self.rows @ others.rows.T

    def to(self, one: "Dense") -> np.ndarray:
        return _gap(self.norms, one.norms[0], self.rows @ one.rows[0])

    def nearest(self, others: "Dense") -> np.ndarray:
        return _nearest(self, others)

    def array(self) -> np.ndarray:
        return self.rows

    def joined(self, others: "Dense") -> "Dense":
        return Dense(np.concatenate([self.rows, others.rows]), np.concatenate([self.norms, others.norms]))


class Outer:
    """Rows that are outer products a (x) b, never built: (N, A) and (N, B) stand for (N, A * B)."""

    def __init__(self, a: Dense, b: Dense):
        self.a, self.b = a, b
        self.norms = a.norms * b.norms

    def __len__(self) -> int:
        return len(self.a)

    def __getitem__(self, rows: np.ndarray | slice) -> "Outer":
        return Outer(self.a[rows], self.b[rows])

    def dots(self, others: "Outer") -> np.ndarray:
        return self.a.dots(others.a) * self.b.dots(others.b)

    def to(self, one: "Outer") -> np.ndarray:
        dots = (self.a.rows @ one.a.rows[0]) * (self.b.rows @ one.b.rows[0])
        return _gap(self.norms, one.norms[0], dots)

    def nearest(self, others: "Outer") -> np.ndarray:
        return _nearest(self, others)

    def array(self) -> np.ndarray:
        return np.einsum("na,nb->nab", self.a.rows, self.b.rows).reshape(len(self), -1)

    def joined(self, others: "Outer") -> "Outer":
        return Outer(self.a.joined(others.a), self.b.joined(others.b))


V = TypeVar("V", Dense, Outer)  # the two of a pair are of one sort


def _least_gap(mine: V, theirs: V) -> np.ndarray:
    """`gaps(...).min(1)` in two passes: what a row adds to all its gaps alike is added after the minimum."""
    cross = mine.dots(theirs)
    cross *= -2.0
    cross += theirs.norms
    least = cross.min(1) + mine.norms
    # Where the nearest is a twin, its norm is one's own: so this is the rounding of both, as in `_gap`.
    least[least < np.finfo(cross.dtype).eps * 32 * mine.norms] = 0.0
    return np.maximum(least, 0.0)


def gaps(vectors: V, others: V) -> np.ndarray:
    """Squared distances of all pairs.  (N, D), (M, D) -> (N, M): for few of either."""
    return _gap(vectors.norms[:, None], others.norms[None, :], vectors.dots(others))


def _nearest(vectors: V, others: V, cells: int = 2_000_000) -> np.ndarray:
    """Blocks of one matrix product each, `cells` numbers at a time."""
    near = np.full(len(vectors), np.inf)
    if not len(others):
        return near
    wide = min(len(others), 1024)
    tall = max(1, cells // wide)
    for start in range(0, len(vectors), tall):
        rows = slice(start, start + tall)
        mine = vectors[rows]
        for first in range(0, len(others), wide):
            theirs = others[first : first + wide]
            near[rows] = np.minimum(near[rows], _least_gap(mine, theirs))
    return near
