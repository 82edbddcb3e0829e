"""How far people agree beyond chance: 1 is always, 0 is what guessing gives, below 0 is less than that.  Floor 2."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from askance import ops
from askance.annotators.answers import Answers
from askance.errors import BadLabel, nearest

LEVELS = ("nominal", "ordinal", "interval")
PAIRS = 20_000  # of answers that stand for all pairs there are, where those are many more


def cohen_kappa(answers: Answers, one: str, other: str) -> float:
    """Two people, over the samples that both have answered; each guesses as often as they say a class.  Cohen 1960."""
    table = answers.of(one, other).table()
    both = table[(table >= 0).all(1)]
    if not len(both) or table.shape[1] < 2:
        raise BadLabel(f"{one} and {other} have no sample in common, so there is nothing to agree about")
    classes = len(answers.classes)
    shares = [np.bincount(column, minlength=classes) / len(both) for column in both.T]
    return _beyond(float((both[:, 0] == both[:, 1]).mean()), float(shares[0] @ shares[1]), answers)


def fleiss_kappa(answers: Answers) -> float:
    """Any people, the same number for every sample; all guess as often as all say a class.  Fleiss 1971."""
    votes = answers.votes().astype(np.float64)
    each = votes.sum(1)
    if each.min() != each.max() or each[0] < 2:
        few, many = (f"{ops.hex_id(answers.ids[row])} has {int(each[row])}" for row in (each.argmin(), each.argmax()))
        raise BadLabel(
            f"Fleiss' kappa takes two or more answers a sample, as many for each; sample {few} and {many}: "
            "use krippendorff_alpha"
        )
    alike = ((votes * (votes - 1)).sum(1) / (each * (each - 1))).mean()
    return _beyond(float(alike), float(((votes.sum(0) / votes.sum()) ** 2).sum()), answers)


def krippendorff_alpha(answers: Answers, level: str = "nominal") -> float:
    """Any people and any number of answers; samples with a single one say nothing.  Krippendorff 2011.

    level  nominal: classes are the same or not; interval: classes are numbers, and a gap counts by its square; ordinal:
           classes are grades, written as numbers, and a gap counts by how many answers lie in it
    """
    if level not in LEVELS:
        raise BadLabel(f"level must be {' or '.join(LEVELS)}, not {level!r}{nearest(level, LEVELS)}")
    votes = answers.votes().astype(np.float64)
    votes = votes[votes.sum(1) > 1]
    if not len(votes):
        raise BadLabel("no sample has two answers or more, so there is nothing to agree about")
    each = votes.sum(1, keepdims=True)
    # pairs[c, l]: how often two answers to one sample are c and l, a sample with m answers counting m times
    pairs = votes.T @ (votes / (each - 1)) - np.diag((votes / (each - 1)).sum(0))
    shares = votes.sum(0)
    gap = _gaps(answers, level, shares)
    seen, chance = (pairs * gap).sum(), (np.outer(shares, shares) * gap).sum() / (shares.sum() - 1)
    if chance <= 0:
        raise _single(answers)
    return float(1.0 - seen / chance)


def _beyond(seen: float, chance: float, answers: Answers) -> float:
    if chance >= 1.0:
        raise _single(answers)
    return (seen - chance) / (1.0 - chance)


def _single(answers: Answers) -> BadLabel:
    said = answers.classes[int(answers.value[0])]
    return BadLabel(f"all answers that can be compared are {said!r}: without two classes, chance explains everything")


def _gaps(answers: Answers, level: str, shares: np.ndarray) -> np.ndarray:
    """(C, C) what it counts to say one class for another.  shares: (C,) how often each was said."""
    if level == "nominal":
        return 1.0 - np.eye(len(answers.classes))
    try:
        at = np.array([float(c) for c in answers.classes])
    except ValueError:
        raise BadLabel(f"at the {level} level classes must be numbers, not {answers.classes[0]!r}") from None
    if level == "interval":
        return (at[:, None] - at[None, :]) ** 2
    order = np.argsort(at)
    middle = np.empty(len(at))  # of each grade, how many answers lie below it, and half of its own
    middle[order] = np.cumsum(shares[order]) - shares[order] / 2
    return (middle[:, None] - middle[None, :]) ** 2


def distance_alpha(
    units: Sequence[Sequence[str]], distance: Callable[[str, str], float], *, pairs: int = PAIRS, seed: int = 0
) -> float:
    """Krippendorff's alpha of answers of any kind, by any distance of two of them (Krippendorff 2011; of answers with
    parts, Braylan, Alonso & Lease 2022).

    units     the answers to each sample; samples with a single one say nothing
    distance  0 or more, 0 for the same; give the square where a gap counts by its square, as at the interval level
    pairs     where more pairs of different answers there are than these, as many are drawn with the seed: the distance
              of two answers to *any* samples, which is what chance gives, is then an estimate
    """
    several = [u for u in units if len(u) > 1]
    if not several:
        raise BadLabel("no sample has two answers or more, so there is nothing to agree about")
    every = [value for u in several for value in u]
    within = sum(2.0 * sum(distance(a, b) for a, b in combinations(u, 2) if a != b) / (len(u) - 1) for u in several)
    chance = _by_chance(Counter(every), distance, pairs, seed)
    if chance <= 0:
        raise BadLabel("all answers that can be compared are the same: chance explains everything")
    return 1.0 - within / len(every) / chance


def interval_alpha(units: Sequence[Sequence[float]]) -> float:
    """`krippendorff_alpha` at the interval level, of numbers of which there are too many different ones for a table.

    The mean squared gap of n numbers, two and two, is twice their variance, so no pair is ever looked at.
    """
    several = [np.asarray(u, np.float64) for u in units if len(u) > 1]
    if not several:
        raise BadLabel("no sample has two answers or more, so there is nothing to agree about")
    every = np.concatenate(several)
    within = sum(2.0 * len(u) * float(u.var(ddof=1)) for u in several) / len(every)
    chance = 2.0 * float(every.var(ddof=1))
    if chance <= 0:
        raise BadLabel("all answers that can be compared are the same: chance explains everything")
    return 1.0 - within / chance


def _by_chance(counts: Counter[str], distance: Callable[[str, str], float], pairs: int, seed: int) -> float:
    """The mean distance of two answers out of all."""
    values, n = list(counts), np.array(list(counts.values()), np.float64)
    total = float(n.sum())
    if len(values) * (len(values) - 1) // 2 <= pairs:
        apart = sum(2.0 * n[i] * n[j] * distance(values[i], values[j]) for i, j in combinations(range(len(values)), 2))
        return float(apart) / (total * (total - 1))
    draw = np.random.default_rng(seed)
    place = np.repeat(np.arange(len(values)), n.astype(np.int64))
    one = draw.integers(0, len(place), pairs)
    other = (one + draw.integers(1, len(place), pairs)) % len(place)  # never an answer with itself
    drawn = zip(place[one].tolist(), place[other].tolist(), strict=True)
    return sum(distance(values[a], values[b]) for a, b in drawn if a != b) / pairs
