"""DropQuery: samples whose predicted class does not survive the loss of some features, spread out by k-means."""

import numpy as np

from askance import ops
from askance.strategy import Picks, Utility, Vectors, recipe, strategy

PAPER = "Gupte et al. 2024, arXiv:2401.14555"
ROWS = 1 << 14
FLOOR = 1e-6  # probability; what is ruled out altogether has no finite logit
DRAW = 8200


@strategy(
    PAPER,
    part=True,
    local=False,
    bounds={"passes": (1, None), "rate": (0.0, 0.999)},
    cost="O(N D (D + passes C))",
)
def dropout_flips(probs, embeddings, ids, seed, *, passes=3, rate=0.75) -> Utility:
    """The share of the passes, each with features dropped at `rate`, that predict another class than all features do.

    probs (N, C), embeddings (N, D) -> (N,) in [0, 1].  The head is read off the signals, so any learner will do: see
    `linear_head`.
    """
    head, shift = linear_head(probs, embeddings)
    out = np.empty(len(embeddings))
    for start in range(0, len(embeddings), ROWS):
        rows = slice(start, start + ROWS)
        x = embeddings[rows].astype(np.float64)
        plain = (x @ head + shift).argmax(1)
        kept = [x * (thrown(ids[rows], x.shape[1], seed, turn) >= rate) for turn in range(passes)]
        out[rows] = np.mean([((left / (1.0 - rate)) @ head + shift).argmax(1) != plain for left in kept], axis=0)
    return out


def thrown(ids: np.ndarray, features: int, seed: int, turn: int) -> np.ndarray:
    """Uniform noise for every sample and feature.  -> (n, D) in (0, 1)."""
    draws = [ops.noise(seed, ids, DRAW + turn * features + d) for d in range(features)]
    return np.stack(draws, 1) if draws else np.zeros((len(ids), 0))


def linear_head(probs: np.ndarray, embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The linear map of the embeddings that gives the logits, by least squares.  -> (D, C), (C,).

    Logits are the log-probabilities less their mean.  For a softmax on a linear head of these very embeddings that is
    the head itself; for any other model the nearest linear one, fitted best where the model is in doubt.
    """
    d, classes = embeddings.shape[1], probs.shape[1]
    square, cross = np.zeros((d + 1, d + 1)), np.zeros((d + 1, classes))
    for start in range(0, len(probs), ROWS):
        p = probs[start : start + ROWS].astype(np.float64)
        x = np.column_stack([embeddings[start : start + ROWS], np.ones(len(p))])
        logits = np.log(np.maximum(p, FLOOR))
        weighted = x * (1.001 - np.einsum("nc,nc->n", p, p))[:, None]
        square += weighted.T @ x
        cross += weighted.T @ (logits - logits.mean(1, keepdims=True))
    both = np.linalg.pinv(square, rcond=1e-10, hermitian=True) @ cross
    return both[:-1], both[-1]


@strategy(PAPER, part=True, bounds={"x": (1, None)}, cost="O(N)")
def over_half(utility, ids, k, seed, *, x=25) -> Picks:
    """All whose utility is above one half, or the x * k best if that is more.  utility (N,) -> (m,) rows."""
    return ops.top(utility, ids, max(int((utility > 0.5).sum()), x * k), seed)


@strategy("-", part=True, cost="O(N D)")
def unit_length(vectors) -> Vectors:
    """Vectors scaled to length 1, so that only their direction counts; none of no length.  vectors (N, D) -> (N, D)."""
    length = np.sqrt(vectors.norms)
    return vectors.array() / np.where(length > 0, length, 1.0)[:, None]


recipe(
    "dropquery",
    "dropout_flips(passes=passes, rate=rate) | over_half(x=x) | unit_length | kmeans",
    paper=PAPER,
    doc="DropQuery: of the samples whose prediction flips in most of the passes with features dropped, at least x * k, "
    "the distinct one nearest to each of k centres, by direction.  probs (N, C), embeddings (N, D) -> k rows.",
    module=__name__,
    cost="O(N D (D + passes C) + I x k^2 D)",
    passes=3,
    rate=0.75,
    x=25,
    bounds={"passes": (1, None), "rate": (0.0, 0.999), "x": (1, None)},
)
