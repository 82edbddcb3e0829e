"""How far a model and several people are to be trusted, each by the others.  Floor 0.

CROWDLAB (Goh, Tkachenko & Mueller 2022, 2210.06812).  answers (N, J): the class number that each of J people gave, -1
where one gave none.  probs (N, C): what a model says that has not seen the answers to the sample.
"""

from dataclasses import dataclass

import numpy as np

LEAST = 1e-6  # a weight is never 0 or less, as the authors' own program has it


@dataclass(frozen=True)
class Trust:
    """people (J,) and model: weights > 0; right: how often an answer is the majority's, in (0, 1)."""

    people: np.ndarray
    model: float
    right: float


def trust(answers: np.ndarray, probs: np.ndarray) -> Trust | None:
    """Weights by the samples that two people or more have answered; None where there are none to judge by.

    w_j = 1 - (1 - s_j) / (1 - A_MLC) and w_M = (1 - (1 - A_M) / (1 - A_MLC)) sqrt(mean answers a sample), with s_j how
    often j agrees with another person, A_M and A_MLC how often the model's class and the commonest class are the
    majority's.  A person who shares no sample gets the mean s of those who do.
    """
    votes = counted(answers, probs.shape[1])
    each = votes.sum(1)
    several = each > 1
    if not several.any():
        return None
    winner = majority(votes, probs)[several]
    share = votes[several][np.arange(len(winner)), winner] / each[several]
    commonest = np.bincount(winner, minlength=probs.shape[1]).max()
    miss = max(1.0 - commonest / len(winner), LEAST)
    model = 1.0 - float((probs[several].argmax(1) != winner).mean()) / miss
    people = 1.0 - (1.0 - shared_agreement(answers, votes)) / miss
    right = float(np.clip(share.mean(), LEAST, 1.0 - LEAST))
    return Trust(np.maximum(people, LEAST), max(model, LEAST) * float(each[each > 0].mean()) ** 0.5, right)


def shared_agreement(answers: np.ndarray, votes: np.ndarray) -> np.ndarray:
    """How often each person agrees with another about the same sample.  -> (J,) in [0, 1].

    Of somebody who shares no sample with anybody nothing is known: the mean of the others.
    """
    agree, shared = np.zeros(answers.shape[1]), np.zeros(answers.shape[1])
    others = votes.sum(1) - 1
    for j, column in enumerate(answers.T):
        rows = np.flatnonzero((column >= 0) & (others > 0))
        agree[j] = (votes[rows, column[rows]] - 1).sum()
        shared[j] = others[rows].sum()
    known = shared > 0
    agreement = np.divide(agree, shared, out=np.zeros(len(agree)), where=known)
    return np.where(known, agreement, agreement[known].mean() if known.any() else 0.0)


def combined(answers: np.ndarray, probs: np.ndarray, by: Trust) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean of the model and of those who answered.  -> (N, C) rows of sum 1, (N,) the weight behind each.

    An answer gives its class `right`, and the others the rest in equal parts.
    """
    classes = probs.shape[1]
    wrong = (1.0 - by.right) / max(classes - 1, 1)
    total = np.full(len(probs), by.model)
    mass = probs * by.model
    for weight, column in zip(by.people, answers.T, strict=True):
        rows = np.flatnonzero(column >= 0)
        mass[rows] += weight * wrong
        mass[rows, column[rows]] += weight * (by.right - wrong if classes > 1 else 1.0 - wrong)
        total[rows] += weight
    return mass / total[:, None], total


def counted(answers: np.ndarray, classes: int) -> np.ndarray:
    """(N, J) answers -> (N, C) how many people said what."""
    votes = np.zeros((len(answers), classes), np.int64)
    for column in answers.T:
        rows = np.flatnonzero(column >= 0)
        votes[rows, column[rows]] += 1
    return votes


def majority(votes: np.ndarray, probs: np.ndarray) -> np.ndarray:
    """The class of most votes; a tie goes to the one likelier for the model.  (N, C), (N, C) -> (N,)."""
    best = votes == votes.max(1, keepdims=True)
    return np.asarray(np.where(best, probs, -1.0).argmax(1))
