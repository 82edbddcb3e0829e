"""ALC: the batch after which a Gaussian process is least unsure over the pool."""

import numpy as np

from askance import ops
from askance.ops.lazy import first
from askance.strategies.hybrid.bait import FAILS
from askance.strategy import Picks, recipe, strategy

PAPER = "Cohn, Ghahramani & Jordan 1996, arXiv:cs/9603104; Seo et al. 2000"
BOUNDS = {"width": (1e-3, None), "noise": (1e-6, None), "targets": (1, None)}
DRAW = 6200  # of the targets
CELLS = 1 << 20  # of a block of the kernel


@strategy(PAPER, bounds=BOUNDS, cost="O(k N (L D + targets) + L^3)")
def alc(vectors, reference, ids, k, seed, *, width=1.0, noise=0.1, targets=256) -> Picks:
    """Greedy maximum of the fall of the posterior variance, summed over a sample of the pool.  (N, D) -> rows.

    The fall by a label at x is sum_e cov(e, x)^2 / (var(x) + noise): it takes no labels, only where they are.  The
    kernel is exp(-d^2 / 2 l^2) with l = width times the median distance between the `targets` e, which are drawn by
    their ids; noise is a share of the prior variance.  What was picked conditions what is picked next.
    """
    if not len(ids):
        return np.arange(0)
    rows = vectors.array().astype(np.float64)
    known = np.zeros((0, rows.shape[1])) if reference is None else reference.array().astype(np.float64)
    at = np.sort(ops.top(ops.noise(seed, ids, DRAW), ids, targets, seed))
    belief = Belief(rows, known, rows[at], width * middling(rows[at]), noise)
    tie = ops.noise(seed, ids)
    free = np.ones(len(ids), bool)
    taken: list[int] = []
    for _ in range(min(k, len(ids))):
        gains = belief.gains()
        grain = 1e-9 * gains.max(initial=0.0) or 1.0  # what is equal but for rounding goes by the tie
        taken.append(first(np.where(free, np.round(gains / grain), -np.inf), tie))
        free[taken[-1]] = False
        belief.told(taken[-1])
    return np.array(taken, np.int64)


recipe(
    "alc_linear",
    "least_trace(ridge=ridge, oversample=1)",
    paper="Cohn, Ghahramani & Jordan 1996, arXiv:cs/9603104; I-optimal design",
    doc="ALC of Bayesian linear regression: the greedy batch after which the variance of the prediction, averaged over "
    "the whole pool, is least.  embeddings (N, D) -> k rows.",
    module=__name__,
    cost="O(k N D + N D^2 + D^3)",
    ridge=1.0,
    bounds={"ridge": (1e-9, None)},
    fails=FAILS,
)


class Belief:
    """A Gaussian process of prior variance 1, told of where labels are.

    cov (N, T) posterior covariance of every row with every target; var (N,) of every row
    """

    def __init__(self, rows: np.ndarray, known: np.ndarray, targets: np.ndarray, length: float, noise: float):
        self.rows, self.known, self.length, self.noise = rows, known, length, noise
        prior = self._kernel(known, known)
        prior[np.diag_indices_from(prior)] += noise
        self.inverse = np.linalg.inv(prior)
        del prior
        self.cov, self.var = np.empty((len(rows), len(targets))), np.empty(len(rows))
        told = self.inverse @ self._kernel(known, targets)
        for part in self._parts():
            near = self._kernel(rows[part], known)
            self.cov[part] = self._kernel(rows[part], targets) - near @ told
            self.var[part] = 1.0 - np.einsum("nl,nl->n", near @ self.inverse, near)
        self.steps: list[np.ndarray] = []  # (N,) each: by what the picks have lowered the covariances

    def gains(self) -> np.ndarray:
        """(N,) >= 0."""
        return np.einsum("nt,nt->n", self.cov, self.cov) / (np.maximum(self.var, 0.0) + self.noise)

    def told(self, row: int) -> None:
        """Of a label at this row: a change of rank one."""
        step = self._with(row) / np.sqrt(max(float(self.var[row]), 0.0) + self.noise)
        to_targets = self.cov[row] / np.sqrt(max(float(self.var[row]), 0.0) + self.noise)
        for part in self._parts():
            self.cov[part] -= np.outer(step[part], to_targets)
        self.var = self.var - step**2
        self.steps.append(step)

    def _with(self, row: int) -> np.ndarray:
        """Posterior covariance of every row with this one.  -> (N,)."""
        one = self.rows[row : row + 1]
        told = self.inverse @ self._kernel(self.known, one)[:, 0]
        out = np.empty(len(self.rows))
        for part in self._parts():
            out[part] = self._kernel(self.rows[part], one)[:, 0] - self._kernel(self.rows[part], self.known) @ told
        for step in self.steps:
            out -= step * step[row]
        return out

    def _parts(self) -> list[slice]:
        step = max(1, CELLS // max(len(self.known), self.cov.shape[1], 1))
        return [slice(i, i + step) for i in range(0, len(self.rows), step)]

    def _kernel(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        out = ops.vectors.gaps(ops.Dense(a), ops.Dense(b))
        out /= -2.0 * self.length**2
        return np.exp(out, out=out)  # in place: with thousands of labels these are the largest arrays there are


def middling(rows: np.ndarray) -> float:
    """The median distance between different rows; 1 where there is none."""
    squared = ops.vectors.gaps(ops.Dense(rows), ops.Dense(rows))
    apart = squared[squared > 0.0]
    return float(np.sqrt(np.median(apart))) if len(apart) else 1.0
