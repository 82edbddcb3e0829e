"""The Q-network: what asking and not asking are worth in a state.  Floor 1.

One hidden layer of rectified units, as in the paper (W_s s + W_p p + W_c c is one product of the whole state).
"""

from dataclasses import dataclass

import numpy as np

SKIP, ASK = 0, 1


@dataclass(frozen=True)
class Network:
    """w1 (F, H), b1 (H,), w2 (H, 2), b2 (2,) float64."""

    w1: np.ndarray
    b1: np.ndarray
    w2: np.ndarray
    b2: np.ndarray

    def __call__(self, states: np.ndarray) -> np.ndarray:
        """(n, F) -> (n, 2): worth of SKIP and of ASK."""
        return np.maximum(states @ self.w1 + self.b1, 0) @ self.w2 + self.b2

    @property
    def parts(self) -> tuple[np.ndarray, ...]:
        return self.w1, self.b1, self.w2, self.b2


def started(inputs: int, hidden: int, seed: int) -> Network:
    """He's normal start; the last layer begins small, so that nothing is worth anything yet."""
    rng = np.random.default_rng(seed)
    w1 = rng.normal(0, np.sqrt(2 / inputs), (inputs, hidden))
    return Network(w1, np.zeros(hidden), rng.normal(0, 0.1 / np.sqrt(hidden), (hidden, 2)), np.zeros(2))


def gradient(network: Network, states: np.ndarray, actions: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, ...]:
    """Of mean (Q(state, action) - wanted)^2 / 2 by each part.  states (n, F), actions (n,) int, wanted (n,)."""
    inside = states @ network.w1 + network.b1
    hidden = np.maximum(inside, 0)
    worth = hidden @ network.w2 + network.b2
    rows = np.arange(len(actions))
    out = np.zeros_like(worth)
    out[rows, actions] = (worth[rows, actions] - wanted) / len(actions)
    back = (out @ network.w2.T) * (inside > 0)
    return states.T @ back, back.sum(0), hidden.T @ out, out.sum(0)
