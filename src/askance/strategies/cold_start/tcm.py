"""TCM: TypiClust while labels are few, and then margin."""

import numpy as np

from askance import ops
from askance.strategies.cold_start.typiclust import typiclust
from askance.strategies.hybrid.falcun import unsure
from askance.strategy import Picks, strategy


@strategy(
    "Doucet et al. 2024, arXiv:2403.03728",
    bounds={"after": (0, None)},
    fails={"known_regions_are_left": "TypiClust makes L + k clusters, so a group that falls into two is visited twice"},
    cost="O(N C) after the switch; before it TypiClust's",
)
def tcm(probs, vectors, reference, ids, k, seed, *, after=20) -> Picks:
    """TypiClust up to `after` known samples per class, the least margin from there on.  -> (min(k, N),) rows.

    probs (N, C), vectors (N, D).  0 is margin from the start.  The paper switches after a number of rounds that grows
    with the budget; known samples per class say the same without counting rounds.
    """
    known = 0 if reference is None else len(reference)
    if known < after * probs.shape[1]:
        return typiclust.fn(vectors, reference, ids, k, seed)
    return ops.top(unsure(probs), ids, min(k, len(ids)), seed) if len(ids) else np.zeros(0, np.int64)
