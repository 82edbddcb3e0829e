"""The linear kernel: embeddings as they are, and a column for the intercept."""

import numpy as np

from askance.strategy import Vectors, strategy

PAPER = "Holzmüller, Zaverkin, Kästner & Steinwart 2023, arXiv:2203.09410"


@strategy(PAPER, part=True, bounds={"bias": (0.0, None)}, cost="O(N D)")
def linear(embeddings, *, bias=1.0) -> Vectors:
    """x and a constant: k(x, y) = x.y + bias^2, the kernel of a linear model.  embeddings (N, D) -> (N, D + 1).

    As in `linear | scaled | max_det`.
    """
    return with_bias(embeddings, bias)


def with_bias(rows: np.ndarray, bias: float) -> np.ndarray:
    """(N, D) -> (N, D + 1)."""
    return np.concatenate([rows, np.full((len(rows), 1), bias, rows.dtype)], 1)
