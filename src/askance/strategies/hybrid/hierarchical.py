"""Hierarchical sampling: a tree of clusters, cut as far as labels say they differ, sampled where they are mixed."""

from dataclasses import dataclass

import numpy as np

from askance import ops
from askance.strategies.diversity.kmeans import cluster
from askance.strategy import Picks, strategy

LEAVES = 400  # rows are joined into so many cells at most before the tree is built


@strategy(
    "Dasgupta & Hsu 2008 (ICML)",
    fails={
        "spreads_a_batch": "it draws from the cells of the tree at random, and with nothing labelled from the root",
        "known_regions_are_left": "with labels of one class the root looks pure, and draws are spread over all of it",
    },
    cost="O(N D cells + cells^2 D)",
)
def hierarchical(vectors, reference, labels, ids, k, seed) -> Picks:
    """Draws from the cells of a pruned cluster tree, by size times doubt.  vectors (N, D), labels (L,) -> (k,) rows.

    The tree is Ward's.  Of every node the labels tell, with a margin of error, how pure it is; the pruning is the one
    of least estimated error, and a cell is drawn from by its rows times 1 - the lower bound of its largest class.
    """
    n = len(ids)
    order = np.argsort(ops.noise(seed, ids))
    if n <= max(k, 2):
        return order[:k]
    rows = vectors[order].array().astype(np.float64)
    count = 0 if labels is None else len(labels)
    known = rows[:0] if reference is None else reference.array().astype(np.float64)[:count]
    tree = grown(np.concatenate([rows, known]), seed)
    names = np.unique(labels) if count else np.zeros(0)
    y = np.searchsorted(names, labels) if count else np.zeros(0, np.int64)
    cells, doubt = pruned(tree, n, y, len(names))
    return order[drawn(cells, doubt, k, ops.noise(seed, ids[order], 1))]


@dataclass(frozen=True)
class Tree:
    """leaf (N + L,): the leaf of each row; children (inner, 2): leaves are nodes 0 to leaves - 1, these follow."""

    leaf: np.ndarray
    children: np.ndarray
    leaves: int


def grown(rows: np.ndarray, seed: int) -> Tree:
    from scipy.cluster.hierarchy import linkage

    rows = rows - rows.mean(0)
    if len(rows) <= LEAVES:
        centres, leaf = rows, np.arange(len(rows))
    else:
        centres, leaf = cluster(rows, LEAVES, seed)
    return Tree(leaf, linkage(centres, "ward")[:, :2].astype(np.int64), len(centres))


def counted(tree: Tree, values: np.ndarray, leaf: np.ndarray) -> np.ndarray:
    """Sums of (m, C) values over the rows below every node.  -> (nodes, C)."""
    out = np.zeros((tree.leaves + len(tree.children), values.shape[1]))
    np.add.at(out, leaf, values)
    for i, (a, b) in enumerate(tree.children):
        out[tree.leaves + i] = out[a] + out[b]
    return out


def bounds(labelled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bounds of the share of every class, (nodes, C) counts -> (nodes, C) each, in [0, 1]."""
    n = np.maximum(labelled.sum(1, keepdims=True), 1e-9)
    p = labelled / n
    wide = 1 / n + np.sqrt(p * (1 - p) / n)
    return np.clip(p - wide, 0, 1), np.clip(p + wide, 0, 1)


def pruned(tree: Tree, n: int, y: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """The cell of each row in the pruning of least estimated error, and the doubt of each cell.  -> (n,), (nodes,).

    A class may stand for a node where its lower bound is over 2 * (upper bound of any other) - 1, and then errs by
    1 - its share; a node where none may errs by 1.
    """
    size = counted(tree, np.ones((n, 1)), tree.leaf[:n])[:, 0]
    labelled = counted(tree, np.eye(max(classes, 1))[y], tree.leaf[n:])
    low, high = bounds(labelled)
    rival = np.stack([np.delete(high, c, 1).max(1, initial=0.0) for c in range(high.shape[1])], 1)
    share = labelled / np.maximum(labelled.sum(1, keepdims=True), 1)
    error = np.where((low > 2 * rival - 1) & (labelled.sum(1, keepdims=True) > 0), 1 - share, 1.0).min(1)
    split = np.zeros(len(error), bool)
    for i, (a, b) in enumerate(tree.children):
        node = tree.leaves + i
        below = (size[a] * error[a] + size[b] * error[b]) / max(size[node], 1e-9)
        if below < error[node] - 1e-12:
            error[node], split[node] = below, True
    return cells_of(tree, split)[tree.leaf[:n]], 1 - low.max(1)


def cells_of(tree: Tree, split: np.ndarray) -> np.ndarray:
    """The node of the pruning above every leaf.  split (nodes,) bool -> (leaves,)."""
    cell = np.full(len(split), len(split) - 1)
    for i in range(len(tree.children) - 1, -1, -1):
        node = tree.leaves + i
        for child in tree.children[i]:
            cell[child] = child if split[node] and cell[node] == node else cell[node]
    return cell[: tree.leaves]


def drawn(cells: np.ndarray, doubt: np.ndarray, k: int, noise: np.ndarray) -> np.ndarray:
    """k rows without replacement, each in proportion to the doubt of its cell.  cells (n,) -> (k,)."""
    keys = np.maximum(doubt[cells], 1e-6) / -np.log(noise)  # Efraimidis & Spirakis 2006
    return np.argsort(-keys, kind="stable")[:k]
