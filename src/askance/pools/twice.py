"""What comes twice in a pool: the same content is one sample, the same key is an error.  Floor 4."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from askance.errors import BadPool


@dataclass(frozen=True)
class Distinct:
    """keep (M,) positions of first occurrences, in order; left (L,) the others; same (L,) whom each equals."""

    keep: np.ndarray
    left: np.ndarray
    same: np.ndarray


def distinct(ids: np.ndarray) -> Distinct:
    """The first of equal ids is kept.  ids (N,) uint64."""
    _, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    owner, rows = first[inverse], np.arange(len(ids))
    left = np.flatnonzero(owner != rows)
    return Distinct(np.flatnonzero(owner == rows), left, owner[left])


def all_distinct(rows: int) -> Distinct:
    """Nothing comes twice, because the user's keys say so."""
    none = np.empty(0, np.int64)
    return Distinct(np.arange(rows), none, none)


def refuse_twice(ids: np.ndarray, keys: Sequence[object] | np.ndarray, where: str) -> None:
    """Ids that the user named must be distinct."""
    twice = distinct(ids)
    if len(twice.left):
        first, second = int(twice.same[0]), int(twice.left[0])
        raise BadPool(f"{where} has the id {keys[first]} twice, in rows {first} and {second} (counted from 0)")


def same_names(names: np.ndarray, once: Distinct) -> tuple[tuple[str, str], ...]:
    """(left out, same as), as people call them."""
    return tuple((str(names[a]), str(names[b])) for a, b in zip(once.left.tolist(), once.same.tolist(), strict=True))


def conflicts(names: np.ndarray, labels: np.ndarray | None, once: Distinct) -> tuple[tuple[str, str, str, str], ...]:
    """(kept, left out, label of the kept, label of the other), where both have one and they differ."""
    if labels is None:
        return ()
    pairs = zip(once.same.tolist(), once.left.tolist(), strict=True)
    return tuple(
        (str(names[kept]), str(names[left]), labels[kept], labels[left])
        for kept, left in pairs
        if labels[kept] is not None and labels[left] is not None and labels[kept] != labels[left]
    )
