"""Vectors that say how far they lie from each other, so they may stay factored.  Floor 0.

Two precisions.  `to` and `nearest` are exact to float64, and give the same bits wherever a row stands and in whatever
part of the pool: strategies decide by them.  `gaps` and `norms` keep the precision of the input and go through matrix
products: a kernel looks over many pairs with those before it decides.
"""

from collections.abc import Iterator
from typing import Protocol, TypeVar

import numpy as np

from askance.ops.arrays import working

_NUMBERS = 1 << 17  # of a block in float64: one megabyte stays in the second-level cache


class Vecs(Protocol):
    """(N, D) vectors, perhaps never built.  All distances are squared."""

    @property
    def norms(self) -> np.ndarray:
        """(N,) squared lengths, in the precision of the input."""

    def __len__(self) -> int: ...
    def __getitem__(self, rows: np.ndarray | slice) -> "Vecs": ...
    def to(self, one: "Vecs") -> np.ndarray:
        """Distance of every row to the single row of `one`.  -> (N,) float64."""

    def nearest(self, others: "Vecs") -> np.ndarray:
        """Distance to the nearest of `others`.  -> (N,) float64; inf when there is none."""

    def array(self) -> np.ndarray:
        """The (N, D) array itself; for a product this builds it, so ask for few rows."""


class Dense:
    """Vectors as a plain (N, D) array, float32 or float64."""

    def __init__(self, rows: np.ndarray, norms: np.ndarray | None = None):
        self.rows = working(rows) if rows.dtype.kind == "f" else rows.astype(np.float64)
        self.norms = _along(self.rows, self.rows) if norms is None else norms

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: np.ndarray | slice) -> "Dense":
        return Dense(self.rows[rows], self.norms[rows])

    @property
    def width(self) -> int:
        return self.rows.shape[1]

    def dots(self, others: "Dense") -> np.ndarray:
        """Inner products with every row of `others`.  -> (N, M)."""
        return self.rows @ others.rows.T

    def pairs(self, others: "Dense") -> np.ndarray:
        """Inner product of row i with row i of the others, or with their only row.  -> (N,)."""
        return _along(self.rows, others.rows)

    def double(self) -> "Dense":
        return self if self.rows.dtype == np.float64 else Dense(self.rows.astype(np.float64))

    def to(self, one: "Dense") -> np.ndarray:
        return _to(self, one)

    def nearest(self, others: "Dense") -> np.ndarray:
        return _nearest(self, others)

    def array(self) -> np.ndarray:
        return self.rows

    def joined(self, others: "Dense") -> "Dense":
        return Dense(np.concatenate([self.rows, others.rows]), np.concatenate([self.norms, others.norms]))

    def put(self, row: int, one: "Dense") -> None:
        """Writes over a row: for lists that were made with room to grow."""
        self.rows[row], self.norms[row] = one.rows[0], one.norms[0]


