"""BEMPS: how much a label is expected to raise the proper scores of the predictions over the pool."""

import numpy as np

from askance import ops
from askance.strategies.committee.consensus_entropy import consensus
from askance.strategies.committee.epig import at_random
from askance.strategy import Utility, Vectors, recipe, strategy

PAPER = "Tan, Du & Buntine 2021, arXiv:2110.14171"


@strategy(PAPER, local=False, cost="O(N S^2 C)")
def core_mse(members) -> Utility:
    """Expected gain of the Brier score over the pool, were the sample's label known.  members (N, S, C) -> (N,) >= 0.

    A label weighs the members by Bayes' rule, which moves what they say on average of every other sample; the squared
    length of the move is the gain.  It is linear in the inner products of what the members say there, so the whole
    pool, which the paper samples, is taken into account at no more cost.
    """
    pool = _products(members).sum(0) / max(len(members), 1)
    return np.round(_changes(members, pool), 9)  # equal but for the order of a sum is a tie


@strategy(PAPER, part=True, local=False, bounds={"targets": (1, None)}, cost="O(N S^2 (C + targets))")
def score_changes(members, ids, seed, *, targets=32) -> Vectors:
    """How a sample's label would change the Brier score of each of the targets, drawn from the pool.

    members (N, S, C) -> (N, targets), each >= 0: samples whose labels teach the same lie together.
    """
    return _changes(members, _products(members[at_random(ids, seed, targets)]).T)


def _changes(members: np.ndarray, products: np.ndarray) -> np.ndarray:
    """members (N, S, C), products (S^2,) or (S^2, T) -> (N,) or (N, T).

    The weights of the members after label y are p_s(y) / mean(y), so the expected square of a move is the trace of the
    products and of sum_y (p(y) - mean(y)) (p(y) - mean(y))' / mean(y).
    """
    out = np.zeros((len(members), *products.shape[1:]))
    for rows in ops.blocks(members, scratch=3):
        said = members[rows].astype(np.float64)
        mean = consensus(said)[:, None]
        away = said - mean
        scaled = np.divide(away, mean, out=np.zeros_like(away), where=mean > 0)
        out[rows] = (away @ scaled.transpose(0, 2, 1)).reshape(len(said), -1) @ products
    return np.maximum(out, 0.0)


def _products(members: np.ndarray) -> np.ndarray:
    """Inner products of what every two members say of a sample, over S^2.  (T, S, C) -> (T, S^2)."""
    out = np.empty((len(members), members.shape[1] ** 2))
    for rows in ops.blocks(members, scratch=2):
        said = members[rows].astype(np.float64) / members.shape[1]
        out[rows] = (said @ said.transpose(0, 2, 1)).reshape(len(said), -1)
    return out


recipe(
    "core_log",
    "epig(targets=targets)",
    paper=PAPER,
    doc="Expected gain of the log score over a random sample of the pool, were the sample's label known, in nats: the "
    "same number as `epig`.  members (N, S, C) -> (N,) in [0, bald].",
    module=__name__,
    cost="O(N S min(targets C, states))",
    targets=100,
    bounds={"targets": (1, None)},
)

recipe(
    "bemps",
    "score_changes(targets=targets) | core_mse | top(x=x) | kmeans",
    paper=PAPER,
    doc="Bayesian estimate of mean proper scores, in batches: of the x * k samples that raise the Brier score most, "
    "one from each of k clusters of what they would change.  members (N, S, C) -> k rows.",
    module=__name__,
    cost="O(N S^2 (C + targets))",
    x=10,
    targets=32,
    bounds={"x": (1, None), "targets": (1, None)},
)
