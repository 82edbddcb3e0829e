"""Dawid & Skene 1979: everybody has a confusion matrix of their own, found without the truth.  Floor 2."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from askance import ops
from askance.annotators.answers import Answers, Consensus, settled
from askance.errors import BadLabel, nearest
from askance.progress import bar


@dataclass(frozen=True)
class DawidSkene:
    """What was found.

    prior       (C,) how common the classes are
    confusion   (J, C, C): [j, c, l] is how often person j says l where c is true; rows of sum 1
    objective   after each round: the log-likelihood, plus smoothing * (sum log prior + sum log confusion) and trust *
                (sum log of the confusions' diagonals); it never falls, and without these it is the log-likelihood
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
    answers: Answers,
    *,
    smoothing: float = 1.0,
    trust: float = 0.0,
    rounds: int = 1000,
    tolerance: float = 1e-9,
    seed: int = 0,
    known: Mapping[int, str] | None = None,
) -> DawidSkene:
    """Maximum likelihood by EM from the shares of the votes (their equation 3.1), which also says which class is which.

    smoothing  added to every count of every confusion matrix and of the classes (a Dirichlet prior of 1 + smoothing);
               0 is the paper's, and makes what was never seen impossible; where people have answered little, some is
               better (docs/annotators.md has figures)
    trust      added to the counts of right answers alone: so many of each class everybody is taken to have given
               before.  Where most samples have a single answer it is needed, or what people say need not mean that
    tolerance  relative change of the objective at which it stops
    known      {id: class} of samples whose truth is known (gold questions, a reviewer's decisions): they are held to
               it, and so say how people err
    Quality is the share of a person's answers that is expected to be right.  People are taken to err independently of
    each other, given the class.
    """
    if smoothing < 0 or trust < 0:
        name, value = ("smoothing", smoothing) if smoothing < 0 else ("trust", trust)
        raise BadLabel(f"{name} must be 0 or more, not {value!r}")
    told = _told(answers)
    fixed, true = _fixed(answers, known or {})
    belief = _shares(answers)
    belief[fixed] = np.eye(len(answers.classes))[true]
    found: list[float] = []
    converged = False
    with bar("Dawid-Skene", rounds) as done:
        while len(found) < rounds and not converged:
            prior, confusion = _maximised(answers, told, belief, smoothing, trust)
            belief, likelihood = _expected(told, prior, confusion, fixed, true)
            right = np.diagonal(confusion, axis1=1, axis2=2)
            spoken = smoothing * float(_logs(prior).sum() + _logs(confusion).sum()) + trust * float(_logs(right).sum())
            found.append(likelihood + spoken)
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


def _told(answers: Answers) -> Any:
    """(N, J * C) sparse: how often a person gave a class.  Both steps are products with it."""
    from scipy.sparse import csr_array

    column = answers.person * len(answers.classes) + answers.value
    shape = (len(answers.ids), len(answers.people) * len(answers.classes))
    return csr_array((np.ones(len(answers)), (answers.item, column)), shape)


def _fixed(answers: Answers, known: Mapping[int, str]) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose truth is known, and the number of its class; samples that are not here say nothing."""
    place = {c: n for n, c in enumerate(answers.classes)}
    there = set(answers.ids.tolist()) if known else set()
    here = {i: label for i, label in known.items() if i in there}
    for i, label in here.items():
        if label not in place:
            raise BadLabel(f"the true label {label!r} of sample {ops.hex_id(i)} is no class{nearest(label, place)}")
    rows = np.searchsorted(answers.ids, np.fromiter(here, np.uint64, len(here)))
    return rows, np.array([place[label] for label in here.values()], np.int64)


def _maximised(
    answers: Answers, told: Any, belief: np.ndarray, smoothing: float, trust: float
) -> tuple[np.ndarray, np.ndarray]:
    """Their equations 2.3 and 2.4.  A class that a person was never asked about: each answer is as likely."""
    classes = len(answers.classes)
    said = (told.T @ belief).reshape(len(answers.people), classes, classes)  # [person, said, true]
    counts = said.transpose(0, 2, 1) + smoothing + trust * np.eye(classes)
    total = counts.sum(2, keepdims=True)
    confusion = np.where(total > 0, counts / np.where(total > 0, total, 1.0), 1.0 / classes)
    # Samples that nobody answered say nothing about how common the classes are.
    seen = np.bincount(answers.item, minlength=len(belief)) > 0
    prior = belief[seen].sum(0) + smoothing
    return prior / prior.sum(), confusion


def _expected(
    told: Any, prior: np.ndarray, confusion: np.ndarray, fixed: np.ndarray, true: np.ndarray
) -> tuple[np.ndarray, float]:
    """Their equation 2.5.  -> (N, C) what each sample is, and the log-likelihood of all the answers (2.7)."""
    classes = len(prior)
    with np.errstate(divide="ignore"):
        steps = np.log(confusion).transpose(0, 2, 1).reshape(-1, classes)  # [person and said, true]
        log = np.log(prior) + told @ steps
    high = log.max(1, keepdims=True)
    mass = np.exp(log - high)
    total = mass.sum(1, keepdims=True)
    likely = np.log(total[:, 0]) + high[:, 0]
    belief = mass / total
    likely[fixed] = log[fixed, true]
    belief[fixed] = np.eye(classes)[true]
    return belief, float(likely.sum())


def _logs(p: np.ndarray) -> np.ndarray:
    return np.log(p, where=p > 0, out=np.zeros_like(p))


def _quality(answers: Answers, belief: np.ndarray) -> dict[str, float]:
    right = np.bincount(answers.person, belief[answers.item, answers.value], len(answers.people))
    return dict(zip(answers.people, (right / np.bincount(answers.person)).tolist(), strict=True))
