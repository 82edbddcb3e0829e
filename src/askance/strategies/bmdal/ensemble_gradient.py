"""The gradient kernels of a committee of networks, added up."""

from askance.strategies.bmdal.full_gradient import layered
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Vectors, recipe, strategy


@strategy(PAPER, part=True, cost="O(N S L W) for S members of L layers")
def ensemble_gradient(member_layers) -> Vectors:
    """`full_gradient` of every member, side by side.  member_layers (N, S L, 2, W) -> (N, all weights of all).

    The inner product is the sum over the members: what no single start of a network decides.
    """
    return layered(member_layers, "member_layers")


recipe(
    "lcmd_ensemble",
    "ensemble_gradient | sketched(dims=dims) | lcmd",
    paper=PAPER,
    doc="LCMD-TP on the gradients of a committee of networks, the best of the paper.  member_layers (N, S L, 2, W) -> "
    "k rows.",
    module=__name__,
    cost="O(N dims (S + L + k))",
    dims=512,
    bounds={"dims": (1, None)},
)
