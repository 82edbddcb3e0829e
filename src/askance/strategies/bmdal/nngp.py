"""The kernel of an endlessly wide network before any training."""

from askance.ops.covariance import ArcCosine
from askance.ops.implicit import Implicit
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Vectors, strategy


@strategy(
    f"{PAPER}; Cho & Saul 2009; Lee et al. 2018, arXiv:1711.00165",
    part=True,
    bounds={"depth": (1, None), "bias": (0.0, None)},
    cost="O(N D)",
)
def nngp(vectors, *, depth=3, bias=0.1) -> Vectors:
    """Covariance of the outputs of a network with `depth` hidden layers of rectifiers.  vectors (N, D) -> N rows.

    Weights are normal with variance 2 / width, biases with bias^2.  Known by its values alone; `nngp | sketched | lcmd`
    takes the last layer of one such network at random.
    """
    return Implicit(vectors, ArcCosine(depth=depth, bias=bias))
