"""Runs greedy selectors: one generator a shard, all sent the same picks.  Floor 1.

A round moves one (score, tie) up from every shard and one row back down to all, so the picks are those of a single
machine.  Masks, ties, k and duplicates are handled here, for every greedy selector alike.
"""

from collections.abc import Generator, Sequence

import numpy as np

from askance import ops
from askance.errors import BadStrategy
from askance.view import View

Run = tuple[Generator[np.ndarray, View, None], View]


def lockstep(runs: Sequence[Run], k: int) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Picks up to k rows over all shards.  -> [(shard, row)], best first, and (k,) the score of each when picked."""
    shards = [_Shard(generator, view) for generator, view in runs]
    order: list[tuple[int, int]] = []
    scores: list[float] = []
    for _ in range(min(k, sum(len(s.free) for s in shards))):
        offers = [(*offer, s) for s, shard in enumerate(shards) if (offer := shard.best()) is not None]
        low_score, _, row, s = min(offers)
        order.append((s, row))
        scores.append(-low_score)
        if len(order) < k:
            pick = shards[s].take(row)
            for shard in shards:
                shard.send(pick)
    return order, finite(np.array(scores))


class _Shard:
    def __init__(self, generator: Generator[np.ndarray, View, None], view: View):
        self.generator, self.view = generator, view
        self.free = np.ones(len(view), bool)
        self.left = len(view)
        self.scores = self._checked(next(generator)) if len(view) else np.zeros(0)
        if not len(view):
            next(generator, None)

    def best(self) -> tuple[float, float, int] | None:
        """(-score, tie, row) of the best free row, or None when all are taken."""
        if not self.left:
            return None
        scores = self.scores if self.left == len(self.free) else np.where(self.free, self.scores, -np.inf)
        high = scores.max()
        if np.isnan(high) or high == -np.inf:
            raise BadStrategy("a greedy strategy yielded NaN or -inf for a row that is still free")
        tied = np.flatnonzero(scores == high)
        ties = ops.noise(self.view.seed, self.view.signals.ids[tied])
        i = int(ties.argmin())
        return -float(high), float(ties[i]), int(tied[i])

    def take(self, row: int) -> View:
        self.free[row] = False
        self.left -= 1
        return self.view.keep(np.array([row]))

    def send(self, pick: View) -> None:
        self.scores = self._checked(self.generator.send(pick))

    def _checked(self, scores: np.ndarray) -> np.ndarray:
        scores = np.asarray(scores)
        if scores.shape != (len(self.view),):
            raise BadStrategy(f"a greedy strategy yielded scores of shape {scores.shape} for {len(self.view)} rows")
        return scores


def finite(scores: np.ndarray) -> np.ndarray:
    """An infinite score means that nothing was known yet; it is reported as the largest that was."""
    known = scores[np.isfinite(scores)]
    return np.where(np.isinf(scores), known.max(initial=0.0), scores)
