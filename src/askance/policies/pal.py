"""The policy that was learned by reinforcement on another set.  Floor 2."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from askance.pal.network import ASK, SKIP
from askance.pal.saving import Trained, read
from askance.pal.state import ASKED, RECENT, WINDOW, Now, features, nearest
from askance.policies.ledger import Ledger
from askance.policies.policy import SPENT, Arrival, Choice, Policy, bounded, policy

OURS = Path(__file__).resolve().parents[1] / "pal" / "digits.json"  # trained by benchmarks/pal.py --ours

Vector = tuple[float, ...]


@dataclass(frozen=True)
class Seen:
    """What an arrival is compared with: the latest utilities, and distances to what was asked about and to what came.

    A distance is None where there was nothing to measure it to.  counts: questions by predicted class.
    """

    utilities: Vector = ()
    far: tuple[float | None, ...] = ()
    novel: tuple[float | None, ...] = ()
    recent: tuple[Vector, ...] = ()
    asked: tuple[Vector, ...] = ()
    counts: tuple[int, ...] = ()


@policy("PAL, Fang, Li & Cohn 2017")
@dataclass(frozen=True)
class pal(Policy):
    """Asks where a network, trained by Q-learning on a labelled set, says that asking is worth more than waiting.

    path: a file of `askance pal`, '' the policy that comes along, trained on scikit-learn's digits at a budget of 0.1.
    length: how many arrivals there will be, 0 where nobody knows.  Use the scorer `margin`, by which it was trained.
    O((RECENT + ASKED) * D) an arrival.
    """

    path: str = ""
    length: int = bounded(0, low=0)
    needs: ClassVar[frozenset[str]] = frozenset({"probs", "embeddings"})

    def __post_init__(self) -> None:
        super().__post_init__()
        self.trained  # noqa: B018  # a wrong file is an error at once

    @cached_property
    def trained(self) -> Trained:
        return read(Path(self.path) if self.path else OURS)

    def start(self) -> Seen:
        return Seen()

    def wants(self, state: Ledger, arrival: Arrival) -> tuple[float, str]:
        if state.asked >= self.budget * (state.seen + 1):
            return 0.0, SPENT  # it would be overruled, and most arrivals come while the budget is spent
        skip_and_ask = self.trained.network(features(self._now(state, arrival)))[0]
        gain = float(skip_and_ask[ASK] - skip_and_ask[SKIP])
        return (1.0, "worth a question") if gain > 0 else (0.0, "worth less than waiting")

    def after(self, state: Ledger, arrival: Arrival, choice: Choice) -> Seen:
        own: Seen = state.own
        far, novel = measured(own, arrival)
        vector, probs = _vector(arrival), _probs(arrival)
        counts = list(own.counts or (0,) * len(probs))
        counts[int(probs.argmax())] += choice.ask
        return Seen(
            (*own.utilities, arrival.utility)[-WINDOW:],
            (*own.far, far)[-WINDOW:],
            (*own.novel, novel)[-WINDOW:],
            (*own.recent, tuple(vector.tolist()))[-RECENT:],
            (*own.asked, tuple(vector.tolist()))[-ASKED:] if choice.ask else own.asked,
            tuple(counts),
        )

    def _now(self, state: Ledger, arrival: Arrival) -> Now:
        """One stream of the many that `features` reads."""
        own: Seen = state.own
        far, novel = measured(own, arrival)
        probs = _probs(arrival)
        return Now(
            probs[None],
            np.array([arrival.utility]),
            _distances((far,))[0],
            _distances((novel,))[0],
            np.array([own.utilities]),
            _distances(own.far),
            _distances(own.novel),
            np.array([own.counts or (0,) * len(probs)]),
            state.seen,
            np.array([state.asked]),
            self.budget,
            np.array([self.length]),
        )


def measured(own: Seen, arrival: Arrival) -> tuple[float | None, float | None]:
    """Distances to the nearest that was asked about and to the nearest that came lately."""
    at = _vector(arrival)[None]
    far, novel = (float(nearest(matrix(kept)[None], at)[0]) if kept else None for kept in (own.asked, own.recent))
    return far, novel


@lru_cache(maxsize=2)  # asked for twice an arrival, by `wants` and by `after`
def matrix(vectors: tuple[Vector, ...]) -> np.ndarray:
    """(M, D)"""
    return np.array(vectors)


def _distances(kept: tuple[float | None, ...]) -> np.ndarray:
    """(1, W), infinite where there was nothing to measure to."""
    return np.array([kept], np.float64) if None not in kept else np.array([[np.inf if d is None else d for d in kept]])


def _vector(arrival: Arrival) -> np.ndarray:
    return np.zeros(0) if arrival.vector is None else np.asarray(arrival.vector, np.float64).ravel()


def _probs(arrival: Arrival) -> np.ndarray:
    return np.ones(1) if arrival.probs is None else np.asarray(arrival.probs, np.float64)
