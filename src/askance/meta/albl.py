"""ALBL, active learning by learning: expert advice, paid by an unbiased estimate of the accuracy.  Floor 2."""

from math import log, sqrt

import numpy as np

from askance.among import chooser
from askance.meta.past import Draw, Past, log_odds
from askance.meta.rewards import rewarded


@chooser("Hsu & Lin 2015, AAAI", adds="random", bounds={"delta": (0.0001, 0.9999)})
def albl(past: Past, *, delta: float = 0.1) -> np.ndarray:
    """Exp4.P over the strategies and `random`, paid by the importance-weighted accuracy of the next model.  -> (K,).

    Each arm keeps odds of at least sqrt(ln K / (K T)) for T picks in all.  The authors ask one sample at a time: here
    the draws of a batch have the same odds, and are paid when its answers have come.
    """
    least = least_odds(len(past.arms), past.horizon)
    weights = np.zeros(len(past.arms))  # their logs
    for r, drawn, reward in rewarded(past, "accuracy"):
        odds = np.array(past.rounds[r].odds)
        weights = weights + gain(drawn, reward, odds, least, delta, past.horizon)
    return odds_of(weights, least)


def least_odds(arms: int, horizon: int) -> float:
    """p_min, at most 1 / K."""
    return min(sqrt(log(arms) / (arms * horizon)), 1.0 / arms)


def odds_of(weights: np.ndarray, least: float) -> np.ndarray:
    """(K,) logs of weights -> p = (1 - K p_min) w / sum(w) + p_min."""
    return np.asarray((1.0 - len(weights) * least) * log_odds(weights) + least)


def gain(drawn: Draw, reward: float, odds: np.ndarray, least: float, delta: float, horizon: int) -> np.ndarray:
    """(K,) what one draw adds to the logs of the weights:  p_min / 2 (r advice / chance + bonus / p)."""
    arms = len(odds)
    bonus = sqrt(log(arms / delta) / (arms * horizon))
    return np.asarray(least / 2 * (reward * np.array(drawn.advice) / drawn.chance + bonus / odds))
