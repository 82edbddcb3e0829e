"""ACS-FW: the batch whose labels would move the model as those of the whole pool would."""

from collections.abc import Iterator

import numpy as np

from askance import ops
from askance.strategies.committee.consensus_entropy import consensus
from askance.strategy import Greedy, Vectors, recipe, strategy

PAPER = "Pinsler et al. 2019, arXiv:1908.02144"
NEAR = 1e-6
LEAST = 1e-6  # probability; what a member rules out may cost no more than 13.8 nats


@strategy(PAPER, part=True, cost="O(N S C)")
def log_likelihoods(members) -> Vectors:
    """What each member makes of the label that the committee expects, over sqrt(S).  members (N, S, C) -> (N, S).

    The expected log-likelihood of the label plus its entropy, so 0 where members agree: minus the divergence of the
    member from the mean, in nats.  Inner products are those of the paper, by random projection on the members.
    """
    mean = consensus(members)
    said = np.einsum("nsc,nc->ns", np.log(np.maximum(members, LEAST)), mean)
    agreed = np.einsum("nc,nc->n", np.log(np.maximum(mean, LEAST)), mean)
    return (said - agreed[:, None]) / np.sqrt(members.shape[1])


@strategy(PAPER, part=True, lockstep=False, cost="O(k N D)")
def frank_wolfe(vectors, ids) -> Greedy:
    """The sample whose vector points most along what is missing from the sum of all.  vectors (N, D) -> (N,) a pick.

    The score is (1 + cosine) / 2, in [0, 1].  The picks' vectors, weighted by the line search of Frank & Wolfe 1956,
    approach the sum over the pool.  Steps that fall on a sample picked before cost no pick; of those there are at most
    as many between two picks as there are picks.  When the sum is met, the search begins anew among what is left.
    """
    goal, lengths, free = _sum(vectors), np.sqrt(vectors.norms.astype(np.float64)), np.ones(len(ids), bool)
    made, corners = np.zeros_like(goal), np.zeros((0, len(goal)))
    while True:
        scores = _along(vectors, goal - made, lengths)
        for _ in corners:
            again = _along(ops.Dense(corners), goal - made, np.linalg.norm(corners, axis=1))
            if again.max() <= scores[free].max(initial=0.0):
                break
            made = _stepped(goal, made, corners[again.argmax()])
            scores = _along(vectors, goal - made, lengths)
        pick = yield scores
        free[ids == pick.get("ids")[0]] = False
        one = np.asarray(pick.get("vectors").array(), np.float64)
        if one.any():
            corners = np.concatenate([corners, one * (lengths.sum() / np.linalg.norm(one))])
            made = _stepped(goal, made, corners[-1])
        if np.linalg.norm(goal - made) <= NEAR * np.linalg.norm(goal):
            made, corners = np.zeros_like(goal), corners[:0]


def _pieces(vectors: ops.Dense | ops.Outer, cells: int = 1_000_000) -> Iterator[np.ndarray]:
    """The rows, a block at a time; those of a product are only ever built so."""
    width = vectors[:1].array().shape[1] if len(vectors) else 1
    step = max(1, cells // max(1, width))
    for start in range(0, len(vectors), step):
        yield vectors[start : start + step].array()


def _sum(vectors: ops.Dense | ops.Outer) -> np.ndarray:
    sums = [piece.sum(0, dtype=np.float64) for piece in _pieces(vectors)]
    return np.sum(sums, 0) if sums else np.zeros(0)


def _along(vectors: ops.Dense | ops.Outer, missing: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """(1 + cosine) / 2 of every vector and what is missing; 0 for a vector of no length."""
    dots = np.concatenate([*(piece @ missing for piece in _pieces(vectors)), lengths[:0]])
    most = lengths * np.linalg.norm(missing)
    cosine = np.divide(dots, most, out=np.full(len(lengths), -1.0), where=most > 0)
    return np.round((1.0 + np.clip(cosine, -1.0, 1.0)) / 2.0, 7)  # what is equal but for the order of a sum is a tie


def _stepped(goal: np.ndarray, made: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """As far towards the corner as brings the sum closest to the goal."""
    way = corner - made
    share = way @ (goal - made) / max(way @ way, np.finfo(float).tiny)
    return made + np.clip(share, 0.0, 1.0) * way


recipe(
    "acs_fw",
    "log_likelihoods | frank_wolfe",
    paper=PAPER,
    doc="Active Bayesian core-set by Frank-Wolfe: the batch whose expected log-likelihoods, weighted, are those of the "
    "whole pool as seen by the members.  members (N, S, C) -> k rows.",
    module=__name__,
    cost="O(N S C + k N S)",
)
