"""Disparity: batches whose samples are far from each other."""

import numpy as np

from askance.ops.coverage import Likeness
from askance.ops.kernel import even, kernel_sums
from askance.strategy import Greedy, recipe, strategy

PAPER = "Dasgupta, Kumar & Ravi 2013 (ACL), Summarization through submodularity and dispersion"

recipe(
    "disparity_min",
    "kcenter",
    paper=PAPER + "; Gonzalez 1985",
    doc="The greedy maximum of the least distance between any two of the batch and what is known: farthest-first "
    "traversal, the same picks as `kcenter`.  vectors (N, D) -> k rows.",
    module=__name__,
    fails={"not_worse_than_random": "farthest-first asks about outliers while labels are few, as others measured too"},
    cost="O(N D (L + k))",
)


@strategy(
    PAPER,
    fails={
        "spreads_a_batch": "the sum is largest at opposite ends, to which it goes again and again",
        "known_regions_are_left": "the sum is largest at opposite ends, whether they are known or not",
        "not_worse_than_random": "-.071 ± .025 on digits: it asks about outliers, and not even about different ones",
    },
    cost="O(N D (L + k))",
)
def disparity_sum(vectors, reference) -> Greedy:
    """The sum of the distances to all known and picked samples.  vectors (N, D), reference (L, D) -> (N,) a pick.

    The greedy maximum of the sum of distances between any two, at least half of the largest.  With nothing known the
    first is drawn at random.
    """
    far = kernel_sums(vectors, reference, Likeness(np.sqrt, np.inf))
    while True:
        pick = yield even(far, vectors.norms)
        far = far + np.sqrt(vectors.to(pick.get("vectors")))
