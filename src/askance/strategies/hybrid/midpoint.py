"""Query synthesis by midpoints: half-way between samples of opposite classes, and the nearest real one."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from askance import ops
from askance.ops.vectors import gaps
from askance.strategy import Picks, strategy

REACH = 0.75  # of a pair's squared distance, within which its middle's nearest must lie; 0.25 are the ends themselves
MOST = 500  # labelled samples that pairs are made of, drawn by id where there are more: pairs are L x L


@dataclass(frozen=True)
class Ends:
    """Samples between which is looked: where they lie (L, D), what the model says of them (L, C), their class (L,)."""

    rows: np.ndarray
    probs: np.ndarray
    owner: np.ndarray


@strategy(
    "Wang et al. 2015, Active learning via query synthesis and nearest neighbour search, Neurocomputing 147",
    fails={
        "spreads_a_batch": "it closes in on the boundary between the classes that are labelled, and looks nowhere else",
        "not_worse_than_random": "0.16 of AUBC worse on digits: between known classes no other is ever found",
    },
    cost="O(k N D + L^2 D)",
)
def midpoint(probs, embeddings, labeled, labels, ids, k, seed) -> Picks:
    """Real samples nearest to the middles of opposite pairs.  probs (N, C), embeddings (N, D) -> (min(k, N),) rows.

    A labelled sample and the nearest one with each other label are opposite pairs, and the closest pair comes first.
    The real sample nearest to its middle is picked, and takes the place of the end that it is more like, by what the
    model says of both; the smaller pair comes last, and one with nothing real inside is dropped.  So pairs close in on
    the boundary, as the paper's do by answers, which within a batch there are none of.  Where no two classes are
    labelled, the surest sample of each predicted class is an end.  The paper's second step, outwards along the
    boundary, is left out.
    """
    order = np.argsort(ops.noise(seed, ids))  # so that the first of equals is a fair choice
    rows, said = embeddings[order].astype(np.float64), probs[order]
    ends = labelled_ends(labeled, labels, seed) or surest_ends(rows, said)
    picks = closing_in(rows, said, ends, min(k, len(ids)))
    rest = np.setdiff1d(np.arange(len(ids)), picks)
    return order[np.concatenate([picks, rest[: k - len(picks)]])]


def labelled_ends(labeled, labels, seed: int) -> Ends | None:
    """None where fewer than two classes are labelled."""
    if labeled is None or labels is None or len(np.unique(labels)) < 2:
        return None
    some = np.argsort(ops.noise(seed, labeled.ids))[:MOST]
    return Ends(labeled["embeddings"][some].astype(np.float64), labeled["probs"][some], np.asarray(labels)[some])


def surest_ends(rows: np.ndarray, probs: np.ndarray) -> Ends:
    """Of each class that anything is predicted to be, the sample it is likeliest for."""
    said = probs.argmax(1)
    classes = np.unique(said)
    best = np.array([np.where(said == c, probs[:, c], -1.0).argmax() for c in classes], np.int64)
    return Ends(rows[best], probs[best], classes)


def opposite_pairs(ends: Ends) -> list[tuple[int, int]]:
    """Each end with the nearest of every other class, each pair once, the closest first."""
    far = gaps(ops.Dense(ends.rows), ops.Dense(ends.rows))
    found: dict[tuple[int, int], float] = {}
    for name in np.unique(ends.owner):
        mine = np.flatnonzero(ends.owner == name)
        for i in np.flatnonzero(ends.owner != name).tolist():
            j = int(mine[far[i, mine].argmin()])
            found[min(i, j), max(i, j)] = float(far[i, j])
    return sorted(found, key=lambda pair: (found[pair], pair))


def closing_in(rows: np.ndarray, probs: np.ndarray, ends: Ends, k: int) -> np.ndarray:
    """At most k rows, in the order in which pairs lead to them; none where there is no pair.  -> int64"""
    queue = deque((ends.rows[i], ends.probs[i], ends.rows[j], ends.probs[j]) for i, j in opposite_pairs(ends))
    space, picks = ops.Dense(rows), list[int]()
    gone = np.zeros(len(rows), bool)
    while queue and len(picks) < k:
        a, p, b, q = queue.popleft()
        far = space.to(ops.Dense((a + b)[None] / 2))
        far[gone] = np.inf
        row = int(far.argmin())
        if far[row] >= ((a - b) ** 2).sum() * REACH:
            continue  # nothing real is left between the two
        gone[row] = True
        picks.append(row)
        like_a = probs[row] @ p >= probs[row] @ q
        queue.append((rows[row], probs[row], b, q) if like_a else (a, p, rows[row], probs[row]))
    return np.array(picks, np.int64)
