"""Few columns in place of many, or of none: random projections that keep inner products on average."""

from askance.ops.sketch import sketch
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Vectors, strategy


@strategy(f"{PAPER}; Woodruff 2014; Rahimi & Recht 2007", part=True, bounds={"dims": (1, None)}, cost="O(N D dims)")
def sketched(vectors, seed, *, dims=512) -> Vectors:
    """`dims` random columns whose inner products are on average those of the vectors.  (N, D) -> (N, dims).

    Gaussian for plain vectors; for gradients that are products each factor is projected and the two are multiplied;
    for `laplace` and `nngp` random features.  The error of an inner product falls with 1 / sqrt(dims).
    """
    return sketch(vectors, dims, seed)
