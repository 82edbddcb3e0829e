"""BatchBALD: what the labels of a batch would tell about the model together."""

from itertools import count

import numpy as np

from askance import ops
from askance.strategies.committee.beliefs import doubt_left, prior, thinned, told
from askance.strategy import Greedy, strategy


@strategy(
    "Kirsch, van Amersfoort & Gal 2019, arXiv:1906.08158",
    bounds={"states": (2, None)},
    cost="O(k N S min(C^k, states))",
)
def batch_bald(members, seed, *, states=4096) -> Greedy:
    """What a sample's label would still tell about the model once those of the picks are known, in nats.

    members (N, S, C) -> (N,) a pick, in [0, ln C]; the sum over the picks is the mutual information of their labels
    and the model, and the first is `bald`.  Members must be consistent: member s the same model for every sample.
    Exact while the joint outcomes of the picks' labels and one more fit into `states`; after that the outcomes are
    drawn, by mass at even steps.  Of a large pool, `bald | top(x=50) | batch_bald` looks at the likely ones only.
    """
    _, size, classes = members.shape
    own = ops.entropy_of(members)
    beliefs = prior(size)
    for draw in count(1):
        gain = doubt_left(members, beliefs) - own @ beliefs.mean.astype(own.dtype)
        pick = yield np.maximum(np.round(gain, 7), 0.0)  # what is equal but for the order of a sum is a tie
        start = float(ops.noise(seed, pick.get("ids"), draw)[0])
        beliefs = thinned(told(beliefs, pick.get("members")[0]), max(2, states // classes), start)
