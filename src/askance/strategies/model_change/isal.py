"""ISAL: the sample that would lower the loss most, by influence functions of the last layer."""

import numpy as np

from askance.ops import fisher
from askance.strategies.model_change.answers import COLUMNS, alignment, answered
from askance.strategy import Utility, strategy


@strategy(
    "Liu et al. 2021, arXiv:2108.09331; Koh & Liang 2017, arXiv:1703.04730",
    local=False,
    labelled=True,
    bounds={"ridge": (1e-9, None)},
    fails={
        "names_of_classes_are_irrelevant": COLUMNS,
        "cost_counts": "a sample that would raise the loss is worth 0, which is no more per cost if it is cheap",
    },
    cost="O(N C D + steps L C D)",
)
def isal(probs, embeddings, labeled, labels, learner, *, ridge=0.01) -> Utility:
    """By how much the reference loss falls a unit of weight on the sample, g_ref' H^-1 g_x; 0 where it rises.  -> (N,).

    probs (N, C), embeddings (N, D), both of the labelled too.  g_x = (p - e_y) x h with y the likeliest class (expected
    over p it would be 0), g_ref the mean gradient on the labelled samples, which are the reference set; H is the mean
    Hessian on them plus ridge t I, t the mean of |h|^2 / D, solved by conjugate gradients: no matrix is made.
    """
    if probs.shape[1] < 2 or not len(probs):
        return np.zeros(len(probs))
    p, h, given = answered(labeled, labels, probs.shape[1], learner, "isal")
    return fisher.even(influence(probs, embeddings, p, h, given, ridge * float((h * h).mean())))


def influence(probs, embeddings, p, h, given, ridge: float) -> np.ndarray:
    """The same with everything decided, and of either sign.  p (L, C), h (L, D), given (L, C) -> (N,)."""
    push = (p - given).T @ h / len(h)
    if ridge <= 0.0 or not push.any():
        return np.zeros(len(probs))
    return alignment(probs, embeddings, fisher.hessian_solve(p, h, ridge, push))
