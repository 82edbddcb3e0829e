"""Bootstrap committees around anything that fits.  Floor 4."""

import numpy as np

from askance import ops
from askance.errors import BadLearner

DRAW = 7100  # member s draws from DRAW + s


def check_members(members: int, owner: str) -> int:
    """0 (none) or at least 2: a committee of one has nothing to disagree about."""
    if members == 1 or members < 0:
        raise BadLearner(f"{owner} has members={members}; a committee needs at least 2 (0 for none)")
    return members


def bootstrap(y: np.ndarray, ids: np.ndarray, seed: int, members: int) -> np.ndarray:
    """How often each member sees each row: y (N,) class numbers, ids (N,) uint64 -> (S, N) int.

    The Poisson bootstrap (Oza & Russell 2001): a row's count depends on (seed, member, id) alone, so neither the order
    of the rows nor the other rows matter.  A class that a member would not see gives it one row.
    """
    draws = np.array([ops.noise(seed, ids, DRAW + s) for s in range(members)]).reshape(members, len(ids))
    # Poisson(1) by its inverse distribution: P(count <= k) for k = 0, 1, ...
    steps = np.cumsum(np.exp(-1.0) / np.array([1, 1, 2, 6, 24, 120, 720, 5040, 40320]))
    counts = np.searchsorted(steps, draws)
    for c in range(int(y.max(initial=-1)) + 1):
        rows = np.flatnonzero(y == c)
        unseen = np.flatnonzero(counts[:, rows].sum(1) == 0)
        counts[unseen, rows[draws[unseen][:, rows].argmax(1)]] = 1
    return counts
