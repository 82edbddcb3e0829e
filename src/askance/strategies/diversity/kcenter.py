"""Farthest-first traversal: the greedy core-set."""

import numpy as np

from askance import ops
from askance.strategy import Greedy, recipe, strategy

PAPER = "Sener & Savarese 2018, arXiv:1708.00489 (greedy); Gonzalez 1985"
FAILS = {"not_worse_than_random": "farthest-first asks about outliers while labels are few, as others measured too"}


@strategy(PAPER, kernel=ops.farthest_first, fails=FAILS, cost="O(N D (L + k))")
def kcenter(vectors, reference) -> Greedy:
    """The sample farthest from all labelled and picked ones.  vectors (N, D), reference (L, D) or None -> (N,) a pick.

    The score is the squared Euclidean distance to the nearest of them; with nothing labelled the first is drawn at
    random.  At most twice the optimal radius.
    """
    near = np.full(len(vectors), np.inf) if reference is None else vectors.nearest(reference)
    while True:
        pick = yield near
        near = np.minimum(near, vectors.to(pick.get("vectors")))


recipe(
    "coreset",
    "kcenter",
    paper=PAPER,
    doc="k-center greedy on the model's embeddings, as published.  embeddings (N, D) -> k rows.",
    module=__name__,
    fails=FAILS,
    cost="O(N D (L + k))",
)
