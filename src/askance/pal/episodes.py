"""Streams over a labelled pool, several side by side: an arrival, a decision, a model that learns, a reward.  Floor 1.

The decision process of the paper: a state for each arrival, two actions, and as reward what the held-out score gains by
the label that was asked for, else 0.  An episode ends when all its questions are asked, or with the stream.
"""

from dataclasses import dataclass

import numpy as np

from askance import ops
from askance.pal.fast import Fast, widened
from askance.pal.state import ASKED, RECENT, WINDOW, Now, features, nearest


@dataclass(frozen=True)
class Pool:
    """x (n, D) float64 of about unit length, y (n,) int below `classes`; held_x, held_y: what scores are taken on."""

    x: np.ndarray
    y: np.ndarray
    held_x: np.ndarray
    held_y: np.ndarray
    classes: int


@dataclass(frozen=True)
class Step:
    """states (E, F); may (E,) bool: the budget allows a question now and the episode is not over."""

    states: np.ndarray
    may: np.ndarray


class Episodes:
    """E streams: orders (E, start + N) rows of the pool, of which the first `start` are labelled for everyone.

    budget  share of the arrivals, with the ledger of every stream policy: asked <= budget * seen + 1
    known   (E,) bool: whether the policy is told how long its stream is
    """

    def __init__(self, pool: Pool, orders: np.ndarray, start: int, budget: float, known: np.ndarray):
        streams, width = len(orders), pool.x.shape[1]
        self.pool, self.budget = pool, budget
        self.orders = orders[:, start:]
        self.length = self.orders.shape[1]
        self.all = int(np.ceil(budget * self.length))  # the most that the ledger lets anyone ask
        self.seen, self.asked = 0, np.zeros(streams, np.int64)
        self.over = np.zeros(streams, bool)
        self._known = np.where(known, self.length, 0)
        self._wide = widened(pool.held_x)
        self._past = np.full((3, streams, WINDOW), np.nan)  # utility, far, novel
        self._recent = np.full((streams, RECENT, width), np.inf)
        self._answered = np.full((streams, ASKED, width), np.inf)
        self._counts = np.zeros((streams, pool.classes))
        self.models = [Fast(width, pool.classes, start + self.all) for _ in orders]
        for model, order in zip(self.models, orders, strict=True):
            model.learn(pool.x[order[:start]], pool.y[order[:start]])
        self._weights = np.array([m.weights for m in self.models])
        self.scores = np.array([m.score(self._wide, pool.held_y) for m in self.models])
        self.step = self._look()

    def act(self, asks: np.ndarray) -> np.ndarray:
        """asks (E,) bool -> (E,) rewards; then `step` is the next arrival, or the stream is over."""
        asks = asks & self.step.may
        rewards = np.zeros(len(asks))
        for e in np.flatnonzero(asks):
            rewards[e] = self._ask(int(e))
        self._remember(asks)
        self.seen += 1
        self.over = (self.asked >= self.all) | (self.seen >= self.length)
        if not self.over.all():
            self.step = self._look()
        return rewards

    def _look(self) -> Step:
        rows = self.orders[:, self.seen]
        x = self.pool.x[rows]
        self._probs = ops.softmax((widened(x)[:, None] @ self._weights)[:, 0])
        ordered = np.sort(self._probs, 1)
        margin = 1 - ordered[:, -1] + ordered[:, -2]  # the scorer `margin`
        self._now = np.stack([margin, nearest(self._answered, x), nearest(self._recent, x)])
        now = Now(
            self._probs,
            self._now[0],
            self._now[1],
            self._now[2],
            self._past[0],
            self._past[1],
            self._past[2],
            self._counts,
            self.seen,
            self.asked,
            self.budget,
            self._known,
        )
        return Step(features(now), (self.asked < self.budget * (self.seen + 1)) & ~self.over)

    def _ask(self, e: int) -> float:
        """Labels the arrival of one stream, and says what the score gained."""
        row = self.orders[e, self.seen]
        self.models[e].learn(self.pool.x[row][None], self.pool.y[row][None])
        self._weights[e] = self.models[e].weights
        before, self.scores[e] = self.scores[e], self.models[e].score(self._wide, self.pool.held_y)
        return float(self.scores[e] - before)

    def _remember(self, asks: np.ndarray) -> None:
        x = self.pool.x[self.orders[:, self.seen]]
        self._past[:, :, self.seen % WINDOW] = self._now
        self._recent[:, self.seen % RECENT] = x
        which = np.flatnonzero(asks)
        self._answered[which, self.asked[which] % ASKED] = x[which]
        self._counts[which, self._probs[which].argmax(1)] += 1
        self.asked = self.asked + asks
