"""People who err in ways that are known, and the data sets of the literature."""

import numpy as np

from askance import ops
from askance.annotators import Answers, gather

CLASSES = ("ant", "bee", "cat", "dog")

# Dawid & Skene 1979, table 1: 45 patients, four grades, five anaesthetists; the first saw everybody three times.
ANAESTHESIA = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212 1211111
1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121
1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
"""
OBSERVERS = ("one", "one", "one", "two", "three", "four", "five")

# Fleiss 1971, table 1: what six psychiatrists said of each of 30 patients; who said what is not known.
FLEISS = """
444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445
333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
"""

# Krippendorff 2011, four observers and twelve units; a dot is no answer.
KRIPPENDORFF = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def anaesthesia() -> Answers:
    return gather(
        (n, who, grade) for n, row in enumerate(ANAESTHESIA.split()) for who, grade in zip(OBSERVERS, row, strict=True)
    )


def fleiss() -> Answers:
    return gather((n, f"rater {r}", c) for n, row in enumerate(FLEISS.split()) for r, c in enumerate(row))


def krippendorff() -> Answers:
    return gather((n, f"observer {r}", v) for r, row in enumerate(KRIPPENDORFF) for n, v in enumerate(row) if v != ".")


def confusion(right: float, classes: int = 4) -> np.ndarray:
    """Right with that probability, else any other class alike."""
    return np.full((classes, classes), (1 - right) / (classes - 1)) + np.eye(classes) * (
        right - (1 - right) / (classes - 1)
    )


def crowd(matrices: list[np.ndarray], n: int, seed: int, share: float = 1.0) -> tuple[Answers, np.ndarray]:
    """n samples, each shown to each person with probability `share`.  -> the answers, (n,) the truth by rising id."""
    rng = np.random.default_rng(seed)
    ids = np.sort(ops.key_ids(0, n, seed))
    classes = len(matrices[0])
    truth = rng.integers(0, classes, n)
    rows = []
    for j, matrix in enumerate(matrices):
        said = (rng.random(n)[:, None] > np.cumsum(matrix, 1)[truth]).sum(1).clip(max=classes - 1)
        asked = rng.random(n) < share
        rows += [(int(ids[i]), f"person {j}", CLASSES[said[i]]) for i in np.flatnonzero(asked)]
    return gather(rows, ids, CLASSES[:classes]), truth


def accuracy(chosen: np.ndarray, truth: np.ndarray) -> float:
    seen = chosen >= 0
    return float((chosen[seen] == truth[seen]).mean())
