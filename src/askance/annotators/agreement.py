"""How far people agree beyond chance: 1 is always, 0 is what guessing gives, below 0 is less than that.  Floor 2."""

import numpy as np

from askance import ops
from askance.annotators.answers import Answers
from askance.errors import BadLabel, nearest

LEVELS = ("nominal", "interval")


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

    level  nominal: classes are the same or not; interval: classes are numbers, and a gap counts by its square
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
    gap = _gaps(answers, level)
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


def _gaps(answers: Answers, level: str) -> np.ndarray:
    """(C, C) what it counts to say one class for another."""
    if level == "nominal":
        return 1.0 - np.eye(len(answers.classes))
    try:
        at = np.array([float(c) for c in answers.classes])
    except ValueError:
        raise BadLabel(f"at the interval level classes must be numbers, not {answers.classes[0]!r}") from None
    return (at[:, None] - at[None, :]) ** 2
