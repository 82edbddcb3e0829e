"""What a network said of a sample while it learned: `cnn?add=dynamics`.

course (N, S, C): the probabilities at S times of the fit, oldest first, the last by the network that is asked now.
What it says now stands for the label that nobody has given yet.
"""

import numpy as np

from askance.ops.forgetting import forgotten
from askance.strategy import Utility, strategy

CARTOGRAPHY = "Swayamdipta et al. 2020, arXiv:2009.10795"


@strategy(
    "Toneva et al. 2019, arXiv:1812.05159",
    fails={"cost_counts": "a sample that was never forgotten is worth 0, which is no more per cost if it is cheap"},
    cost="O(N S C)",
)
def epochs_forgotten(course) -> Utility:
    """How often the class that is likeliest now was so, and then no longer.  course (N, S, C) -> (N,) events."""
    said = course.argmax(2)
    return forgotten(said == said[:, -1:])


@strategy(CARTOGRAPHY, cost="O(N S C)")
def variability(course) -> Utility:
    """Standard deviation over time of the class that is likeliest now: in doubt.  course (N, S, C) -> (N,) <= 1/2."""
    return followed(course).std(1)


@strategy(CARTOGRAPHY, cost="O(N S C)")
def hard_to_learn(course) -> Utility:
    """One minus the mean over time of the class that is likeliest now.  course (N, S, C) -> (N,) in [0, 1)."""
    return 1.0 - followed(course).mean(1)


@strategy("Huang et al. 2021, arXiv:2107.14153", bounds={"back": (1, None)}, cost="O(N C)")
def tod(course, *, back=1) -> Utility:
    """Distance of what is said now from what was said `back` times before.  course (N, S, C) -> (N,) in [0, 2^0.5].

    Or from the oldest, where there are fewer.  The paper compares models at the ends of two rounds, these are of one.
    """
    now, then = course[:, -1], course[:, max(course.shape[1] - 1 - back, 0)]
    return np.sqrt(np.square(now.astype(np.float64) - then).sum(1))


def followed(course: np.ndarray) -> np.ndarray:
    """(N, S) the probability over time of the class that is likeliest at the end."""
    best = course[:, -1].argmax(1)
    return np.asarray(np.take_along_axis(course, best[:, None, None], 2)[:, :, 0], np.float64)
