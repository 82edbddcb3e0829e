"""Draws a batch from the arms by their odds, and remembers how likely every pick was.  Floor 2."""

from collections.abc import Sequence

import numpy as np

from askance import ops
from askance.meta.past import Draw

ARM, SAMPLE = 1101, 1102  # draws of ops.noise, apart from those of the strategies

Offers = Sequence[np.ndarray | None]


def draw(
    odds: np.ndarray, offers: Offers, everyone: np.ndarray, free: np.ndarray, k: int, seed: int
) -> tuple[Draw, ...]:
    """Draws until k free samples have come.  A draw gives the arm's best that is not in the batch yet.

    odds      (K,), which sum to 1
    offers    for each arm its own batch of k free samples, ids, best first; None for `random`, and for one that is out
    everyone  (n,) ids that `random` draws from, with those that have a label: drawn again, they cost nothing
    free      (m,) ids that may be asked about, m >= k
    """
    open_ = set(free.tolist())
    taken: set[int] = set()
    out: list[Draw] = []
    bounds = np.cumsum(odds) / odds.sum()
    while len(taken) < min(k, len(open_)):
        u, v = uniform(seed, len(out), ARM), uniform(seed, len(out), SAMPLE)
        nexts = [None if o is None else next(i for i in o.tolist() if i not in taken) for o in offers]
        arm = int(np.searchsorted(bounds, u, side="right"))
        best = nexts[arm]
        sample = int(everyone[int(v * len(everyone))]) if best is None else best
        advice = advised(sample, nexts, odds, len(everyone))
        out.append(Draw(sample, arm, float(odds @ advice), tuple(advice.tolist())))
        taken |= {sample} & open_
    return tuple(out)


def advised(sample: int, nexts: Sequence[int | None], odds: np.ndarray, n: int) -> np.ndarray:
    """(K,) how likely each arm was to give the sample; 0 for one that is out."""
    said = [1.0 / n if i is None else float(i == sample) for i in nexts]
    return np.where(odds > 0, said, 0.0)


def uniform(seed: int, nth: int, word: int) -> float:
    """In (0, 1), the same for the same three."""
    return float(ops.noise(seed, np.array([nth], np.uint64), word)[0])
