"""Sampling by the softmax of the utility, instead of taking the top."""

from askance import ops
from askance.strategy import Utility, strategy

LOWEST = -3.64  # below any Gumbel number that 53 bits of noise can give


@strategy(
    "Kirsch et al. 2021, arXiv:2106.12059 (softmax)",
    part=True,
    sampled=True,
    bounds={"temperature": (1e-6, None)},
    cost="O(N)",
)
def boltzmann(utility, ids, seed, *, temperature=1.0) -> Utility:
    """Keys whose top k are a sample without replacement with weights exp(utility / temperature).  (N,) -> (N,) >= 0.

    Gumbel-top-k: each key depends on its own row, so pools, shards and streams draw the same.  The paper's coldness is
    1 / temperature.  A temperature near 0 takes the top; a high one draws at random.
    """
    return utility / temperature + (ops.gumbel(seed, ids) - LOWEST)