class Residual:
    """p - e_y of predictions p (N, C) and their likeliest classes y: kept as the two, and built for the rows taken out.

    What the last layer's gradient has on the side of the classes.
    """

    def __init__(self, probs: np.ndarray):
        self.probs = probs if probs.dtype.kind == "f" else probs.astype(np.float64)
        step = max(1, _NUMBERS // max(self.width, 1))
        parts = [self.probs[i : i + step] for i in range(0, len(probs), step)]
        self.likeliest = np.concatenate([p.argmax(1) for p in parts]) if parts else np.zeros(0, np.int64)
        self.norms = np.concatenate([self[i : i + step].norms for i in range(0, len(probs), step)] or [np.zeros(0)])

    def __len__(self) -> int:
        return len(self.probs)

    def __getitem__(self, rows: np.ndarray | slice) -> Dense:
        some = working(self.probs[rows])
        some = some.copy() if some.base is not None else some
        some[np.arange(len(some)), self.likeliest[rows]] -= 1.0
        return Dense(some)

    @property
    def width(self) -> int:
        return self.probs.shape[1]


class Outer:
    """Rows that are outer products a (x) b, never built: (N, A) and (N, B) stand for (N, A * B)."""

    def __init__(self, a: Dense | Residual, b: Dense):
        self.a, self.b = a, b
        self.norms = a.norms * b.norms

    def __len__(self) -> int:
        return len(self.a)

    def __getitem__(self, rows: np.ndarray | slice) -> "Outer":
        return Outer(self.a[rows], self.b[rows])

    @property
    def width(self) -> int:
        return self.a.width + self.b.width

    def _left(self) -> Dense:
        return self.a if isinstance(self.a, Dense) else self.a[:]

    def dots(self, others: "Outer") -> np.ndarray:
        out = self._left().dots(others._left())
        out *= self.b.dots(others.b)
        return out

    def pairs(self, others: "Outer") -> np.ndarray:
        return self._left().pairs(others._left()) * self.b.pairs(others.b)

    def double(self) -> "Outer":
        return Outer(self._left().double(), self.b.double())

    def to(self, one: "Outer") -> np.ndarray:
        return _to(self, one)

    def nearest(self, others: "Outer") -> np.ndarray:
        return _nearest(self, others)

    def array(self) -> np.ndarray:
        return np.einsum("na,nb->nab", self._left().rows, self.b.rows).reshape(len(self), -1)

    def joined(self, others: "Outer") -> "Outer":
        return Outer(self._left().joined(others._left()), self.b.joined(others.b))

    def put(self, row: int, one: "Outer") -> None:
        self._left().put(row, one._left())
        self.b.put(row, one.b)
        self.norms[row] = one.norms[0]


V = TypeVar("V", Dense, Outer)  # the two of a pair are of one sort


def _along(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Inner products row by row.  A sum of its own for each row, unlike a matrix product: the same bits anywhere."""
    return np.einsum("nd,nd->n", a, b) if len(a) == len(b) else np.einsum("nd,d->n", a, b[0])


def parts(vectors: Dense | Outer) -> Iterator[slice]:
    step = max(1, _NUMBERS // max(vectors.width, 1))
    return (slice(start, start + step) for start in range(0, len(vectors), step))


def between(mine: V, theirs: V) -> np.ndarray:
    """Squared distance of row i to row i of the others, or to their only row; both `double`.  -> (N,)."""
    return np.maximum(mine.norms + theirs.norms - 2.0 * mine.pairs(theirs), 0.0)


def _to(vectors: V, one: V) -> np.ndarray:
    target, out = one.double(), np.empty(len(vectors))
    for part in parts(vectors):
        out[part] = between(vectors[part].double(), target)
    return out


def _nearest(vectors: V, others: V, cells: int = 1_000_000) -> np.ndarray:
    """Blocks of one matrix product each; the distance to the nearest is then taken by itself."""
    near = np.full(len(vectors), np.inf)
    if not len(others):
        return near
    targets = others.double()
    step = max(1, cells // len(others))
    for start in range(0, len(vectors), step):
        mine = vectors[start : start + step].double()
        closest = offsets(mine, targets).argmin(1)
        near[start : start + step] = between(mine, targets[closest])
    return near


def offsets(mine: V, theirs: V) -> np.ndarray:
    """Squared distances of all pairs less one's own length, in as few passes as can be.  -> (N, M)."""
    out = mine.dots(theirs)
    out *= -2.0
    out += theirs.norms
    return out


def rough_nearest(vectors: V, others: V, cells: int = 1 << 18) -> np.ndarray:
    """`nearest` in the precision of the input: off by its rounding of the squared lengths.  `others`: at least one."""
    if len(others) == 1:
        return np.maximum(offsets(vectors, others)[:, 0] + vectors.norms, 0.0)
    near = np.empty(len(vectors), vectors.norms.dtype)
    step = max(1, cells // len(others))
    for start in range(0, len(vectors), step):
        rows = slice(start, start + step)
        mine = vectors[rows]
        near[rows] = offsets(mine, others).min(1) + mine.norms
    return np.maximum(near, 0.0, out=near)


def gaps(vectors: V, others: V) -> np.ndarray:
    """Squared distances of all pairs.  (N, D), (M, D) -> (N, M): for few of either.

    What is within rounding of zero is zero, so that twins are at distance 0 exactly.
    """
    both = vectors.norms[:, None] + others.norms[None, :]
    dots = vectors.dots(others)
    out = both - 2.0 * dots
    out[out < np.finfo(dots.dtype).eps * 16 * both] = 0.0
    return out
