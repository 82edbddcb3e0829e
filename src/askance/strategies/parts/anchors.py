"""AnchorAL: a small pool around a few labelled samples of every class, so that rare classes are looked for too."""

import numpy as np

from askance import ops
from askance.ops.knn import nearest_rows
from askance.strategy import Picks, strategy


@strategy(
    "Lesci & Vlachos 2024, arXiv:2404.05623",
    part=True,
    labelled=True,
    bounds={"each": (1, None), "neighbours": (1, None), "size": (1, None)},
    cost="O(C each N D)",
)
def anchors(vectors, reference, labels, ids, k, seed, *, each=10, neighbours=50, size=1000) -> Picks:
    """The `size` rows nearest on average to the anchors that found them.  vectors (N, D), labels (L,) -> rows.

    Anchors are up to `each` labelled samples of every class, spread by farthest-first; each finds its `neighbours`
    nearest rows.  Put it first: `anchors | margin`.  At least k rows are given, anchors finding more where need be.
    """
    if not len(ids):
        return np.arange(0)
    chosen = reference[anchor_rows(reference, labels, each, seed)]
    wanted = min(max(size, k), len(ids))
    while True:
        rows, squared = nearest_rows(chosen, vectors, neighbours)
        count = np.bincount(rows.ravel(), minlength=len(ids))
        found = np.flatnonzero(count)
        if len(found) >= min(k, len(ids)):
            break
        neighbours *= 2
    total = np.bincount(rows.ravel(), np.sqrt(squared).ravel(), minlength=len(ids))
    mean = np.round(total[found] / count[found], 9)
    return np.sort(found[np.lexsort((ops.noise(seed, ids[found]), mean))[:wanted]])


def anchor_rows(reference, labels, each: int, seed: int) -> np.ndarray:
    """Up to `each` labelled rows of every class, the first drawn and then the farthest.  -> (A,) rows of reference."""
    out = []
    for name in np.unique(labels):
        mine = np.flatnonzero(np.asarray(labels) == name)
        places = ops.key_ids(0, len(mine))  # known samples come in by id, so their place is as good as one
        out.append(mine[ops.farthest_first(reference[mine], None, each, places, seed)[0]])
    return np.concatenate(out)
