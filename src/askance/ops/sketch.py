"""Random features: few columns whose inner products are, on average, those of a kernel.  Floor 0.

The random numbers come from a hash of the seed and the place in the matrix, so that a pool, its shards and what is
known go through the same map.
"""

from typing import Protocol, runtime_checkable

import numpy as np

from askance.ops.implicit import Form, Implicit, Layered, gridded
from askance.ops.noise import key_ids, noise
from askance.ops.vectors import Dense, Outer, parts


@runtime_checkable
class Sampled(Protocol):
    """A form that has random features of its own."""

    def features(self, rows: np.ndarray, dims: int, seed: int) -> np.ndarray:
        """(N, D) -> (N, dims), in float64."""


def normal(seed: int, rows: int, columns: int, draw: int = 0) -> np.ndarray:
    """Standard normal numbers (Box & Muller 1958).  -> (rows, columns)."""
    ids = key_ids(0, rows * columns)
    radius = np.sqrt(-2.0 * np.log(noise(seed, ids, 2 * draw)))
    return (radius * np.cos(2.0 * np.pi * noise(seed, ids, 2 * draw + 1))).reshape(rows, columns)


def sketch(vectors: Dense | Outer | Implicit, dims: int, seed: int) -> np.ndarray:
    """(N, dims) whose inner products are on average those of the vectors.  In the precision of the input.

    Dense rows are multiplied with a normal matrix; of a product each factor is, and the two are multiplied column by
    column; what a layered form adds up is added up; other forms say it themselves.
    """
    points = vectors.points if isinstance(vectors, Implicit) else vectors
    out = np.empty((len(vectors), dims), points.norms.dtype)
    maps = _maps(vectors, dims, seed)
    for part in parts(points):
        some = vectors[part]
        rows = _features(some, maps, dims, seed)
        out[part] = gridded(rows, np.sqrt(np.maximum(some.norms, 0.0))[:, None].astype(np.float64))
    return out


def _maps(vectors: Dense | Outer | Implicit, dims: int, seed: int) -> list[np.ndarray]:
    """The normal matrices that the rows of a block are multiplied with."""
    if isinstance(vectors, Dense):
        return [normal(seed, vectors.width, dims)]
    if isinstance(vectors, Outer):
        return [normal(seed, vectors.a.width, dims), normal(seed, vectors.b.width, dims, 1)]
    if isinstance(vectors.form, Layered):
        return [normal(seed, vectors.form.width, dims, i) for i in range(2 * vectors.form.layers)]
    return []


def _features(some: Dense | Outer | Implicit, maps: list[np.ndarray], dims: int, seed: int) -> np.ndarray:
    if isinstance(some, Dense):
        return some.array() @ maps[0] / np.sqrt(dims)
    if isinstance(some, Outer):
        return (some._left().rows @ maps[0]) * (some.b.rows @ maps[1]) / np.sqrt(dims)
    form: Form = some.form
    rows = some.points.array()
    if isinstance(form, Layered):
        each = form.split(rows)
        both = ((each[:, i, 0] @ maps[2 * i]) * (each[:, i, 1] @ maps[2 * i + 1]) for i in range(form.layers))
        return np.sum(list(both), 0) / np.sqrt(dims)
    if isinstance(form, Sampled):
        return form.features(rows.astype(np.float64), dims, seed)
    some.array()  # says what to do instead
    raise AssertionError("unreachable")
