"""How well a class would still be ranked without the sample."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from askance.strategy import Utility, strategy


@strategy(
    "Wang et al. 2018 (IJCAI), Uncertainty sampling for action recognition via maximizing expected average precision",
    local=False,
    fails={"certain_is_worth_nothing": "where all is sure, any rest is ranked with precision 1"},
    cost="O(C N log N)",
)
def expected_average_precision(probs) -> Utility:
    """Expected average precision of the pool without the sample.  probs (N, C) -> (N,) in [0, 1].

    The mean over the classes; for each the others are ranked by its probability, and relevant with it independently.
    Of two classes, samples in doubt hurt the ranking most, and the pool is best off without them.  This is the paper's
    formula as scikit-activeml has it, divided by C.  The usual recurrence takes O(N^2) a sample and class.  Here the
    expectation of a ratio of counts is an integral of generating functions over [0, 1], in which leaving one out is a
    division.
    """
    out = np.zeros(len(probs))
    for column in np.asarray(probs, np.float64).T:
        out += without_each(column)
    # What is equal but for the order of a sum is a tie.
    return np.clip(np.round(out / max(probs.shape[1], 1), 11), 0.0, 1.0)


def without_each(p: np.ndarray) -> np.ndarray:
    """Expected average precision of all the others, for each in turn.  p (N,) chances of being relevant -> (N,).

    With ranks k by falling p, weights w = p / (1 - p + p t), and G the product of 1 - p + p t, the expectation of all
    is the integral of G sum_k w_k / k (1 + t sum_{l < k} w_l).  Without j, G is divided by its factor, those behind it
    move up one rank, and its weight is missing from their sums.
    """
    order = np.argsort(-p, kind="stable")
    q, rank = p[order], np.arange(1.0, len(p) + 1)
    up = np.maximum(rank - 1.0, 1.0)  # the first of all is behind nobody
    total = np.zeros(len(p))
    for t, share in nodes(float(q.sum())):
        factor = 1.0 - q * (1.0 - t)
        w = q / factor
        term = w * (1.0 + t * (np.cumsum(w) - w))
        before = np.cumsum(term / rank) - term / rank
        after, weight = _beyond(term / up), _beyond(w / up)
        total += share * np.exp(np.log(factor).sum()) / factor * (before + after - t * w * weight)
    out = np.empty(len(p))
    out[order] = total
    return out


def _beyond(a: np.ndarray) -> np.ndarray:
    """The sum of all that come after."""
    return a[::-1].cumsum()[::-1] - a


def nodes(relevant: float, degree: int = 8) -> Iterator[tuple[float, float]]:
    """Gauss-Legendre points and weights on [0, 1], on panels that double away from 1, where all the mass is.

    The integrand falls off as exp(-relevant (1 - t)); what lies beyond 64 times that scale is below e^-64.
    """
    points, weights = np.polynomial.legendre.leggauss(degree)
    scale = 1.0 / (1.0 + relevant)
    edges = np.minimum(scale * np.array([0.0, 1, 2, 4, 8, 16, 32, 64]), 1.0)
    for low, high in pairwise(edges):
        if high > low:
            half = (high - low) / 2
            yield from zip(1.0 - (low + half + half * points), half * weights, strict=True)
