"""GLAD (Whitehill et al. 2009): some people are abler, and some samples are harder.  Floor 2."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from askance.annotators.answers import Answers, Consensus, settled
from askance.errors import BadLabel
from askance.progress import bar

STEPS = 25  # of L-BFGS in each M-step: enough to go up, which is all that EM asks


@dataclass(frozen=True)
class Glad:
    """What was found.

    ability     (J,) alpha: 0 answers at random, below 0 says the opposite
    ease        (N,) beta > 0: near 0 nobody can tell; 1 / beta is the paper's difficulty
    objective   after each round: log-likelihood plus log prior of ability and ease; it never falls
    """

    consensus: Consensus
    ability: np.ndarray
    ease: np.ndarray
    objective: tuple[float, ...]
    converged: bool

    @property
    def rounds(self) -> int:
        return len(self.objective)


def glad(answers: Answers, *, rounds: int = 200, tolerance: float = 1e-7, seed: int = 0) -> Glad:
    """P(person j is right about sample i) = 1 / (1 + exp(-alpha_j beta_i)); a wrong answer is any other class alike.

    EM with gradient steps on alpha and log beta, both with a normal prior of mean 1 and variance 1, and all classes
    equally common, as in the paper.  Quality is alpha.  Where nobody answered a sample its ease is the prior's, e.
    """
    if len(answers.classes) < 2:
        raise BadLabel(f"all answers are {answers.classes[0]!r}; there is nothing to weigh with a single class")
    people, items = len(answers.people), len(answers.ids)
    x = np.ones(people + items)
    found: list[float] = []
    converged = False
    with bar("GLAD", rounds) as done:
        while len(found) < rounds and not converged:
            belief, _ = _expected(answers, x)
            x = _maximised(answers, belief[answers.item, answers.value], x)
            found.append(_expected(answers, x)[1] + _log_prior(x))
            converged = len(found) > 1 and found[-1] - found[-2] <= tolerance * (1.0 + abs(found[-1]))
            done(len(found))
    belief, _ = _expected(answers, x)
    quality = dict(zip(answers.people, x[:people].tolist(), strict=True))
    chosen = settled(belief, answers, seed)
    consensus = Consensus(answers.ids, answers.classes, belief, chosen, "glad", quality)
    return Glad(consensus, x[:people], np.exp(x[people:]), tuple(found), converged)


def _strength(answers: Answers, x: np.ndarray) -> np.ndarray:
    """(A,) alpha * beta of each answer; x holds alpha (J,) and then log beta (N,)."""
    people = len(answers.people)
    return np.asarray(x[:people][answers.person] * np.exp(x[people:])[answers.item])


def _expected(answers: Answers, x: np.ndarray) -> tuple[np.ndarray, float]:
    """(N, C) what each sample is, and the log-likelihood of the answers."""
    classes = len(answers.classes)
    s = _strength(answers, x)
    right, wrong = -np.logaddexp(0.0, -s), -np.logaddexp(0.0, s) - np.log(classes - 1)
    log = np.full((len(answers.ids), classes), -np.log(classes))
    log += np.bincount(answers.item, wrong, len(answers.ids))[:, None]
    np.add.at(log, (answers.item, answers.value), right - wrong)
    high = log.max(1, keepdims=True)
    mass = np.exp(log - high)
    total = mass.sum(1, keepdims=True)
    return mass / total, float((np.log(total) + high).sum())


def _log_prior(x: np.ndarray) -> float:
    return float(-0.5 * ((x - 1.0) ** 2).sum() - 0.5 * len(x) * np.log(2 * np.pi))


def _maximised(answers: Answers, right: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A better x for the expected log-likelihood.  right (A,): how likely each answer is the true one."""
    people, items = len(answers.people), len(answers.ids)

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        s = _strength(answers, at)
        value = (np.logaddexp(0.0, s) - right * s).sum() + 0.5 * ((at - 1.0) ** 2).sum()
        pull = 0.5 * (1.0 + np.tanh(0.5 * s)) - right
        ease = np.exp(at[people:])[answers.item]
        by_person = np.bincount(answers.person, pull * ease, people)
        by_item = np.bincount(answers.item, pull * s, items)
        return float(value), np.concatenate([by_person, by_item]) + at - 1.0

    # e^b is kept below overflow; the prior makes b = 5 already four deviations away.
    limits = [(None, None)] * people + [(-20.0, 20.0)] * items
    found = optimize.minimize(loss, x, jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": STEPS})
    return np.asarray(found.x) if found.fun <= loss(x)[0] else x
