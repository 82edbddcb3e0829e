"""A graph convolutional network of two layers that tells labelled nodes from the others, by hand.  Floor 0.

Each node has its `c` nearest others; a layer sees the node itself plus the weighted mean of those.  What the first
layer is fed never changes, so it is reckoned once, and the second layer passes one number a node along the graph: a
step costs two products of (n, F) with (F, H), and no n x n matrix is made.
"""

from dataclasses import dataclass

import numpy as np

from askance.ops.noise import noise

RATE, DECAY = 1e-3, 5e-4  # of Adam, and of the weights
MOMENTS = 0.9, 0.999


@dataclass(frozen=True)
class Net:
    """first (F, H), bias (H,), second (H,), last ()."""

    first: np.ndarray
    bias: np.ndarray
    second: np.ndarray
    last: np.ndarray

    def inner(self, fed: np.ndarray) -> np.ndarray:
        """What the first layer makes of its input.  (n, F) -> (n, H)."""
        return np.maximum(fed @ self.first + self.bias, 0.0)

    def signal(self, fed: np.ndarray) -> np.ndarray:
        """The number that each node sends along the graph.  (n, F) -> (n,)."""
        return np.asarray(self.inner(fed) @ self.second)


def mixed(own: np.ndarray, others: np.ndarray, near: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Own plus the weighted mean of the neighbours.  own (m, ...), others (n, ...), near and weight (m, c)."""
    out = own.astype(np.float64)
    for column, share in zip(near.T, weight.T, strict=True):
        out = out + (share[:, None] if others.ndim > 1 else share) * others[column]
    return np.asarray(out)


def odds(net: Net, fed: np.ndarray, sent: np.ndarray, near: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Log-odds that each is labelled.  fed (m, F); sent (n,) by the nodes; near, weight (m, c) -> (m,)."""
    return mixed(net.signal(fed), sent, near, weight) + net.last


def untrained(features: int, hidden: int, seed: int) -> Net:
    """Weights uniform in Glorot's bounds, from the seed alone."""
    draws = noise(seed, np.arange(features * hidden + hidden, dtype=np.uint64), 6210) * 2 - 1
    wide, narrow = (6 / (features + hidden)) ** 0.5, (6 / (hidden + 1)) ** 0.5
    first = draws[: features * hidden].reshape(features, hidden) * wide
    return Net(first, np.zeros(hidden), draws[features * hidden :] * narrow, np.zeros(()))


def loss_and_slopes(
    net: Net, fed: np.ndarray, near: np.ndarray, weight: np.ndarray, labelled: np.ndarray, balance: float
) -> tuple[float, Net]:
    """- mean over labelled of log p - balance x mean over the others of log (1 - p), and its gradient.

    fed (n, F), near and weight (n, c), labelled (n,) bool with some of both.
    """
    inner = net.inner(fed)
    z = mixed(inner @ net.second, inner @ net.second, near, weight) + net.last
    share = np.where(labelled, 1.0 / labelled.sum(), balance / (~labelled).sum())
    sign = np.where(labelled, -1.0, 1.0)
    loss = float((share * np.logaddexp(0.0, sign * z)).sum())
    up = share * sign / (1.0 + np.exp(-np.clip(sign * z, -500, 500)))
    sent = up + np.bincount(near.ravel(), (weight * up[:, None]).ravel(), minlength=len(up))
    back = (inner > 0) * (sent[:, None] * net.second)
    return loss, Net(fed.T @ back, back.sum(0), sent @ inner, np.asarray(up.sum()))


def trained(
    net: Net, fed: np.ndarray, near: np.ndarray, weight: np.ndarray, labelled: np.ndarray, balance: float, steps: int
) -> Net:
    """After so many steps of Adam on all nodes at once."""
    now = [net.first, net.bias, net.second, net.last]
    mean, square = [np.zeros_like(a) for a in now], [np.zeros_like(a) for a in now]
    for step in range(1, steps + 1):
        _, slope = loss_and_slopes(Net(*now), fed, near, weight, labelled, balance)
        for i, g in enumerate((slope.first, slope.bias, slope.second, slope.last)):
            g = g + DECAY * now[i]
            mean[i] = MOMENTS[0] * mean[i] + (1 - MOMENTS[0]) * g
            square[i] = MOMENTS[1] * square[i] + (1 - MOMENTS[1]) * g * g
            even = mean[i] / (1 - MOMENTS[0] ** step), square[i] / (1 - MOMENTS[1] ** step)
            now[i] = now[i] - RATE * even[0] / (np.sqrt(even[1]) + 1e-8)
    return Net(*now)
