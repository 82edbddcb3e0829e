"""Sampling in proportion to a power of the utility, instead of taking the top."""

from askance import ops
from askance.strategy import Utility, strategy


@strategy("Kirsch et al. 2021, arXiv:2106.12059", part=True, sampled=True, bounds={"beta": (0.0, None)}, cost="O(N)")
def power(utility, ids, seed, *, beta=1.0) -> Utility:
    """Keys whose top k are a sample without replacement with weights utility ** beta.  utility (N,) -> (N,) >= 0.

    The paper perturbs log utility by Gumbel noise; the same order results from utility ** beta / -log u
    (Efraimidis & Spirakis 2006), which stays defined at a utility of 0: such a sample comes last.
    """
    return ops.weighted_order(utility**beta, seed, ids)
