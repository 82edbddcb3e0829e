"""The batch that the model could least foresee together: the largest determinant, greedily."""

from askance.ops.variance import variances
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Greedy, recipe, strategy

FAILS = {
    "spreads_a_batch": "in D dimensions D directions tell it all, so of ten groups in five it takes some twice",
    "known_regions_are_left": "it looks for directions that are not known, and five groups may span all there are",
    "not_worse_than_random": "the longest vectors are outliers, and it asks about them first",
}


@strategy(
    PAPER,
    fails=FAILS,
    bounds={"sigma": (1e-6, None), "mode": ("tp", "p")},
    cost="O(N D^2 + k N D)",
)
def max_det(vectors, reference, *, sigma=0.001, mode="tp") -> Greedy:
    """Variance given what is known and picked: a pivoted Cholesky factor.  vectors (N, D) -> (N,) >= 0 a pick.

    Each pick multiplies det(K + sigma^2 I) most.  Above 1024 columns, or of a kernel, a pick takes O(N D (L + k)).
    mode "tp": what is known counts as picked; "p": only what is picked, for after `posterior`.  sigma is in units of
    the length of the vectors.
    """
    left = variances(vectors, reference if mode == "tp" else None, sigma)
    while True:
        pick = yield left.now
        left.take(pick.get("vectors"))


recipe(
    "max_det_gradient",
    "full_gradient | sketched(dims=dims) | scaled | posterior(sigma=sigma) | max_det(sigma=sigma, mode='p')",
    paper=PAPER,
    doc="MaxDet-P: the largest determinant of the posterior covariance, on the sketched gradients of a network, which "
    "is BatchBALD for numbers.  layers (N, L, 2, W) -> k rows.",
    module=__name__,
    cost="O(N dims^2 + k N dims)",
    dims=512,
    sigma=0.001,
    bounds={"dims": (1, None), "sigma": (1e-6, None)},
)
