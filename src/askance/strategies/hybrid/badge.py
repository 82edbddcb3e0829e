"""BADGE: uncertain and diverse at once, by the gradient that each sample would give the last layer."""

from askance import ops
from askance.strategy import Vectors, recipe, strategy

PAPER = "Ash et al. 2020, arXiv:1906.03671"


@strategy(PAPER, part=True, cost="O(N (C + D))")
def gradients(probs, embeddings) -> Vectors:
    """Gradient of the loss at the predicted label, g = (p - e_y) x h.  probs (N, C), embeddings (N, D) -> (N, C D).

    It is kept as its two factors, so N x C x D is never built: |g|^2 = |p - e_y|^2 |h|^2, and inner products multiply.
    """
    return ops.Outer(ops.Residual(probs), ops.Dense(embeddings))


recipe(
    "badge",
    "gradients | kmeanspp",
    paper=PAPER,
    doc="k-means++ seeding on the gradients of the last layer.  probs (N, C), embeddings (N, D) -> k rows.",
    module=__name__,
    cost="O(k N (C + D))",
)
