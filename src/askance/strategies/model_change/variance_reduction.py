"""Optimal designs: the label that makes the head's predictions, or its weights, most certain."""

import numpy as np

from askance.ops import fisher
from askance.signals import Signals, check_names, check_values
from askance.strategy import Utility, strategy

NEEDS = frozenset({"probs", "embeddings"})
BOUNDS = {"ridge": (1e-9, None), "dims": (1, None)}
COST = "O(N dims^2 + dims^3), and O(N D^2 + D^3) where there are more weights"


@strategy("Cohn 1996, doi:10.1016/0893-6080(95)00137-9; Schein & Ungar 2007", local=False, bounds=BOUNDS, cost=COST)
def variance_reduction(probs, embeddings, labeled, pending, *, ridge=1.0, dims=256) -> Utility:
    """A-optimal: by how much a label lowers the variance of the probabilities, summed over the pool.  -> (N,) >= 0.

    probs (N, C), embeddings (N, D), labeled and pending with the same.  The variance is tr(A F^-1): F = ridge t I plus
    the Fisher information of known samples (a label's value is nothing to it, so pending ones count), A = mean of
    J J (x) h h', J = diag(p) - p p'; t is the mean information of a sample for one of the (C - 1) D weights, so that
    `ridge` means the same at any scale.
    Exact up to (C - 1) D = dims and C - 1 = sqrt(dims); above that the head is looked at along the sqrt(dims)
    directions of the classes in most doubt, and as many of the features, those that vary most, as there is room for.
    """
    return designed(probs, embeddings, known(labeled, pending, "variance_reduction"), ridge, dims, "probabilities")


@strategy("Zhang & Oles 2000 (ICML); Hoi et al. 2006", local=False, bounds=BOUNDS, cost=COST)
def fisher_ratio(probs, embeddings, labeled, pending, *, ridge=1.0, dims=256) -> Utility:
    """By how much a label lowers tr(A F^-1) with A the mean Fisher information of the pool.  -> (N,) >= 0.

    Half of tr(A F^-1) is, to first order, the log loss that is to be expected over the pool on top of the least there
    can be.  For the rest it is `variance_reduction`; `bait` is its batch, greedy, in the binary form.
    """
    return designed(probs, embeddings, known(labeled, pending, "fisher_ratio"), ridge, dims, "losses")


@strategy("Fedorov 1972; for the softmax: Schein & Ungar 2007", local=False, bounds=BOUNDS, cost=COST)
def d_optimal(probs, embeddings, labeled, pending, *, ridge=1.0, dims=256) -> Utility:
    """By how much a label raises log det F, in nats: what it tells of the weights.  -> (N,) >= 0.

    F and the rest are those of `variance_reduction`; the pool does not count, so stray samples are what it likes best.
    """
    return designed(probs, embeddings, known(labeled, pending, "d_optimal"), ridge, dims, "weights")


def known(labeled: Signals | None, pending: Signals | None, who: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """(probs, embeddings) of what is known, checked."""
    parts = [p for p in (labeled, pending) if p is not None and len(p)]
    for part in parts:
        check_names(part, NEEDS, who, "the known samples have")
        check_values(part, NEEDS)
    return [(part["probs"], part["embeddings"]) for part in parts]


def designed(probs, embeddings, known, ridge: float, dims: int, of: str) -> np.ndarray:
    """The gain of each row in what is wanted `of`: the probabilities, the losses or the weights.  -> (N,) >= 0."""
    if not len(probs):
        return np.zeros(0)
    made = fisher.sketch(probs, embeddings, dims)
    wanted, scale = _pool(made, probs, embeddings, of)
    if scale <= 0.0:  # nothing is in doubt anywhere
        return np.zeros(len(probs))
    information = ridge * scale * np.eye(made.size)
    for p, h in known:
        information += fisher.information(made, p, h)
    inverse = np.linalg.inv(information)
    middle = inverse @ wanted @ inverse
    out, eye = np.empty(len(probs)), np.eye(made.classes.shape[1])
    for rows, p, z in made.parts(probs, embeddings):
        doubt = made.doubt(p)
        more = eye + doubt @ fisher.within(inverse, z, len(eye))
        if of == "weights":
            out[rows] = np.linalg.slogdet(more)[1]
        else:  # Woodbury, with the half of J on either side multiplied out
            less = np.linalg.solve(more, doubt @ fisher.within(middle, z, len(eye)))
            out[rows] = np.trace(less, axis1=1, axis2=2)
    return fisher.even(out)


def _pool(made: fisher.Sketch, probs, embeddings, of: str) -> tuple[np.ndarray, float]:
    """What is summed over the pool, its mean, (size, size); and the mean information a weight of the head."""
    wanted, scale = np.zeros((made.size, made.size)), 0.0
    for _, p, z in made.parts(probs, embeddings):
        doubt = made.doubt(p)
        scale += float(np.trace(doubt, axis1=1, axis2=2) @ np.einsum("nd,nd->n", z, z))
        if of != "weights":
            wanted += fisher.summed(made.doubt_squared(p) if of == "probabilities" else doubt, z)
    return wanted / len(probs), scale / (len(probs) * max(1, probs.shape[1] - 1) * embeddings.shape[1])
