"""REFINE: candidates by several notions of value, and a batch that covers them."""

from askance.strategies.parts.progressive import PAPER
from askance.strategy import recipe

recipe(
    "refine",
    "progressive(margin, badge, density, x=x, passes=passes) | max_herding",
    paper=PAPER,
    doc="REFINE: the pool is filtered by an ensemble, margin, BADGE and density, in passes that get narrower, and the "
    "batch covers what is left.  probs (N, C), embeddings (N, D) -> k rows.\n\n"
    "Any other ensemble is an expression: `progressive(entropy, typiclust, kcenter) | uherding`.  Designed from the "
    "abstract; the ensemble is ours.",
    module=__name__,
    cost="O(N (C + D) x 2^passes k)",
    x=3,
    passes=3,
    bounds={"x": (1, None), "passes": (1, 10)},
)
