"""How typical of the pool a sample is, where those that do not belong may resemble one another."""

import numpy as np

from askance.ops.coverage import witnesses as drawn
from askance.ops.kernel import even
from askance.ops.vectors import gaps
from askance.progress import track
from askance.strategy import Utility, strategy

CELLS = 1_000_000  # of a block of distances


@strategy(
    "- (distance to a far neighbour, Ramaswamy, Rastogi & Shim 2000, averaged over near ones)",
    part=True,
    local=False,
    bounds={"far": (0.01, 0.99), "near": (0, None), "witnesses": (2, None)},
    cost="O(N M D) for M witnesses",
)
def typical(vectors, reference, labeled, pending, ids, *, far=0.25, near=10, witnesses=1000) -> Utility:
    """The share of all samples that are stranger, as in `typical | gate(share=0.1) | margin`.  (N, D) -> [0, 1].

    Strange is who has to go far to meet a share `far` of the pool.  A group of strays is not at home there, however
    dense it is, as long as it is smaller than that share.  Strays are alike, and strange each by chance: the distance
    is averaged over the sample and its `near` nearest, twice.  Up to `witnesses` samples, drawn by their ids, stand for
    the pool; labelled and pending samples, reference (L, D), belong to it, so that a sample is as typical in one round
    as in the next.  Moving, turning and scaling the space changes nothing.  It does not find strays that lie in the
    middle of the pool, and of those that are each alone only the far ones: `crowded` and `mahalanobis` are for these.
    """
    crowd = the_crowd(vectors, reference, labeled, pending, ids, witnesses)
    if not len(ids) or not len(crowd):
        return np.zeros(len(ids))
    level = averaged(*far_and_near(crowd, crowd, far, near))
    known = None if reference is None else strangeness(reference, crowd, level, far, near)
    return standing(strangeness(vectors, crowd, level, far, near), known)


def the_crowd(vectors, reference, labeled, pending, ids: np.ndarray, most: int):
    """Up to `most` of all samples, the known ones too, drawn by their ids.  -> (M, D) vectors."""
    if reference is None:
        return vectors[drawn(ids, 0, most)]
    known = [s.ids for s in (labeled, pending) if s is not None]
    rows = drawn(np.concatenate([ids, *known]), 0, most)
    return vectors[rows[rows < len(ids)]].joined(reference[rows[rows >= len(ids)] - len(ids)])


def strangeness(vectors, crowd, level: np.ndarray, far: float, near: int) -> np.ndarray:
    """The far distance, averaged with the `level` (M,) of the nearest of the crowd (M, D).  (N, D) -> (N,)."""
    own, nearest = far_and_near(vectors, crowd, far, near)
    return averaged(own, nearest, level)


def averaged(own: np.ndarray, nearest: np.ndarray, level: np.ndarray | None = None) -> np.ndarray:
    """own (N,), and the levels (M,), else the own, of its nearest (N, c), all weighing the same.  -> (N,)."""
    level = own if level is None else level
    return (own + level[nearest].sum(1)) / (1 + nearest.shape[1])


def far_and_near(vectors, crowd, far: float, near: int) -> tuple[np.ndarray, np.ndarray]:
    """The distance within which a share `far` of the crowd lies, and its nearest rows.  (N, D) -> (N,), (N, c)."""
    at, count = max(int(np.ceil(far * len(crowd))) - 1, 0), min(near, len(crowd) - 1)
    own, nearest = np.empty(len(vectors)), np.empty((len(vectors), count), np.int64)
    step = max(1, CELLS // len(crowd))
    for part in track([slice(i, i + step) for i in range(0, len(vectors), step)], "how typical"):
        squared = gaps(vectors[part], crowd)
        own[part] = np.sqrt(np.partition(squared, at, axis=1)[:, at])
        nearest[part] = np.argpartition(squared, count, axis=1)[:, :count]
    return own, nearest


def standing(strange: np.ndarray, known: np.ndarray | None) -> np.ndarray:
    """The share of all others that are stranger; those as strange count half.  (N,), known (L,) or None -> (N,).

    What differs by the rounding of single precision is as strange.
    """
    every = strange if known is None else np.concatenate([strange, known])
    widest = float(every.max(initial=0.0)) or 1.0
    scaled = even(every / widest, np.zeros(0, np.float32))
    place, counts = np.unique(scaled, return_inverse=True, return_counts=True)[1:]
    above = len(every) - np.cumsum(counts)
    return ((above + (counts - 1) / 2) / max(len(every) - 1, 1))[place[: len(strange)]]
