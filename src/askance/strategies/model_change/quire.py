"""QUIRE: informative and representative at once, by the worst label a sample might have."""

import numpy as np

from askance.errors import MissingSignal
from askance.ops import coverage
from askance.ops.fisher import even
from askance.ops.vectors import Dense, gaps
from askance.signals import check_names, check_values
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategy import Utility, strategy

NEEDS = frozenset({"embeddings"})
_CELLS = 1_000_000  # of a block of kernel values


@strategy(
    "Huang, Jin & Zhou 2010 (NIPS)",
    local=False,
    labelled=True,
    bounds={"ridge": (1e-9, None), "h": (0.0, None)},
    cost="O(N L (D + L) + L^3)",
)
def quire(embeddings, labeled, labels, ids, seed, *, ridge=1.0, h=0.0) -> Utility:
    """v / (1 + |f|)^2 for two classes: large where a label is open and tells of much.  -> (N,) in (0, 1 + ridge].

    embeddings (N, D), of the labelled as well.  f and v are mean and variance, with the noise, of kernel regression on
    the labelled; K is exp(-(d / h)^2), h: 0 takes 0.7 times the median distance.  It ranks as the paper's objective,
    max over y_s, min over real y_u, of y' (K + ridge I)^-1 y: the minimum over the other unlabelled is a Schur
    complement in which they cancel, so it is exact for a pool of any size and no N x N is made.  More classes: one
    against the rest, the mean over the classes, at the worst label that the sample might have.
    """
    if not len(embeddings):
        return np.zeros(0)
    check_names(labeled, NEEDS, "quire", "the labelled samples have")
    check_values(labeled, NEEDS)
    pool, near = Dense(embeddings), Dense(labeled["embeddings"]).double()
    like = coverage.rbf(h or bandwidth(pool, ids, seed))
    return even(1.0 / objective(pool, near, signs(labels), like, ridge))


def signs(labels: np.ndarray | None) -> np.ndarray:
    """+1 for a sample's own class and -1 for the others.  (L,) -> (L, C); where one alone was seen, it and the rest."""
    if labels is None:
        raise MissingSignal("quire needs the labels of the labelled samples; pass labels=, one for each")
    y = np.where(np.unique(labels)[None, :] == np.asarray(labels)[:, None], 1.0, -1.0)
    return y if y.shape[1] > 1 else np.hstack([y, -y])


def objective(pool: Dense, near: Dense, y: np.ndarray, like: coverage.Likeness, ridge: float) -> np.ndarray:
    """What the sample's worst label adds to y' (K + ridge I)^-1 y, the mean over the columns of y.  -> (N,) > 0."""
    from scipy.linalg import cho_factor, cho_solve, solve_triangular

    factor = cho_factor(like(gaps(near, near)) + ridge * np.eye(len(near)), lower=True)
    weights = cho_solve(factor, y)
    out = np.empty(len(pool))
    step = max(1, _CELLS // len(near))
    for rows in (slice(i, i + step) for i in range(0, len(pool), step)):
        between = like(gaps(pool[rows].double(), near))
        shadow = solve_triangular(factor[0], between.T, lower=True, check_finite=False)
        variance = 1.0 + ridge - np.einsum("ln,ln->n", shadow, shadow)
        said = between @ weights
        worst = ((1.0 + said) ** 2).mean(1) - 4.0 * said.min(1) / y.shape[1]
        out[rows] = worst / variance
    return out
