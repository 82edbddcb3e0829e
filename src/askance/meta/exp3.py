"""EXP3: the bandit against an adversary, which does not trust that an arm stays as good as it was.  Floor 2."""

import numpy as np

from askance.among import chooser
from askance.meta.past import Past, log_odds
from askance.meta.rewards import REWARDS, rewarded


@chooser(
    "Auer, Cesa-Bianchi, Freund & Schapire 2002; Baram, El-Yaniv & Luz 2004",
    bounds={"gamma": (0.001, 1.0), "reward": REWARDS},
)
def exp3(past: Past, *, gamma: float = 0.1, reward: str = "surprise") -> np.ndarray:
    """EXP3 over the strategies: a draw that brought r makes its arm weigh exp(gamma r / (K p)) times as much.  -> (K,).

    A share gamma of the draws is spread evenly.  Baram et al. (COMB) pay by the entropy of the classes that the model
    sees in the pool, and let all arms that advised a sample share in it; here the arm that was drawn is paid, by what
    `reward` names: surprise (the model had thought otherwise), accuracy (as in albl) or balance (a rare class).
    """
    arms = len(past.arms)
    weights = np.zeros(arms)  # their logs
    for r, drawn, worth in rewarded(past, reward):
        weights[drawn.arm] += gamma * min(worth, 1.0) / (arms * past.rounds[r].odds[drawn.arm])
    return np.asarray((1.0 - gamma) * log_odds(weights) + gamma / arms)
