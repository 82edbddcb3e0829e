"""EPIG: what a label would tell about the predictions that matter, rather than about the model."""

import numpy as np

from askance import ops
from askance.strategies.committee.beliefs import each_told, information, prior, thinned, told
from askance.strategy import Utility, strategy

PAPER = "Bickford Smith et al. 2023, arXiv:2304.08151"
BOUNDS = {"targets": (1, None), "states": (2, None)}
DRAW = 4100  # of the targets, and then of the states


@strategy(PAPER, local=False, bounds=BOUNDS, cost="O(N S min(targets C, states))")
def epig(members, ids, seed, *, targets=100, states=32768) -> Utility:
    """Expected predictive information gain: mutual information of a sample's label and a target's, averaged, in nats.

    members (N, S, C) -> (N,) in [0, bald].  The targets are a random sample of the unlabelled pool, not the labelled
    set; `targeted_epig` takes them from elsewhere in it.  Exact for those targets while targets * C * C fits into
    `states`; beyond that the targets' labels are drawn, by mass at even steps.
    """
    return gain(members, members[at_random(ids, seed, targets)], seed, states)


@strategy(PAPER, local=False, bounds=BOUNDS, cost="O(N S min(targets C, states))")
def targeted_epig(members, target, ids, seed, *, targets=100, states=32768) -> Utility:
    """EPIG where the pool is not like what the model is for.  members (N, S, C), target (N,) -> (N,) in [0, bald].

    target >= 0 says how much each sample of the pool is like that; the targets are drawn in proportion to it.
    """
    keys = ops.weighted_order(np.maximum(target, 0.0), seed, ids, DRAW)
    return gain(members, members[ops.top(keys, ids, targets, seed)], seed, states)


@strategy("Kirsch, Rainforth & Gal 2021, arXiv:2106.11719", local=False, bounds=BOUNDS, cost="O(N S states)")
def joint_epig(members, ids, seed, *, targets=20, states=8192) -> Utility:
    """JEPIG: what a sample's label would tell about all the targets' labels together, in nats.

    members (N, S, C) -> (N,) in [0, bald], and not below `epig` of the same targets.  The more targets, the nearer to
    `bald`.  The joint outcomes are drawn where they do not fit into `states`.
    """
    beliefs = prior(members.shape[1])
    for row in at_random(ids, seed, targets):
        start = float(ops.noise(seed, ids[[row]], DRAW + 1)[0])
        beliefs = thinned(told(beliefs, members[row]), fitting(states, members), start)
    return np.round(information(members, beliefs), 7)


def at_random(ids: np.ndarray, seed: int, count: int) -> np.ndarray:
    """`count` rows of the pool drawn by their ids, in the order drawn."""
    return ops.top(ops.noise(seed, ids, DRAW), ids, count, seed)


def fitting(states: int, members: np.ndarray) -> int:
    """How many states of the targets there may be: each meets every class of the sample."""
    return max(2, states // members.shape[2])


def gain(members: np.ndarray, targets: np.ndarray, seed: int, states: int) -> np.ndarray:
    """members (N, S, C), targets (T, S, C) -> (N,) nats."""
    if not len(targets):
        return np.zeros(len(members))
    start = float(ops.noise(seed, np.zeros(1, np.uint64), DRAW + 1)[0])
    beliefs = thinned(each_told(targets), fitting(states, members), start)
    return np.round(information(members, beliefs), 7)  # what is equal but for the order of a sum is a tie
