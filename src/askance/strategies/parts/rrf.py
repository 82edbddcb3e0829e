"""Reciprocal-rank fusion: ranks of several scorers made one, the first places above all."""

import numpy as np

from askance.strategy import Utility, strategy


@strategy(
    "Cormack, Clarke & Büttcher 2009, SIGIR", part=True, local=False, bounds={"c": (0.0, None)}, cost="O(N log N)"
)
def rrf(utility, *, c=60.0) -> Utility:
    """1 / (c + place), place 1 for the highest; ties share the mean of their places.  (N,) -> (N,) in (0, 1).

    To be added up over scorers, as in `(margin | rrf) + (density | rrf)`: what one of them has near the top counts,
    whatever the others say.  With `rank` in its place the sum is Borda's count, in which all places weigh the same.
    """
    _, group, counts = np.unique(-np.asarray(utility), return_inverse=True, return_counts=True)
    place = np.cumsum(counts) - (counts - 1) / 2
    return (1.0 / (c + place))[group]
