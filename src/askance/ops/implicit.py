"""Vectors that are known by their inner products alone: a kernel, a sum of products, a posterior.  Floor 0.

`Implicit(points, form)` answers all that `Dense` and `Outer` answer but `array()`, so selectors that ask for distances
run on a kernel as they run on features: blocks of kernel values are made and thrown away, never N x N.
"""

from typing import Protocol

import numpy as np

from askance.errors import BadStrategy
from askance.ops.vectors import Dense, Outer, _nearest, _to, parts

Points = Dense | Outer


class Form(Protocol):
    """An inner product.  `extra`: how many numbers it makes for a row on the way.

    `pairs` and `own` give the same bits wherever a row stands, as `Dense.pairs` does.
    """

    extra: int

    def dots(self, a: Points, b: Points) -> np.ndarray:
        """(N, M), by matrix products."""

    def pairs(self, a: Points, b: Points) -> np.ndarray:
        """(N,) row i with row i, or with the only row of b."""

    def own(self, a: Points) -> np.ndarray:
        """(N,) each row with itself."""


class Implicit:
    """Rows whose inner products a form gives.  norms (N,) float64."""

    def __init__(self, points: Points, form: Form, norms: np.ndarray | None = None):
        self.points, self.form = points, form
        self.norms = _own(points, form) if norms is None else norms

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, rows: np.ndarray | slice) -> "Implicit":
        return Implicit(self.points[rows], self.form, self.norms[rows])

    @property
    def width(self) -> int:
        return self.points.width + self.form.extra

    def dots(self, others: "Implicit") -> np.ndarray:
        return self.form.dots(self.points, others.points)

    def pairs(self, others: "Implicit") -> np.ndarray:
        return self.form.pairs(self.points, others.points)

    def double(self) -> "Implicit":
        return Implicit(self.points.double(), self.form, self.norms)

    def to(self, one: "Implicit") -> np.ndarray:
        return _to(self, one)  # type: ignore[type-var]

    def nearest(self, others: "Implicit") -> np.ndarray:
        return _nearest(self, others)  # type: ignore[type-var]

    def array(self) -> np.ndarray:
        raise BadStrategy(
            "these vectors are known by their inner products alone; put `sketched` after the kernel to have columns, "
            "as in `laplace | sketched(dims=512) | bait_f`"
        )

    def joined(self, others: "Implicit") -> "Implicit":
        points = self.points.joined(others.points)  # type: ignore[arg-type]
        return Implicit(points, self.form, np.concatenate([self.norms, others.norms]))

    def put(self, row: int, one: "Implicit") -> None:
        self.points.put(row, one.points)  # type: ignore[arg-type]
        self.norms[row] = one.norms[0]


def _own(points: Points, form: Form) -> np.ndarray:
    out = np.empty(len(points))
    for part in parts(points):
        out[part] = form.own(points[part].double())
    return out


class Inner:
    """The inner product that the points have themselves."""

    extra = 0

    def dots(self, a: Points, b: Points) -> np.ndarray:
        return a.dots(b)  # type: ignore[arg-type]

    def pairs(self, a: Points, b: Points) -> np.ndarray:
        return a.pairs(b)  # type: ignore[arg-type]

    def own(self, a: Points) -> np.ndarray:
        return np.asarray(a.norms, np.float64)


class Layered:
    """Sum over layers of (u . u')(v . v'): what gradients in all weights of a network have, layer by layer.

    Points are Dense of (N, layers * 2 * width), which is (u, v) of each layer side by side.
    """

    extra = 0

    def __init__(self, layers: int, width: int):
        self.layers, self.width = layers, width

    def split(self, rows: np.ndarray) -> np.ndarray:
        """(N, layers * 2 * width) -> (N, layers, 2, width), no copy."""
        return rows.reshape(len(rows), self.layers, 2, self.width)

    def dots(self, a: Points, b: Points) -> np.ndarray:
        mine, theirs = self.split(a.array()), self.split(b.array())
        out = np.zeros((len(a), len(b)), mine.dtype)
        for i in range(self.layers):
            out += (mine[:, i, 0] @ theirs[:, i, 0].T) * (mine[:, i, 1] @ theirs[:, i, 1].T)
        return out

    def pairs(self, a: Points, b: Points) -> np.ndarray:
        mine, theirs = self.split(a.array()), self.split(b.array())
        other = "nlsw" if len(a) == len(b) else "lsw"
        each = np.einsum(f"nlsw,{other}->nls", mine, theirs if len(a) == len(b) else theirs[0])
        return (each[..., 0] * each[..., 1]).sum(1)

    def own(self, a: Points) -> np.ndarray:
        return self.pairs(a, a)


class Times:
    """Another form times a number."""

    def __init__(self, form: Form, factor: float):
        self.form, self.factor, self.extra = form, factor, form.extra

    def dots(self, a: Points, b: Points) -> np.ndarray:
        return self.form.dots(a, b) * self.factor

    def pairs(self, a: Points, b: Points) -> np.ndarray:
        return self.form.pairs(a, b) * self.factor

    def own(self, a: Points) -> np.ndarray:
        return self.form.own(a) * self.factor


class Posterior:
    """k(x, y) - k(x, L) (K_LL + sigma^2 I)^-1 k(L, y): the covariance of a Gaussian process that has seen L."""

    def __init__(self, form: Form, seen: Points, sigma: float):
        self.form, self.seen, self.extra = form, seen.double(), len(seen)
        gram = form.dots(self.seen, self.seen).astype(np.float64) + sigma**2 * np.eye(len(seen))
        self.inverse = np.linalg.inv(np.linalg.cholesky(gram))  # so that K^-1 = inverse' inverse

    def shadow(self, a: Points) -> np.ndarray:
        """(N, L), whose inner products are what is explained.  For a block of rows."""
        return self.form.dots(a, self.seen) @ self.inverse.T

    def dots(self, a: Points, b: Points) -> np.ndarray:
        return self.form.dots(a, b) - self.shadow(a) @ self.shadow(b).T

    def pairs(self, a: Points, b: Points) -> np.ndarray:
        mine, theirs = self.shadow(a), self.shadow(b)
        known = np.einsum("nl,nl->n", mine, np.broadcast_to(theirs, mine.shape))
        return gridded(self.form.pairs(a, b) - known, np.sqrt(self.form.own(a) * self.form.own(b)))

    def own(self, a: Points) -> np.ndarray:
        return self.pairs(a, a)


def gridded(values: np.ndarray, size: np.ndarray, digits: int = 36) -> np.ndarray:
    """Values to so many binary digits of `size`: what differs by the order of a sum alone is equal, so it ties."""
    grid = np.exp2(np.ceil(np.log2(np.maximum(size, 1e-300))) - digits)
    return np.round(values / grid) * grid
