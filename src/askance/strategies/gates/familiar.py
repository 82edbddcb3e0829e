"""How close the labelled samples are, and how far the ones that were said not to belong."""

import numpy as np

from askance.ops.knn import nearest_rows
from askance.strategies.gates.typical import standing
from askance.strategy import Utility, strategy


@strategy(
    "- (distance to the nearest training samples, Sun et al. 2022, arXiv:2204.06507)",
    part=True,
    local=False,
    labelled=True,
    bounds={"neighbours": (1, None)},
    cost="O(N L D)",
)
def familiar(vectors, reference, labels, *, neighbours=20, exclude="") -> Utility:
    """The share of the pool that is farther from the labelled samples, as in `familiar | gate(share=0.1) | margin`.

    vectors (N, D), reference (L, D), labels (L,) -> (N,) in [0, 1].  The mean distance to the `neighbours` nearest
    counts.  exclude: the label that people give to what does not belong; what bears it is no neighbour, and where there
    is some, that distance is divided by the one to it.  Without it, labelled strays make their like familiar.  What
    is new is unfamiliar too: a class that nobody has labelled yet is held back.
    """
    if not len(vectors):
        return np.zeros(0)
    alien = np.array([str(label) == exclude for label in labels], bool)
    places = np.arange(len(labels))
    if alien.all():
        return np.ones(len(vectors))
    strange = mean_gap(vectors, reference[places[~alien]], neighbours)
    if alien.any():
        away = mean_gap(vectors, reference[places[alien]], neighbours)
        strange = strange / np.maximum(strange + away, np.finfo(np.float64).tiny)
    return standing(strange, None)


def mean_gap(vectors, others, neighbours: int) -> np.ndarray:
    """The mean distance to the nearest of the others (M, D), all of them where there are no more.  (N, D) -> (N,)."""
    return np.sqrt(nearest_rows(vectors, others, neighbours)[1]).mean(1)
