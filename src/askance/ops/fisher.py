"""The Fisher information of a softmax head, in no more numbers than asked for.  Floor 0.

A sample with predictions p and features h tells the head J (x) h h' about its C x D weights, J = diag(p) - p p'.  At a
hundred classes that would be a matrix of gigabytes, so the head is looked at along the directions that matter: the
classes that the pool is in doubt about most, times the features that vary most.  Nothing is lost where C - 1 times D
fits, since J says nothing along (1, ..., 1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

_CELLS = 1 << 18  # of a block in float64: two megabytes


@dataclass(frozen=True)
class Sketch:
    """classes (C, r) and features (D, d), orthonormal columns: weights are looked at along their products."""

    classes: np.ndarray
    features: np.ndarray

    @property
    def size(self) -> int:
        return self.classes.shape[1] * self.features.shape[1]

    def doubt(self, probs: np.ndarray) -> np.ndarray:
        """J along the classes.  (n, C) -> (n, r, r)."""
        u = self.classes
        along = probs @ u
        pairs = (u[:, :, None] * u[:, None, :]).reshape(len(u), -1)
        return np.asarray((probs @ pairs).reshape(len(probs), *2 * u.shape[1:]) - along[:, :, None] * along[:, None, :])

    def doubt_squared(self, probs: np.ndarray) -> np.ndarray:
        """J J along the classes: how far each probability moves with the scores.  (n, C) -> (n, r, r)."""
        moved = probs[:, :, None] * self.classes - probs[:, :, None] * (probs @ self.classes)[:, None, :]
        return np.asarray(moved.transpose(0, 2, 1) @ moved)

    def parts(self, probs: np.ndarray, embeddings: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Blocks of rows with their predictions and their features along the sketch, in float64."""
        r, d = self.classes.shape[1], self.features.shape[1]
        step = max(1, _CELLS // max(d * d if r * r > d else d, r * r, len(self.classes) * r, len(self.features)))
        for rows in (slice(i, i + step) for i in range(0, len(probs), step)):
            yield rows, probs[rows].astype(np.float64), embeddings[rows].astype(np.float64) @ self.features


def sketch(probs: np.ndarray, embeddings: np.ndarray, dims: int) -> Sketch:
    """At most `dims` directions of the head for a pool.  probs (N, C), embeddings (N, D), N >= 1.

    sqrt(dims) directions of the classes at most, or as many as there are, and the rest for the features: the leading
    eigenvectors of the mean of J, and of the mean of h h'.
    """
    r = max(1, min(probs.shape[1] - 1, int(dims**0.5)))
    d = max(1, min(embeddings.shape[1], dims // r))
    second = _gram(probs) / len(probs)
    mean = np.diag(probs.mean(0, dtype=np.float64)) - second
    return Sketch(_leading(mean, r), _leading(_gram(embeddings), d))


def _gram(a: np.ndarray) -> np.ndarray:
    """a' a in float64, in blocks.  (N, D) -> (D, D)."""
    out, step = np.zeros((a.shape[1], a.shape[1])), max(1, _CELLS // max(a.shape[1], 1))
    for i in range(0, len(a), step):
        block = a[i : i + step].astype(np.float64)
        out += block.T @ block
    return out


def _leading(matrix: np.ndarray, count: int) -> np.ndarray:
    """The eigenvectors of the largest eigenvalues; all of them are but a turn, which is left out.  (D, count)."""
    from scipy.linalg import eigh

    size = len(matrix)
    return np.eye(size) if count >= size else np.asarray(eigh(matrix, subset_by_index=(size - count, size - 1))[1])


def summed(blocks: np.ndarray, z: np.ndarray) -> np.ndarray:
    """sum_n B_n (x) z_n z_n'.  (n, r, r), (n, d) -> (r d, r d)."""
    (n, d), r = z.shape, blocks.shape[1]
    if r * r > d:  # few features: their squares are fewer than the blocks times the features
        flat = blocks.reshape(n, -1).T @ (z[:, :, None] * z[:, None, :]).reshape(n, -1)
        return np.asarray(flat.reshape(r, r, d, d).transpose(0, 2, 1, 3).reshape(r * d, r * d))
    out = np.empty((r, d, r, d))
    for i, j in product(range(r), range(r)):
        out[i, :, j] = (z * blocks[:, i, j, None]).T @ z
    return out.reshape(r * d, r * d)


def within(matrix: np.ndarray, z: np.ndarray, r: int) -> np.ndarray:
    """(I (x) z)' M (I (x) z) for each row: what M is to the classes there.  (r d, r d), (n, d) -> (n, r, r)."""
    n, d = z.shape
    parts = matrix.reshape(r, d, r, d)
    if r * r > d:
        flat = parts.transpose(1, 3, 0, 2).reshape(d * d, r * r)
        return np.asarray(((z[:, :, None] * z[:, None, :]).reshape(n, -1) @ flat).reshape(n, r, r))
    out = np.empty((n, r, r))
    for i, j in product(range(r), range(r)):
        out[:, i, j] = np.einsum("nd,nd->n", z @ parts[i, :, j], z)
    return out


def information(made: Sketch, probs: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
    """The sum of J (x) h h' over rows, along the sketch.  (N, C), (N, D) -> (size, size)."""
    out = np.zeros((made.size, made.size))
    for _, p, z in made.parts(probs, embeddings):
        out += summed(made.doubt(p), z)
    return out


def hessian_times(probs: np.ndarray, h: np.ndarray, ridge: float, v: np.ndarray) -> np.ndarray:
    """(mean of J (x) h h' + ridge I) V, nothing sketched.  probs (L, C), h (L, D), V (C, D) -> (C, D)."""
    a = h @ v.T
    a = probs * (a - np.einsum("lc,lc->l", probs, a)[:, None])
    return np.asarray(a.T @ h / len(h) + ridge * v)


def hessian_solve(probs: np.ndarray, h: np.ndarray, ridge: float, b: np.ndarray, steps: int = 300) -> np.ndarray:
    """The V with (mean of J (x) h h' + ridge I) V = B by conjugate gradients, to ten digits.  B (C, D) -> (C, D)."""
    v, rest = np.zeros_like(b), b.copy()
    way, now = rest.copy(), float((rest * rest).sum())
    enough = 1e-20 * now
    for _ in range(steps):
        if now <= enough:
            break
        moved = hessian_times(probs, h, ridge, way)
        step = now / float((way * moved).sum())
        v, rest = v + step * way, rest - step * moved
        before, now = now, float((rest * rest).sum())
        way = rest + (now / before) * way
    return v


def even(values: np.ndarray) -> np.ndarray:
    """Rounded to a billionth of the largest, so that what differs by the order of a sum ties.  (N,) -> (N,) >= 0."""
    grain = 1e-9 * float(values.max(initial=0.0)) or 1.0
    return np.maximum(np.round(values / grain) * grain, 0.0)
