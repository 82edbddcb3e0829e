"""Q-learning on replayed transitions with Adam, in plain arrays.  Floor 1.

Mnih et al. 2015 for the target network, which the authors of PAL do without; Kingma & Ba 2015 for Adam.
"""

import numpy as np

from askance.pal.network import Network, gradient
from askance.pal.replay import Transitions

BETA1, BETA2, TINY = 0.9, 0.999, 1e-8
LAST = 3e-4  # the weight of the latest network in the mean of all


def targets(batch: Transitions, network: Network, gamma: float) -> np.ndarray:
    """(n,) reward + gamma^wait * max_a Q(next, a); where there is no next state the reward alone."""
    future = network(batch.nexts).max(1)
    return batch.rewards + np.where(batch.ends, 0.0, gamma**batch.waits * future)


class Learning:
    """A network that learns.  renew: steps after which the target network is replaced by the network of today.

    mean: of the networks after each step, the last few thousand above all; it trembles less than the last one does.
    """

    def __init__(self, network: Network, rate: float, gamma: float, renew: int):
        self.network = self.target = self.mean = network
        self.rate, self.gamma, self.renew, self.steps = rate, gamma, renew, 0
        self._drift = [np.zeros_like(p) for p in network.parts]
        self._square = [np.zeros_like(p) for p in network.parts]

    def step(self, batch: Transitions) -> None:
        wanted = targets(batch, self.target, self.gamma)
        slopes = gradient(self.network, batch.states, batch.actions, wanted)
        self.steps += 1
        self.network = Network(*(self._moved(n, g) for n, g in enumerate(slopes)))
        share = max(LAST, 1 / self.steps)
        self.mean = Network(*(m + share * (p - m) for m, p in zip(self.mean.parts, self.network.parts, strict=True)))
        if self.steps % self.renew == 0:
            self.target = self.network

    def _moved(self, n: int, slope: np.ndarray) -> np.ndarray:
        self._drift[n] = BETA1 * self._drift[n] + (1 - BETA1) * slope
        self._square[n] = BETA2 * self._square[n] + (1 - BETA2) * slope**2
        mean = self._drift[n] / (1 - BETA1**self.steps)
        square = self._square[n] / (1 - BETA2**self.steps)
        return self.network.parts[n] - self.rate * mean / (np.sqrt(square) + TINY)
