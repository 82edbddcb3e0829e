"""Uncertain by the bounds on the loss, and unlike what is labelled by a critic."""

import numpy as np

from askance.strategies.joint_training.rising import rising
from askance.strategy import Utility, strategy

FLOOR = np.finfo(np.float32).tiny


@strategy("Shui, Zhou, Gagné & Wang 2020, arXiv:1911.09162", bounds={"selection": (0.0, None)}, cost="O(N C)")
def waal(probs, critic, *, selection=10.0) -> Utility:
    """The critic times `selection`, less half of both norms of the log-probabilities: `cnn?add=waal`.

    probs (N, C), critic (N,) -> (N,) in (0, 1).  The norms are what the paper bounds the loss on any
    label by: |log p|_2 and |log p|_1, least where all classes are as likely.  A class that is ruled out counts 87 nats.
    The sum, of either sign, is brought to (0, 1) in its order.
    """
    logs = -np.log(np.maximum(probs.astype(np.float64), FLOOR))
    return rising(selection * critic - (np.sqrt((logs * logs).sum(1)) + logs.sum(1)) / 2.0)
