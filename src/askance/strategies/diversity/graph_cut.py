"""Graph cut: like the pool, unlike each other."""

import numpy as np

from askance import ops
from askance.ops import coverage
from askance.ops.kernel import even, kernel_sums
from askance.ops.lazy import lazy_greedy
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategy import Picks, strategy


@strategy(
    "Iyer & Bilmes 2013; Kothawade et al. 2021, arXiv:2107.00717",
    bounds={"h": (0.0, None), "balance": (0.0, None), "witnesses": (1, None)},
    fails={"known_regions_are_left": "likeness to the pool counts too, and groups that are alike stand for each other"},
    cost="O(N D (M + L + k)) for M witnesses",
)
def graph_cut(vectors, reference, ids, k, seed, *, balance=1.0, h=0.0, witnesses=5000) -> Picks:
    """Greedy maximum of m sum_a mean_x K(x, a) - balance sum_ab K(a, b) over a, b in S.  vectors (N, D) -> (k,) rows.

    S is known and picked samples, m = L + k of them in the end, so that `balance` means the same for any pool; as
    published the first sum runs over the whole pool, which drowns the second in a large one.  K is exp(-(d / h)^2).
    """
    like = coverage.rbf(h or bandwidth(vectors, ids, seed))
    cut = Cut(vectors, reference, like, coverage.witnesses(ids, seed, witnesses), k, balance)
    return lazy_greedy(cut, cut.now, k, ops.noise(seed, ids))[0]


class Cut:
    """The objective: what each row would add now, kept up to date for all."""

    def __init__(self, vectors, reference, like: coverage.Likeness, at: np.ndarray, k: int, balance: float):
        self.vectors, self.like, self.balance = vectors, like, balance
        m = k + (0 if reference is None else len(reference))
        mean = kernel_sums(vectors, vectors[at], like) / max(len(at), 1)
        self.now = m * mean - 2 * balance * kernel_sums(vectors, reference, like)

    def gains(self, rows: np.ndarray) -> np.ndarray:
        return even(self.now[rows], self.vectors.norms)

    def take(self, row: int) -> None:
        self.now = self.now - 2 * self.balance * self.like(self.vectors.to(self.vectors[np.array([row])]))
