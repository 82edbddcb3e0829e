"""RT-AL: a regression tree says in which regions the numbers vary, and how many labels each is due."""

import numpy as np

from askance import ops
from askance.ops.numerals import as_numbers
from askance.strategies.regression.greedy_sampling import NUMBERS
from askance.strategy import Picks, strategy

PAPER = "Jose et al. 2023, DMKD (RT-AL); Goetz, Tewari & Zimmermann 2018 (the shares)"


@strategy(
    PAPER,
    labelled=True,
    bounds={"leaf": (1, None), "within": ("random", "far")},
    fails=NUMBERS
    | {
        "known_regions_are_left": "where all labels are equal there is one leaf, and in it the draw is random",
        "turned_and_scaled_space": "a tree cuts along the columns as they are",
        "spreads_a_batch": "within a leaf samples are drawn at random",
    },
    cost="O(N D (L + k) + L D log L)",
)
def rt_al(vectors, reference, labeled, labels, ids, k, seed, *, leaf=5, within="random") -> Picks:
    """Shares the batch out over the leaves of a tree by sqrt(share of the pool * variance of its labels).  -> rows.

    vectors (N, D), labels (L,).  The tree is fitted on the labels alone, with `leaf` of them or more in each.  Within
    a leaf: at random, or the farthest from what is known.  Where labels vary in no leaf, by the share of the pool.
    """
    if not len(ids):
        return np.arange(0)
    rows, y = vectors.array(), as_numbers(labels)
    pool, mine = leaves(rows, reference.array()[: len(labeled)], y, leaf, seed)
    names, here = np.unique(pool, return_inverse=True)
    size = np.bincount(here)
    spread = np.array([y[mine == name].var() for name in names])
    due = np.sqrt(size / len(ids) * spread)
    counts = shared_out(due if due.any() else size / len(ids), size, min(k, len(ids)))
    rows_of = [np.flatnonzero(here == i) for i in range(len(names))]
    walk = at_random if within == "random" else farthest
    found = [r[walk(vectors[r], reference, n, ids[r], seed)] for r, n in zip(rows_of, counts, strict=True) if n]
    turn = np.concatenate([np.arange(len(f)) for f in found])  # the first of every leaf before the second of any
    chosen = np.concatenate(found)
    return chosen[np.lexsort((ops.noise(seed, ids[chosen]), turn))]


def leaves(rows: np.ndarray, known: np.ndarray, y: np.ndarray, leaf: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The leaf of each row of the pool (N,), and of each labelled one (L,)."""
    from sklearn.tree import DecisionTreeRegressor

    tree = DecisionTreeRegressor(min_samples_leaf=min(leaf, len(y)), random_state=seed % 2**32).fit(known, y)
    return tree.apply(np.asarray(rows, np.float32)), tree.apply(np.asarray(known, np.float32))


def shared_out(due: np.ndarray, size: np.ndarray, k: int) -> np.ndarray:
    """k in proportion to `due` (M,), no leaf getting more than its `size` (M,); whole numbers by largest remainder."""
    counts = np.zeros(len(due), np.int64)
    while k > counts.sum():
        open_ = counts < size
        weight = np.where(open_, due, 0.0)
        weight = weight if weight.any() else open_.astype(float)  # leaves that are due nothing come last
        wanted = (k - counts.sum()) * weight / weight.sum()
        whole = np.minimum(np.floor(wanted).astype(np.int64), size - counts)
        if not whole.any():
            best = np.argsort(-(wanted - np.floor(wanted)) - 1e9 * ((wanted > 0) & open_), kind="stable")
            whole[best[: k - counts.sum()]] = 1
            whole = np.minimum(whole, size - counts)
        counts += whole
    return counts


def at_random(vectors, reference, k: int, ids: np.ndarray, seed: int) -> np.ndarray:
    return np.argsort(ops.noise(seed, ids))[:k]


def farthest(vectors, reference, k: int, ids: np.ndarray, seed: int) -> np.ndarray:
    return ops.farthest_first(vectors, reference, k, ids, seed)[0]
