"""Which of the labels are trained on and which are held back to judge by.  Floor 4."""

from dataclasses import dataclass, field

import numpy as np

from askance import ops

DRAW = 7101  # keeps these draws apart from those of strategies and folds


def _none() -> np.ndarray:
    return np.zeros(0, np.uint64)


@dataclass(frozen=True)
class Split:
    """train, held: distinct ids (n,) uint64, sorted."""

    train: np.ndarray = field(default_factory=_none)
    held: np.ndarray = field(default_factory=_none)


def split(ids: np.ndarray, y: np.ndarray, share: float, seed: int, before: Split | None = None) -> Split:
    """Holds back a share of each class, and leaves each class at least one sample to train on.

    ids (N,) uint64, y (N,) class numbers, share in [0, 0.5].  A sample keeps the role that it had in `before`: a
    network that goes on from old weights must not be judged by what those weights were trained on.
    """
    before = before or Split()
    held = np.isin(ids, before.held)
    new = ~held & ~np.isin(ids, before.train)
    for c in np.unique(y):
        mine = np.flatnonzero(new & (y == c))
        order = mine[np.argsort(ops.noise(seed, ids[mine], DRAW), kind="stable")]
        held[order[: round(share * len(order))]] = True
    return Split(np.sort(ids[~held]), np.sort(ids[held]))
