"""Thompson sampling: an arm is asked as often as it is likely to be the best.  Floor 2."""

import numpy as np

from askance.among import chooser
from askance.meta.past import Past
from askance.meta.rewards import REWARDS, rewarded

GRID = 2000  # points from 0 to 1 on which beliefs are laid out


@chooser(
    "Thompson 1933; Tran, Ong & Wolf 2018; Zhang et al. 2023, arXiv:2302.07317",
    bounds={"keep": (0.01, 1.0), "reward": REWARDS},
)
def thompson(past: Past, *, keep: float = 0.9, reward: str = "surprise") -> np.ndarray:
    """Odds are how likely each strategy is to bring the most, believing Beta(1 + sum of r, 1 + sum of 1 - r).  -> (K,).

    What a round brought counts `keep` times as much after another round, for what an arm is worth changes as the model
    learns.  Reckoned on a grid instead of drawn, so that the propensity of every pick is known.  `reward`: as in exp3;
    `thompson(margin, kcenter, reward='balance')` is TAILOR in spirit.
    """
    gains, losses = np.ones(len(past.arms)), np.ones(len(past.arms))
    for r, drawn, worth in rewarded(past, reward):
        weight = keep ** (len(past.rounds) - 1 - r)
        gains[drawn.arm] += weight * min(worth, 1.0)
        losses[drawn.arm] += weight * (1.0 - min(worth, 1.0))
    return best(gains, losses)


def best(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(K,) how likely each of independent Beta(a, b) is to be the largest; sums to 1."""
    x = (np.arange(GRID) + 0.5) / GRID
    logs = (a - 1)[:, None] * np.log(x) + (b - 1)[:, None] * np.log1p(-x)
    mass = np.exp(logs - logs.max(1, keepdims=True))
    mass /= mass.sum(1, keepdims=True)
    below = np.cumsum(mass, 1) - mass / 2  # half of the own cell: ties are split
    others = np.array([np.delete(below, i, 0).prod(0) for i in range(len(a))])
    won = (mass * others).sum(1)
    return np.asarray(won / won.sum())
