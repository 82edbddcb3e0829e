"""What the policy sees of an arrival: numbers that mean the same in any set, whatever its width and classes.  Floor 1.

Vectors and utilities of two sets have nothing in common, so they are ranked among those that came lately.  Of the
probabilities there is the class that they name and the rank of their margin: how sure a model is of the digits says
little of how sure another is of anything else, and policies that looked at it were carried worse (docs/pal.md).
Everything is for E streams side by side.
"""

from dataclasses import dataclass

import numpy as np

WINDOW = 100  # utilities and distances that an arrival is ranked among
RECENT = 30  # vectors that came last
ASKED = 60  # vectors that were asked about last
FEATURES = (
    "utility",  # the rank of its utility, by the scorer `margin` in training, among the latest: 0 lowest
    "far",  # the rank of its distance to the nearest that was asked about
    "novel",  # the rank of its distance to the nearest that came lately
    "common",  # how often its class was asked about: 0 never, 1/2 as often as all, 1 alone
    "credit",  # questions that are free to be asked, 1/2 where it is one
    "labels",  # questions asked so far, on a log scale, 1 from 1,000 on
    "known",  # 1 where the length of the stream is known, and then:
    "left",  # the share of the stream that is left
    "unspent",  # the share of all its questions that is left
)


@dataclass(frozen=True)
class Now:
    """E streams at one arrival each.  Past numbers are NaN where there were not yet so many.

    probs (E, C); utility, far, novel (E,), infinite where there is nothing to measure a distance to; their pasts
    (E, up to WINDOW); counts (E, C) questions by predicted class; budget: share; length: arrivals in all, 0 unknown
    """

    probs: np.ndarray
    utility: np.ndarray
    far: np.ndarray
    novel: np.ndarray
    past_utility: np.ndarray
    past_far: np.ndarray
    past_novel: np.ndarray
    counts: np.ndarray
    seen: int
    asked: np.ndarray
    budget: float
    length: np.ndarray


def features(now: Now) -> np.ndarray:
    """(E, F) float64 in [0, 1], in the order of FEATURES."""
    known = now.length > 0
    length = np.where(known, now.length, 1)
    credit = now.budget * (now.seen + 1) - now.asked
    columns = (
        rank(now.utility, now.past_utility),
        rank(now.far, now.past_far),
        rank(now.novel, now.past_novel),
        common(now.probs.argmax(1), now.counts),
        np.maximum(credit, 0) / (1 + np.maximum(credit, 0)),
        np.minimum(np.log1p(now.asked) / np.log(1001), 1),
        known,
        known * np.maximum(1 - now.seen / length, 0),
        known * np.maximum(1 - now.asked / np.ceil(now.budget * length), 0),
    )
    return np.stack(columns, 1).astype(np.float64)


def rank(value: np.ndarray, past: np.ndarray) -> np.ndarray:
    """(E,) where a value lies among (E, W) others, ties half-way; 1/2 where there are none."""
    many = (~np.isnan(past)).sum(1)
    below = (past < value[:, None]).sum(1) + 0.5 * (past == value[:, None]).sum(1)
    return np.where(many, below / np.maximum(many, 1), 0.5)


def common(guess: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(E,) how often the class was asked about, n, against the mean of all: n / (n + mean); 1/2 before any question."""
    mine = counts[np.arange(len(guess)), guess]
    mean = counts.mean(1)
    return np.where(mean > 0, mine / np.where(mean > 0, mine + mean, 1), 0.5)


def nearest(vectors: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(E,) Euclidean distance of (E, D) to the nearest of (E, M, D); rows of infinity are no vectors."""
    if not vectors.shape[1]:
        return np.full(len(at), np.inf)
    away = vectors - at[:, None]
    return np.sqrt(np.einsum("emd,emd->em", away, away).min(1))


def confidence(probability: float, length: int) -> float:
    """Of a whole sequence of `length` parts, as of one of them: P^(1 / length), so that long ones are not punished.

    For a classifier the length is 1 and this is the highest probability; a tagger gives its sequence's.
    """
    return float(probability ** (1 / length))
