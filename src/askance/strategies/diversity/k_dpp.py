"""k-DPP: a batch drawn at random, by how large a volume its samples span."""

import numpy as np

from askance import ops
from askance.strategy import Picks, strategy

DRAW = 6100  # of the directions, and then of the rows
RANK = 1e-9  # of the largest eigenvalue; what is below is none


@strategy(
    "Kulesza & Taskar 2011 (ICML), k-DPPs; Kulesza & Taskar 2012, arXiv:1207.6083 (dual sampling)",
    fails={
        "spreads_a_batch": "it is a random draw, and its kernel has no more directions than there are features",
        "not_worse_than_random": "-.012 ± .006 on cancer: long vectors are likelier, and those are far from the crowd",
    },
    cost="O(N D (D + k) + D^3)",
)
def k_dpp(embeddings, utility, ids, k, seed, *, weighted=False) -> Picks:
    """k rows with probability in the determinant of their inner products.  embeddings (N, D) -> (min(k, N),) rows.

    An exact draw, by the D x D dual of the kernel: the likelier, the longer and the less alike they are.  Only up to D
    rows can span a volume; for more it is drawn anew from the rest.  weighted: rows count times their utility.  Where
    only directions should count, scale the embeddings to length 1.  `log_det` gives the most probable batch instead.
    """
    rows = embeddings * utility[:, None] if weighted else embeddings
    free, picks = np.arange(len(ids)), np.zeros(0, np.int64)
    while len(picks) < min(k, len(ids)):
        new = drawn(rows[free], ids[free], min(k, len(ids)) - len(picks), seed, DRAW + len(picks))
        picks = np.concatenate([picks, free[new]])
        free = np.delete(free, new)
    return picks


def drawn(rows: np.ndarray, ids: np.ndarray, k: int, seed: int, draw: int) -> np.ndarray:
    """One draw of k rows, or of as many as there are directions.  rows (n, D) -> (m,), m >= 1; equals are as likely."""
    square = np.zeros((rows.shape[1], rows.shape[1]))
    for part in ops.blocks(rows, scratch=2):
        block = rows[part].astype(np.float64)
        square += block.T @ block
    values, vectors = np.linalg.eigh(square)
    real = values > RANK * max(float(values.max(initial=0.0)), 1e-300)
    if not real.any():
        return np.argsort(ops.noise(seed, ids))[:k]
    chosen = directions(values[real], min(k, int(real.sum())), seed, draw)
    axes = vectors[:, real][:, chosen] / np.sqrt(values[real][chosen])
    return spanned(rows, axes, ids, seed, draw)


def directions(values: np.ndarray, k: int, seed: int, draw: int) -> np.ndarray:
    """Which k eigenvectors: sets of k are as likely as the product of their eigenvalues.  (D,) -> (k,).

    table[n, l] is the logarithm of the sum of all products of l of the first n values.
    """
    logs = np.log(values / values.max())
    table = np.full((len(values) + 1, k + 1), -np.inf)
    table[:, 0] = 0.0
    for n in range(len(values)):
        table[n + 1, 1:] = np.logaddexp(table[n, 1:], table[n, :-1] + logs[n])
    luck = ops.noise(seed, np.arange(len(values), dtype=np.uint64), draw)
    chosen: list[int] = []
    for n in range(len(values) - 1, -1, -1):
        left = k - len(chosen)
        if left and np.log(luck[n]) < logs[n] + table[n, left - 1] - table[n + 1, left]:
            chosen.append(n)
    return np.array(chosen)


def spanned(rows: np.ndarray, axes: np.ndarray, ids: np.ndarray, seed: int, draw: int) -> np.ndarray:
    """As many rows as axes, one after the other, each as likely as the square of its part outside the span of those
    before.  rows (n, D), axes (D, m) with orthonormal columns rows @ axes -> (m,)."""
    left = np.empty(len(rows))
    for part in ops.blocks(rows, scratch=2):
        left[part] = ((rows[part] @ axes) ** 2).sum(1)
    span, picks = np.zeros((axes.shape[1], 0)), np.empty(axes.shape[1], np.int64)
    for t in range(len(picks)):
        left[picks[:t]] = 0.0
        keys = ops.weighted_order(np.maximum(left, 0.0), seed, ids, draw + 1 + t)
        picks[t] = keys.argmax()
        one = rows[picks[t]].astype(np.float64) @ axes
        one = one - span @ (span.T @ one)
        one = one / np.linalg.norm(one)
        span = np.column_stack([span, one])
        left = left - (rows @ (axes @ one)) ** 2
    return picks
