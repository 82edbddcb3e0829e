"""Vectors to a common length, so that a noise level means the same for every kernel."""

from collections.abc import Callable
from typing import Any

import numpy as np

from askance import ops
from askance.ops.implicit import Implicit, Times
from askance.strategies.bmdal.linear import PAPER
from askance.strategy import Vectors, strategy


@strategy(PAPER, part=True, cost="O(N D)")
def scaled(vectors, reference) -> Vectors:
    """Divided by the root mean square length of what is known.  vectors (N, D), reference (L, D) -> (N, D).

    The mean of k(x, x) over it is then 1.  As they were where nothing is known, or all of it has no length.
    """
    mean = 0.0 if reference is None or not len(reference) else float(np.mean(reference.norms, dtype=np.float64))
    if mean <= 0.0:
        return vectors
    if isinstance(vectors, ops.Dense):
        return vectors.array() * np.asarray(mean**-0.5, vectors.array().dtype)
    return Implicit(*inside(vectors, lambda form: Times(form, 1.0 / mean)))


def inside(vectors: Any, wrap: Callable[[Any], Any]) -> tuple[Any, Any]:
    """The points of vectors that are never built, and a form around that which they have."""
    from askance.ops.implicit import Inner

    return (vectors.points, wrap(vectors.form)) if isinstance(vectors, Implicit) else (vectors, wrap(Inner()))
