"""Dawid & Skene 1979: everybody has a confusion matrix of their own, found without the truth.  Floor 2."""

from dataclasses import dataclass

import numpy as np

from askance.annotators.answers import Answers, Consensus, settled
from askance.errors import BadLabel
from askance.progress import bar


@dataclass(frozen=True)
class DawidSkene:
    """What was found.

    prior       (C,) how common the classes are
    confusion   (J, C, C): [j, c, l] is how often person j says l where c is true; rows of sum 1
    objective   after each round: the log-likelihood, plus smoothing * (sum log prior + sum log confusion); it never
                falls, and without smoothing it is the log-likelihood itself
    converged   whether the last round changed it by less than the tolerance
    """

    consensus: Consensus
    prior: np.ndarray
    confusion: np.ndarray
    objective: tuple[float, ...]
    converged: bool

    @property
    def rounds(self) -> int:
        return len(self.objective)


def dawid_skene(
    answers: Answers, *, smoothing: float = 1.0, rounds: int = 1000, tolerance: float = 1e-9, seed: int = 0
) -> DawidSkene:
    """Maximum likelihood by EM from the shares of the votes (their equation 3.1), which also says which class is which.

    smoothing  added to every count of every confusion matrix and of the classes (a Dirichlet prior of 1 + smoothing);
               0 is the paper's, and makes what was never seen impossible; where people have answered little, some is
               better (docs/annotators.md has figures)
    tolerance  relative change of the objective at which it stops
    Quality is the share of a person's answers that is expected to be right.  People are taken to err independently of
    each other, given the class.
    """
    if smoothing < 0:
        raise BadLabel(f"smoothing must be 0 or more, not {smoothing!r}")
    belief = _shares(answers)
    found: list[float] = []
    converged = False
    with bar("Dawid-Skene", rounds) as done:
        while len(found) < rounds and not converged:
            prior, confusion = _maximised(answers, belief, smoothing)
            belief, likelihood = _expected(answers, prior, confusion)
            found.append(likelihood + smoothing * float(_logs(prior).sum() + _logs(confusion).sum()))
            converged = len(found) > 1 and found[-1] - found[-2] <= tolerance * (1.0 + abs(found[-1]))
            done(len(found))
    consensus = Consensus(
        answers.ids,
        answers.classes,
        belief,
        settled(belief, answers, seed),
        "dawid_skene",
        _quality(answers, belief),
    )
    return DawidSkene(consensus, prior, confusion, tuple(found), converged)


def _shares(answers: Answers) -> np.ndarray:
    """(N, C) the shares of the votes; a sample without any is as the others are together."""
    votes = answers.votes().astype(np.float64)
    total = votes.sum(1, keepdims=True)
    return np.where(total > 0, votes / np.maximum(total, 1.0), votes.sum(0) / votes.sum())


def _maximised(answers: Answers, belief: np.ndarray, smoothing: float) -> tuple[np.ndarray, np.ndarray]:
    """Their equations 2.3 and 2.4.  A class that a person was never asked about: each answer is as likely."""
    classes = len(answers.classes)
    said = np.zeros((len(answers.people), classes, classes))  # [person, said, true]
    np.add.at(said, (answers.person, answers.value), belief[answers.item])
    counts = said.transpose(0, 2, 1) + smoothing
    total = counts.sum(2, keepdims=True)
    confusion = np.where(total > 0, counts / np.where(total > 0, total, 1.0), 1.0 / classes)
    # Samples that nobody answered say nothing about how common the classes are.
    seen = np.bincount(answers.item, minlength=len(belief)) > 0
    prior = belief[seen].sum(0) + smoothing
    return prior / prior.sum(), confusion


def _expected(answers: Answers, prior: np.ndarray, confusion: np.ndarray) -> tuple[np.ndarray, float]:
    """Their equation 2.5.  -> (N, C) what each sample is, and the log-likelihood of all the answers (2.7)."""
    with np.errstate(divide="ignore"):
        log = np.tile(np.log(prior), (len(answers.ids), 1))
        steps = np.log(confusion).transpose(0, 2, 1)  # [person, said, true]
    np.add.at(log, answers.item, steps[answers.person, answers.value])
    high = log.max(1, keepdims=True)
    mass = np.exp(log - high)
    total = mass.sum(1, keepdims=True)
    return mass / total, float((np.log(total) + high).sum())


def _logs(p: np.ndarray) -> np.ndarray:
    return np.log(p, where=p > 0, out=np.zeros_like(p))


def _quality(answers: Answers, belief: np.ndarray) -> dict[str, float]:
    right = np.bincount(answers.person, belief[answers.item, answers.value], len(answers.people))
    return dict(zip(answers.people, (right / np.bincount(answers.person)).tolist(), strict=True))
