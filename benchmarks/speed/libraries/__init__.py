"""One module a library, one function a family: (inputs, case) -> a call without arguments that gives the rows picked.

What stands before the `return` is a user's set-up and is not timed; what is in the call is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Call = Callable[[], np.ndarray]


@dataclass(frozen=True)
class Library:
    """module: its file here; venv: the environment it lives in, "" for that of askance; package: its registry name."""

    module: str
    venv: str
    package: str


LIBRARIES = {
    "askance": Library("ours", "", "askance"),
    "numpy": Library("by_numpy", "", "numpy"),
    "scikit-learn": Library("by_sklearn", "", "scikit-learn"),
    "scikit-activeml": Library("by_skactiveml", "libraries", "scikit-activeml"),
    "small-text": Library("by_small_text", "libraries", "small-text"),
    "modAL": Library("by_modal", "libraries", "modAL-python"),
    "apricot": Library("by_apricot", "libraries", "apricot-select"),
    "faiss": Library("by_faiss", "libraries", "faiss-cpu"),
    "bmdal": Library("by_bmdal", "bmdal", "bmdal-reg"),
}
