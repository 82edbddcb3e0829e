"""Labelled against unlabelled on the graph of nearest neighbours, by a graph convolutional network."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from askance import ops
from askance.ops import coverage
from askance.ops.graph_net import Net, mixed, odds, trained, untrained
from askance.ops.knn import nearest_rows, neighbours
from askance.ops.vectors import gaps
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategy import Picks, Utility, strategy

PAPER = "Caramalau, Bhattarai & Kim 2021, arXiv:2006.10219"
LANDMARKS, LINKS, HIDDEN, BALANCE = 100, 10, 32, 1.2
BOUNDS = {"nodes": (2, None), "steps": (0, None)}
BLOCK = 8192


@dataclass(frozen=True)
class Graph:
    """Nodes that the network is trained on: vectors, features (n, F), near and weight (n, c); width: of a likeness."""

    nodes: ops.Vecs
    features: np.ndarray
    near: np.ndarray
    weight: np.ndarray
    marks: ops.Vecs
    like: coverage.Likeness
    width: float

    @cached_property
    def fed(self) -> np.ndarray:
        """(n, F) what the first layer is fed of the nodes."""
        return mixed(self.features, self.features, self.near, self.weight)

    def shares(self, squared: np.ndarray) -> np.ndarray:
        """Weights of neighbours that sum to 1.  (m, c) squared distances -> (m, c)."""
        weight = np.exp(-(squared - squared.min(1, keepdims=True)) / (2 * self.width))
        return np.asarray(weight / weight.sum(1, keepdims=True))


@strategy(
    PAPER,
    local=False,
    bounds={"margin": (0.0, 1.0), **BOUNDS},
    fails={
        "known_regions_are_left": "each sample is judged by itself, so a batch is of one group; `coregcn` spreads it"
    },
    cost="O(N (nodes + L) D + steps (nodes + L))",
)
def uncertain_gcn(vectors, reference, ids, seed, *, margin=0.1, nodes=1000, steps=200) -> Utility:
    """One minus how far the probability of being labelled is from `margin`.  vectors (N, D), reference (L, D) -> (N,).

    A network of two layers on the graph that joins each sample to its 10 nearest is trained to tell the labelled from
    at most `nodes` others (the paper: 10,000, and all pairs joined); whoever is no node is asked by its nearest nodes.
    Features are likenesses to 100 landmarks, so that neither turning nor scaling the space changes anything.  With
    nothing labelled all are worth the same.
    """
    if reference is None or not len(vectors):
        return np.ones(len(vectors))
    net, graph, own = network(vectors, reference, ids, seed, nodes, steps)
    sent = net.signal(graph.fed)
    out = np.empty(len(vectors))
    for rows in (slice(i, i + BLOCK) for i in range(0, len(vectors), BLOCK)):
        fed, near, weight = seen(graph, vectors[rows], own[rows])
        out[rows] = odds(net, fed, sent, near, weight)
    return np.asarray(np.round(1.0 - np.abs(1.0 / (1.0 + np.exp(-np.clip(out, -500, 500))) - margin), 6))


@strategy(PAPER, bounds=BOUNDS, cost="O(N (nodes + L) D + steps (nodes + L) + N k)")
def coregcn(vectors, reference, ids, k, seed, *, nodes=1000, steps=200) -> Picks:
    """Farthest-first where that network sees the samples: its first layer.  vectors (N, D), reference (L, D) -> (k,).

    With nothing labelled the network is untrained, and the first pick is drawn.
    """
    if len(vectors) <= 1:
        return np.arange(min(len(vectors), k))
    net, graph, own = network(vectors, reference, ids, seed, nodes, steps)
    known = None if reference is None else ops.Dense(net.inner(graph.fed[-len(reference) :]).astype(np.float32))
    return ops.farthest_first(inner(net, graph, vectors, own), known, k, ids, seed)[0]


def network(vectors, reference, ids, seed: int, nodes: int, steps: int) -> tuple[Net, Graph, np.ndarray]:
    """The network, trained where there is anything to tell apart; the graph; and which node each row is, or -1."""
    free = coverage.witnesses(ids, seed, nodes)
    free = free[np.argsort(ids[free])]
    graph, own = graph_of(vectors, reference, ids, seed, free), np.full(len(ids), -1)
    own[free] = np.arange(len(free))
    net = untrained(graph.features.shape[1], HIDDEN, seed)
    if reference is None:
        return net, graph, own
    labelled = np.arange(len(graph.nodes)) >= len(free)
    return trained(net, graph.fed, graph.near, graph.weight, labelled, BALANCE, steps), graph, own


def graph_of(vectors, reference, ids, seed: int, free: np.ndarray) -> Graph:
    """Those rows of the pool, and then all that is known, joined to their nearest."""
    nodes = vectors[free] if reference is None else vectors[free].joined(reference)
    marks = vectors[coverage.witnesses(ids, seed + 1, LANDMARKS)]
    like = coverage.rbf(bandwidth(vectors, ids, seed))
    near, squared = neighbours(nodes, min(LINKS, len(nodes) - 1))
    graph = Graph(nodes, likenesses(nodes, marks, like), near, squared, marks, like, width_of(squared))
    return Graph(nodes, graph.features, near, graph.shares(squared), marks, like, graph.width)


def width_of(squared: np.ndarray) -> float:
    """The median squared distance to a neighbour, or 1 where all are copies."""
    return float(np.median(squared)) or 1.0 if squared.size else 1.0


def likenesses(some, marks, like: coverage.Likeness) -> np.ndarray:
    """(m, D) -> (m, 100), less their mean over the landmarks."""
    return like(gaps(some, marks)).astype(np.float64)


def seen(graph: Graph, some, own: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the network is fed of samples, and their nearest nodes with weights; a node is no neighbour of itself."""
    near, squared = nearest_rows(some, graph.nodes, min(LINKS + 1, len(graph.nodes)))
    near, squared = without_self(near, squared, own)
    weight = graph.shares(squared)
    return mixed(likenesses(some, graph.marks, graph.like), graph.features, near, weight), near, weight


def without_self(near: np.ndarray, squared: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One neighbour fewer: the node that the sample is, or else the last."""
    gone = near == own[:, None]
    gone[~gone.any(1), -1] = True
    keep = ~gone
    shape = len(near), near.shape[1] - 1
    return near[keep].reshape(shape), squared[keep].reshape(shape)


def inner(net: Net, graph: Graph, some, own: np.ndarray) -> ops.Dense:
    """The first layer's output.  -> (m, 32)."""
    parts = [slice(i, i + BLOCK) for i in range(0, len(some), BLOCK)]
    return ops.Dense(np.concatenate([net.inner(seen(graph, some[p], own[p])[0]) for p in parts]).astype(np.float32))
