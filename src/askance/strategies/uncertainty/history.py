"""What the model has changed its mind about from round to round."""

import numpy as np

from askance.errors import BadSignal
from askance.strategy import Utility, strategy


@strategy("Bengar, Raducanu & van de Weijer 2021, arXiv:2107.14707", cost="O(N R^2)")
def label_dispersion(history) -> Utility:
    """The share of the rounds whose prediction was not the most frequent one.  history (N, R) -> (N,) in [0, 1).

    history: the class predicted in each round, or at each epoch, as numbers, oldest first; campaigns and simulations
    keep it.
    """
    said = rounds("label_dispersion", history)
    most = np.zeros(len(said))
    for r in range(said.shape[1]):
        np.maximum(most, (said == said[:, [r]]).mean(1), out=most)
    return 1.0 - most if said.shape[1] else most


@strategy("Bengar, Raducanu & van de Weijer 2021, arXiv:2107.14707 (flips in place of the mode)", cost="O(N R)")
def prediction_flips(history) -> Utility:
    """The share of the rounds in which the prediction changed.  history (N, R) -> (N,) in [0, 1]; 0 for one round."""
    said = rounds("prediction_flips", history)
    return (said[:, 1:] != said[:, :-1]).mean(1) if said.shape[1] > 1 else np.zeros(len(said))


@strategy("Toneva et al. 2019, arXiv:1812.05159", cost="O(N R)")
def forgetting(history) -> Utility:
    """How often the class predicted last was predicted, and then no longer.  history (N, R) -> (N,) events.

    The paper counts how often a right answer turned wrong; without a label the last prediction stands for it.
    """
    said = rounds("forgetting", history)
    right = said == said[:, -1:]
    return (right[:, :-1] & ~right[:, 1:]).sum(1).astype(float)


def rounds(owner: str, history: np.ndarray) -> np.ndarray:
    if history.ndim != 2:
        raise BadSignal(f"{owner} needs history (N, R), the class predicted in each of R rounds, not {history.shape}")
    return history
