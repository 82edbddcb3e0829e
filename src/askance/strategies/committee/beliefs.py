"""What labels that are not known yet would leave of a committee: the engine under BatchBALD and EPIG.

A state is one way in which some unknown labels may come out.  It has a mass, the probability that they do, and a
belief, the weights that the members then have by Bayes' rule.  mass (M,) sums to 1, belief (M, S) has rows that do.
Information is the doubt about a label before, less the doubt that is left in the states on average.
"""

from dataclasses import dataclass

import numpy as np

from askance import ops

NEGLIGIBLE = 1e-7  # the mass of all the states together that are left out for being next to impossible


@dataclass(frozen=True)
class Beliefs:
    """belief (M, S) over the members in each of M states, mass (M,) of each state; float64."""

    belief: np.ndarray
    mass: np.ndarray

    def __len__(self) -> int:
        return len(self.mass)

    @property
    def mean(self) -> np.ndarray:
        """(S,) the members' weights with the states averaged out; 1/S each while no state was left out."""
        return self.mass @ self.belief


def prior(size: int) -> Beliefs:
    """One state, in which the members are equal: nothing is asked yet."""
    return Beliefs(np.full((1, size), 1.0 / size), np.ones(1))


def told(before: Beliefs, labels: np.ndarray) -> Beliefs:
    """Each state split by one more unknown label.  labels (S, C), what each member says -> up to M * C states."""
    joint = before.mass[:, None, None] * before.belief[:, None, :] * labels.T.astype(np.float64)
    return _states(joint.reshape(-1, joint.shape[2]))


def each_told(labels: np.ndarray) -> Beliefs:
    """One unknown label out of many, all as likely to be the one.  labels (T, S, C) -> up to T * C states."""
    count, size, _ = labels.shape
    joint = labels.astype(np.float64).transpose(0, 2, 1) / (count * size)
    return _states(joint.reshape(-1, size))


def _states(joint: np.ndarray) -> Beliefs:
    mass = joint.sum(1)
    possible = mass > NEGLIGIBLE / len(mass)
    mass = mass[possible]
    return Beliefs(joint[possible] / mass[:, None], mass / mass.sum())


def thinned(beliefs: Beliefs, most: int, start: float) -> Beliefs:
    """At most `most` states, drawn by mass at even steps from `start` in (0, 1): systematic sampling, unbiased.

    The steps go through the states by the likeliest member and how likely it is, so that alike states share a step,
    and in what order the classes were written is nothing.
    """
    if len(beliefs) <= most:
        return beliefs
    order = np.lexsort((beliefs.belief.max(1), beliefs.belief.argmax(1)))
    ends = np.cumsum(beliefs.mass[order])
    drawn = np.searchsorted(ends, (np.arange(most) + start) / most * ends[-1])
    rows, counts = np.unique(np.minimum(drawn, len(beliefs) - 1), return_counts=True)
    return Beliefs(beliefs.belief[order[rows]], counts / most)


def doubt_left(members: np.ndarray, beliefs: Beliefs, cells: int = 1 << 18) -> np.ndarray:
    """Entropy of each label in the states, averaged over them, in nats.  members (N, S, C) -> (N,).

    A block of rows at a time, `cells` numbers in each of two temporaries, whatever N.
    """
    n, _, classes = members.shape
    belief = beliefs.belief.astype(members.dtype)
    weight = np.repeat(beliefs.mass, classes).astype(members.dtype)
    out = np.empty(n)
    tiny = np.finfo(np.float32).tiny
    step = max(1, cells // max(1, len(beliefs) * classes))
    for rows in (slice(i, i + step) for i in range(0, n, step)):
        chance = np.matmul(belief, members[rows])  # (b, M, C)
        logs = np.maximum(chance, tiny)
        np.log(logs, out=logs)
        logs *= chance
        out[rows] = -np.einsum("bm,m->b", logs.reshape(len(logs), -1), weight)
    return np.maximum(out, 0.0)


def information(members: np.ndarray, beliefs: Beliefs) -> np.ndarray:
    """What the states' labels would tell about each label, in nats.  members (N, S, C) -> (N,) >= 0."""
    before = ops.entropy_of(np.matmul(beliefs.mean.astype(members.dtype), members))
    return np.maximum(before - doubt_left(members, beliefs), 0.0)
