"""2-BALD: BatchBALD as far as pairs of samples go."""

import numpy as np

from askance.strategies.committee.bald import bald
from askance.strategies.committee.beliefs import information, prior, told
from askance.strategy import Greedy, strategy


@strategy("Kirsch 2023, arXiv:2301.09490", cost="O(k N S C^2)")
def two_bald(members) -> Greedy:
    """`bald` of a sample less what its label has in common with that of each pick, pair by pair, in nats.

    members (N, S, C) -> (N,) a pick: I[y; model] - sum over the picks j of I[y; y_j].  The first two terms of
    inclusion and exclusion for the information that a batch's labels hold together; `batch_bald` has them all.  Exact
    for two picks; later ones may come out below 0, and are then put in their order at next to nothing.  Nothing is
    drawn, and the cost of a pick does not grow.  Members must be consistent: member s the same model for every sample.
    """
    left = bald.fn(members).astype(float)
    while True:
        even = left.round(7)  # what is equal but for the order of a sum is a tie
        pick = yield np.where(even > 0, even, 1e-9 * np.exp(even))
        left = left - information(members, told(prior(members.shape[1]), pick.get("members")[0]))
