"""What predictions are expected to cost, also when one class of each was raised.  Floor 0.

A closed-form refit moves the scores of a row by one number for all classes and by another for the class of the new
label.  So when the loss is known for the scores that all labels share, that of every label follows class by class, and
the probabilities of C labels are never built: O(C) a row for all C labels together, where refits would take O(C^2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from askance.ops.arrays import entropy_of

_TINY = np.finfo(np.float64).tiny


class Loss(Protocol):
    """What is expected to be lost at a row, by its own probabilities."""

    def of(self, probs: np.ndarray) -> np.ndarray:
        """(..., C) rows that sum to 1 -> (...) >= 0."""

    def raised(self, scores: np.ndarray, by: np.ndarray) -> np.ndarray:
        """The mean over E rows when class y alone got more.  scores (C, n or 1, E), by (n, E) -> (n, C).

        Probabilities are the positive parts of the scores over their sum, which must be above 0 after the rise.
        """


@dataclass(frozen=True)
class Rise:
    """One class raised: weight (n, E) is what it then has, before (n or 1, E) what it had, total (n, E) of all."""

    y: int
    before: np.ndarray
    weight: np.ndarray
    total: np.ndarray


def rises(scores: np.ndarray, weights: np.ndarray, by: np.ndarray) -> Iterator[Rise]:
    """Each class raised in turn.  scores (C, n or 1, E) and their positive parts, by (n, E)."""
    total = weights.sum(0)
    for y, before in enumerate(weights):
        weight = scores[y] + by
        np.maximum(weight, 0.0, out=weight)
        yield Rise(y, before, weight, total - before + weight)


@dataclass(frozen=True)
class ZeroOne:
    """The chance that the likeliest class is wrong, 1 - max p."""

    def of(self, probs: np.ndarray) -> np.ndarray:
        return np.asarray(1.0 - probs.max(-1))

    def raised(self, scores: np.ndarray, by: np.ndarray) -> np.ndarray:
        weights = np.maximum(scores, 0.0)
        leaders = _leaders(weights)
        found = [(_best(r, *leaders) / r.total).mean(-1) for r in rises(scores, weights, by)]
        return np.asarray(1.0 - np.stack(found, -1))


@dataclass(frozen=True)
class Log:
    """The entropy of the prediction, in nats."""

    def of(self, probs: np.ndarray) -> np.ndarray:
        return entropy_of(probs)

    def raised(self, scores: np.ndarray, by: np.ndarray) -> np.ndarray:
        weights = np.maximum(scores, 0.0)
        parts = _x_log_x(weights)
        whole = parts.sum(0)
        found = []
        for r in rises(scores, weights, by):
            inside = whole - parts[r.y] + _x_log_x(r.weight)
            found.append((np.log(r.total) - inside / r.total).mean(-1))
        return np.stack(found, -1)


@dataclass(frozen=True)
class Risk:
    """What it costs on average if the class is guessed in proportion to the probabilities: p' M p.

    table (C, C): a row for each true class, a column for each answer, 0 where the answer is right.
    """

    table: np.ndarray

    def of(self, probs: np.ndarray) -> np.ndarray:
        return np.einsum("...c,...c->...", probs @ self.table, probs)

    def raised(self, scores: np.ndarray, by: np.ndarray) -> np.ndarray:
        weights = np.maximum(scores, 0.0)
        slope = np.tensordot(self.table + self.table.T, weights, 1)
        now = 0.5 * np.einsum("cne,cne->ne", slope, weights)
        found = [((now + (r.weight - r.before) * slope[r.y]) / r.total**2).mean(-1) for r in rises(scores, weights, by)]
        return np.stack(found, -1)


@dataclass(frozen=True)
class Kept:
    """How much likelier the best answer is than the one that was given before: what a change of mind is worth.

    given (E,) the class numbers that are the answers now, for rows in the order of the scores.
    """

    given: np.ndarray

    def of(self, probs: np.ndarray) -> np.ndarray:
        old = np.take_along_axis(probs, np.broadcast_to(self.given, probs.shape[:-1])[..., None], -1)[..., 0]
        return np.asarray(probs.max(-1) - old)

    def raised(self, scores: np.ndarray, by: np.ndarray) -> np.ndarray:
        weights = np.maximum(scores, 0.0)
        leaders = _leaders(weights)
        old = np.take_along_axis(weights, np.broadcast_to(self.given, weights.shape[1:])[None], 0)[0]
        found = []
        for r in rises(scores, weights, by):
            now = np.where(self.given == r.y, r.weight, old)
            found.append(((_best(r, *leaders) - now) / r.total).mean(-1))
        return np.stack(found, -1)


def _leaders(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest and the second of each row, and which class the largest is.  (C, n, E) -> three (n, E)."""
    first, second = weights[0], np.zeros_like(weights[0])
    which = np.zeros(first.shape, np.int32)
    for c in range(1, len(weights)):
        ahead = weights[c] > first
        second = np.maximum(second, np.minimum(first, weights[c]))
        first = np.maximum(first, weights[c])
        which[ahead] = c
    return first, second, which


def _best(r: Rise, first: np.ndarray, second: np.ndarray, which: np.ndarray) -> np.ndarray:
    """The largest weight of each row after the rise: the raised one's or the best of the others.  -> (n, E)."""
    return np.asarray(np.maximum(r.weight, np.where(which == r.y, second, first)))


def _x_log_x(x: np.ndarray) -> np.ndarray:
    return np.asarray(x * np.log(np.maximum(x, _TINY)))
