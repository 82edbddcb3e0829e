"""Which samples are learned from, which are drawn for validation, and which are only tested on.  Floor 5.

A hash of the sample's id decides, so the shares are the same for every strategy, process and order of the pool, and a
sample keeps its share when the pool grows.
"""

from dataclasses import dataclass

import numpy as np

from askance import ops

SPLIT, VALIDATION_ORDER, STOP_SET = 1001, 1002, 1003  # draws of ops.noise, apart from those of the strategies


@dataclass(frozen=True)
class Shares:
    """Ids, uint64 each.

    train       (N,) what a strategy may choose, in the order of the pool
    validation  (V,) in the order in which they are drawn: a uniform sample of the pool, whatever the strategy does
    test        (T,) never asked about
    stop_set    (S,) a fixed sample of the first two, watched by the stopping rules
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    stop_set: np.ndarray


def share_out(ids: np.ndarray, seed: int, validation: float, test: float | np.ndarray, stop_set: int) -> Shares:
    """test: the share to set aside, or the very ids."""
    u = ops.noise(seed, ids, SPLIT)
    held = np.isin(ids, test) if isinstance(test, np.ndarray) else u >= 1 - test
    kept, drawn = ids[~held], u[~held] < validation
    order = np.argsort(ops.noise(seed, kept[drawn], VALIDATION_ORDER))
    watched = np.argsort(ops.noise(seed, kept, STOP_SET))[:stop_set]
    return Shares(kept[~drawn], kept[drawn][order], ids[held], kept[watched])
