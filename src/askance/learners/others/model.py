"""What a model of any framework is here: two functions of arrays.  Floor 4.

    class Mine:                                     # call:my_module:Mine
        provides = ("probs",)
        def fit(self, x, y, classes, seed): ...     -> {name: array}, all that was learned
        def says(self, weights, x): ...             -> {"probs": (n, classes)}

What was learned is a mapping of arrays, as a JAX function has its parameters, so that it is saved without pickle.
"""

import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

Arrays = Mapping[str, np.ndarray]


class Model(Protocol):
    """`provides`: names of the signals that `says` gives, "probs" or "logits" among them."""

    @property
    def provides(self) -> tuple[str, ...]: ...

    def fit(self, x: np.ndarray, y: np.ndarray, classes: int, seed: int) -> Arrays:
        """x (L, ...) float32, photos (L, S, S, 3) in 0 to 1, texts (L,) object; y (L,) class numbers.  The rows come by
        rising id, and all that is random must come from the seed."""

    def says(self, weights: Arrays, x: np.ndarray) -> Mapping[str, Any]:
        """{signal: (n, ...)}, row by row: what is said of one does not depend on the others."""


@contextmanager
def undisturbed(seed: int) -> Iterator[None]:
    """Inside, the random states of Python, NumPy and PyTorch come from the seed; at the end they are as before."""
    torch = sys.modules.get("torch")
    before = random.getstate(), np.random.get_state(), torch and torch.get_rng_state()  # noqa: NPY002
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002
    if torch:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])  # noqa: NPY002
        if torch:
            torch.set_rng_state(before[2])
