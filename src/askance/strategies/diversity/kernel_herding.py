"""Kernel herding: a batch with the mean embedding of the pool."""

from askance.ops import coverage
from askance.ops.kernel import even, kernel_sums
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategy import Greedy, strategy


@strategy(
    "Chen, Welling & Smola 2010, arXiv:1203.3472; as greedy MMD: Wang & Ye 2013",
    lockstep=False,
    bounds={"h": (0.0, None), "witnesses": (1, None)},
    fails={
        "known_regions_are_left": "it matches the pool as a whole, in which groups that are alike stand for each other"
    },
    cost="O(N D (M + L + k)) for M witnesses",
)
def kernel_herding(vectors, reference, ids, seed, *, h=0.0, witnesses=5000) -> Greedy:
    """1 + mean_x K(i, x) - sum_s K(i, s) / (t + 1) over the t known and picked s.  vectors (N, D) -> (N,) a pick, >= 0.

    The greatest is also the step that brings the maximum mean discrepancy between batch and pool down most.  K is
    exp(-(d / h)^2); h: 0 takes 0.7 times the median distance.  Above `witnesses` rows x runs over so many.
    """
    like = coverage.rbf(h or bandwidth(vectors, ids, seed))
    at = coverage.witnesses(ids, seed, witnesses)
    mean = kernel_sums(vectors, vectors[at], like) / max(len(at), 1)
    against, t = kernel_sums(vectors, reference, like), 0 if reference is None else len(reference)
    while True:
        pick = yield even(1.0 + mean - against / (t + 1), vectors.norms)
        against = against + like(vectors.to(pick.get("vectors")))
        t += 1
