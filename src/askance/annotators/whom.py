"""Whom to ask: everybody in turn, or those who may be among the best.  Floor 2."""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from askance import ops
from askance.annotators.answers import Answers
from askance.errors import BadLabel

OPEN = (1.0, 0.0)  # rewards that everybody begins with: without a deviation there is no interval


def round_robin(people: Sequence[str], samples: int, each: int = 1, start: int = 0) -> list[tuple[str, ...]]:
    """`each` different people for every sample, all in turn: nobody gets two more than anybody else.

    start  whose turn it is, counted from the first; the next call goes on with start + samples * each
    """
    if not 1 <= each <= len(people):
        raise BadLabel(f"each sample can be given to 1 to {len(people)} people, not {each}")
    turns = [people[(start + n) % len(people)] for n in range(samples * each)]
    return [tuple(turns[n * each : (n + 1) * each]) for n in range(samples)]


def upper_bounds(rewards: Mapping[str, Sequence[float]], confidence: float = 0.95) -> dict[str, float]:
    """{person: the upper end of the interval of their mean reward}: mean + t_(n - 1) s / sqrt(n)  (Kaelbling 1990).

    rewards  1 where a person said what most of those asked said, else 0; two are added to everybody's, a 1 and a 0
    """
    from scipy.special import stdtrit  # scipy.stats takes a second to import

    bounds = {}
    for name, told in rewards.items():
        r = np.array([*OPEN, *told])
        bounds[name] = float(r.mean()) + float(stdtrit(len(r) - 1, 0.5 + confidence / 2)) * float(r.std(ddof=1)) / sqrt(
            len(r)
        )
    return bounds


def ie_thresh(
    rewards: Mapping[str, Sequence[float]], epsilon: float = 0.8, confidence: float = 0.95
) -> tuple[str, ...]:
    """Everybody whose upper bound is at least epsilon times the highest, the best first (Donmez, Carbonell &
    Schneider 2009, IEThresh).  At first that is everybody; those who are surely worse drop out."""
    if not rewards:
        raise BadLabel("there is nobody to ask")
    if not 0 <= epsilon <= 1:
        raise BadLabel(f"epsilon must be from 0 to 1, not {epsilon!r}")
    bounds = upper_bounds(rewards, confidence)
    high = max(bounds.values())
    return tuple(sorted((p for p, u in bounds.items() if u >= epsilon * high), key=lambda p: (-bounds[p], p)))


def rewards_of(answers: Answers, seed: int = 0) -> dict[str, tuple[float, ...]]:
    """{person: their rewards so far}, 1 where they said what most of those who answered the sample said.

    Of classes with equal votes one is drawn by noise(seed, id).  A sample with a single answer rewards nobody.
    """
    votes = answers.votes()
    tied = votes == votes.max(1, keepdims=True)
    turn = np.floor(ops.noise(seed, answers.ids) * tied.sum(1)).astype(np.int64)
    winner = (np.cumsum(tied, 1) > turn[:, None]).argmax(1)
    judged = votes.sum(1)[answers.item] > 1
    right = (winner[answers.item] == answers.value).astype(np.float64)
    return {name: tuple(right[judged & (answers.person == j)].tolist()) for j, name in enumerate(answers.people)}
