"""The last layer's gradients at the labels that people gave: what several strategies of this family start from."""

import numpy as np

from askance.errors import BadSignal, MissingSignal
from askance.signals import Signals, check_names, check_values
from askance.strategies.hybrid.direct import named_columns

NEEDS = frozenset({"probs", "embeddings"})
COLUMNS = "labels must say which column of probs is which class: the classes in another order are other labels"


def answered(
    labeled: Signals, labels: np.ndarray | None, width: int, learner, who: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """probs (L, C), embeddings (L, D) and labels (L, C), 1 for the class that was given, all float64.

    Columns stand for the learner's classes; without a learner for the sorted names, when as many are labelled as there
    are columns, and labels that are whole numbers for columns.  A BadSignal says so where none of these holds.
    """
    check_names(labeled, NEEDS, who, "the labelled samples have")
    check_values(labeled, NEEDS)
    if labels is None:
        raise MissingSignal(f"{who} needs the labels of the labelled samples; pass labels=, one for each")
    columns = named_columns(labels, width, learner)
    if columns is None:
        raise BadSignal(
            f"{who} cannot tell which of the {width} columns of probs is which class: pass the learner, labels of all "
            f"{width} classes, or labels that are the numbers of columns, 0 to {width - 1}"
        )
    given = np.asarray(labels)[:, None] == columns[None, :]
    return labeled["probs"].astype(np.float64), labeled["embeddings"].astype(np.float64), given.astype(np.float64)


def alignment(probs: np.ndarray, embeddings: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Inner product of each row's gradient at its likeliest class, (p - e_y) x h, with a (C, D).  -> (N,)."""
    out = np.empty(len(probs))
    step = max(1, (1 << 18) // max(along.size // len(along), len(along), 1))
    for rows in (slice(i, i + step) for i in range(0, len(out), step)):
        p = probs[rows].astype(np.float64)
        pushed = p - np.eye(p.shape[1])[p.argmax(1)]
        out[rows] = np.einsum("nd,nd->n", pushed @ along, embeddings[rows].astype(np.float64))
    return out
