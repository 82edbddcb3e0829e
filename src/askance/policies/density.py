"""The moving bar, for arrivals that are like others which came lately.  Floor 2."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from askance.policies import bar
from askance.policies.ledger import Ledger
from askance.policies.policy import Arrival, Choice, Policy, bounded, certain, policy


@dataclass(frozen=True)
class Near:
    """The bar, and the window: the vectors that came last, with the distance of each to its nearest neighbour.

    The distance is None for one that came alone.  It falls when a nearer one comes, and stays when that one leaves.
    """

    height: float | None = None
    vectors: tuple[tuple[float, ...], ...] = ()
    nearest: tuple[float | None, ...] = ()


@policy("DBALStream, Ienco, Žliobaitė & Pfahringer 2014")
@dataclass(frozen=True)
class density(Policy):
    """`variable`, for arrivals whose local density factor is 1 or more; stray ones pass, and leave the bar alone.

    The factor is how many of the last `window` arrivals have no neighbour as near as this one.  Needs embeddings.
    O(window * D) an arrival.
    """

    step: float = bounded(0.01, low=1e-6, high=0.5)
    window: int = bounded(100, low=1, high=100_000)
    needs: ClassVar[frozenset[str]] = frozenset({"embeddings"})

    def start(self) -> Near:
        return Near()

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        if not closer(state.own, distances(state.own, arrival)).any():
            return 0.0, "like nothing that came lately"
        return certain(bar.cleared(state.own.height, arrival.utility))

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> Near:
        own: Near = state.own
        away = distances(own, arrival)
        dense = closer(own, away)
        still = choice.spent or not dense.any()
        height = own.height if still else bar.moved(own.height, arrival.utility, choice.ask, self.step)
        nearest = [float(d) if c else n for d, c, n in zip(away, dense, own.nearest, strict=True)]
        mine = float(away.min()) if len(away) else None
        vectors = (*own.vectors, tuple(vector_of(arrival).tolist()))
        return Near(height, vectors[-self.window :], (*nearest, mine)[-self.window :])


def vector_of(arrival: Arrival) -> np.ndarray:
    return np.zeros(0) if arrival.vector is None else np.asarray(arrival.vector, np.float64)


@lru_cache(maxsize=1)  # asked for twice an arrival, by `wants` and by `after`
def matrix(vectors: tuple[tuple[float, ...], ...]) -> np.ndarray:
    """(W, D)"""
    return np.array(vectors)


def distances(own: Near, arrival: Arrival) -> np.ndarray:
    """(W,) to the vectors of the window."""
    if not own.vectors:
        return np.zeros(0)
    return np.sqrt(((matrix(own.vectors) - vector_of(arrival)) ** 2).sum(1))


def closer(own: Near, away: np.ndarray) -> np.ndarray:
    """(W,) bool: to whom the arrival is nearer than anyone so far."""
    return away < np.array([np.inf if n is None else n for n in own.nearest])
