"""How far each two people agree, on what both have answered.  Floor 2."""

from dataclasses import dataclass

import numpy as np

from askance.annotators.answers import Answers


@dataclass(frozen=True)
class Pair:
    """n: samples that both have answered; alike: the share on which they say the same; kappa: Cohen's, None where
    chance explains everything, because both say one class throughout."""

    one: str
    other: str
    n: int
    alike: float
    kappa: float | None


def pairwise(answers: Answers) -> tuple[Pair, ...]:
    """Every two people who have a sample in common, by name.  The same numbers as `cohen_kappa`, for all at once."""
    left, right = both(answers)
    if not len(left):
        return ()
    people, classes = len(answers.people), len(answers.classes)
    pair = answers.person[left] * people + answers.person[right]
    which, place = np.unique(pair, return_inverse=True)
    said, other = answers.value[left], answers.value[right]
    n = np.bincount(place).astype(np.float64)
    alike = np.bincount(place, said == other) / n
    chance = _by_chance(place, said, other, len(which), classes) / n**2
    kappas = [(s - c) / (1 - c) if c < 1 else None for s, c in zip(alike.tolist(), chance.tolist(), strict=True)]
    named = [(answers.people[int(p) // people], answers.people[int(p) % people]) for p in which]
    return tuple(
        Pair(one, two, int(m), a, k) for (one, two), m, a, k in zip(named, n, alike.tolist(), kappas, strict=True)
    )


def both(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the answers, two and two, of different people to the same sample; the earlier name first."""
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for step in range(1, int(np.bincount(answers.item, minlength=1).max())):
        rows = np.flatnonzero(answers.item[step:] == answers.item[:-step])
        apart = answers.person[rows] != answers.person[rows + step]  # `gather` has people in order within a sample
        lefts.append(rows[apart])
        rights.append(rows[apart] + step)
    return np.concatenate(lefts), np.concatenate(rights)


def _by_chance(place: np.ndarray, said: np.ndarray, other: np.ndarray, pairs: int, classes: int) -> np.ndarray:
    """(pairs,) sum over classes of how often the one says it times how often the other does."""
    keys, counts = np.unique(place * classes + said, return_counts=True)
    theirs, other_counts = np.unique(place * classes + other, return_counts=True)
    shared, mine, yours = np.intersect1d(keys, theirs, return_indices=True)
    products = (counts[mine] * other_counts[yours]).astype(np.float64)
    return np.bincount(shared // classes, products, pairs)
