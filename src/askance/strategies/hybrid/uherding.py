"""UHerding: coverage of what the model is in doubt about."""

import numpy as np

from askance.ops.vectors import gaps
from askance.strategies.diversity.max_herding import COST, bandwidth, herd
from askance.strategy import Picks, recipe, strategy

PAPER = "Bae, Sutherland & Oliveira 2025 (ICLR)"


@strategy(PAPER, part=True, bounds={"h": (0.0, None), "witnesses": (1, None)}, cost=COST)
def doubt_herding(vectors, reference, utility, ids, k, seed, *, h=0.0, witnesses=5000) -> Picks:
    """`herding` weighted by the utility, as wide as labels are dense.  vectors (N, D), utility (N,) -> (k,) rows.

    h: 0 takes the least distance of two labelled samples that differ, which shrinks as labels come in, so that coverage
    gives way to the utility; with fewer than two it takes what `herding` takes.
    """
    width = h or least_gap(reference) or bandwidth(vectors, ids, seed)
    return herd(vectors, reference, utility if utility.any() else None, ids, k, seed, width, witnesses)


def least_gap(reference) -> float:
    """The distance of the two nearest that differ; 0 where there are no two.  (L, D) -> a number."""
    least = np.inf
    for row in range(0 if reference is None else len(reference) - 1):
        squared = gaps(reference[row : row + 1], reference[row + 1 :])
        least = min(least, float(np.min(squared[squared > 0], initial=np.inf)))
    return 0.0 if np.isinf(least) else least**0.5


recipe(
    "uherding",
    "margin | doubt_herding(h=h, witnesses=witnesses)",
    paper=PAPER,
    doc="Uncertainty herding: greedy coverage where each sample counts by its margin, with a bandwidth that "
    "shrinks as labels come in.  The paper scales the probabilities by a temperature first; calibrate the learner for "
    "that.  probs (N, C), embeddings (N, D) -> k rows.",
    module=__name__,
    cost=COST,
    h=0.0,
    witnesses=5000,
    bounds={"h": (0.0, None), "witnesses": (1, None)},
)
