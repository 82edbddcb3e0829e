"""Array kernels that every strategy may use: the one place that knows numpy from torch.  Floor 0."""

from askance.ops.arrays import (
    as_numpy,
    blocks,
    entropy_of,
    first_bad_probs,
    first_bad_row,
    segment,
    softmax,
    top_two,
)
from askance.ops.farthest import farthest_first
from askance.ops.noise import gumbel, hex_id, key_ids, noise, parse_id, weighted_order
from askance.ops.race import Stairs, squared_draws
from askance.ops.top import top
from askance.ops.vectors import Dense, Outer, Residual, Vecs

__all__ = [
    "Dense",
    "Outer",
    "Residual",
    "Stairs",
    "Vecs",
    "as_numpy",
    "blocks",
    "entropy_of",
    "farthest_first",
    "first_bad_probs",
    "first_bad_row",
    "gumbel",
    "hex_id",
    "key_ids",
    "noise",
    "parse_id",
    "segment",
    "softmax",
    "squared_draws",
    "top",
    "top_two",
    "weighted_order",
]
