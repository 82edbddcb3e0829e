"""McPAL: what a few labels at a sample are expected to gain there, weighed by how many samples lie near."""

from itertools import combinations_with_replacement
from math import comb, factorial

import numpy as np

from askance import ops
from askance.errors import BadStrategy
from askance.ops import coverage
from askance.ops.kernel import kernel_sums
from askance.ops.refit import one_hot
from askance.ops.refit_parzen import counts
from askance.strategies.expected_error.setting import SAMPLED, Setting, setting, utilities
from askance.strategy import Greedy, Utility, strategy

PAPER = "Kottke et al. 2016 (ECAI)"
BOUNDS = {"ahead": (1, 4), "h": (0.0, None), **SAMPLED}
MOST = 20_000  # ways to label a sample
NOTHING = 1e-12  # of a label, that is not worth adding


@strategy(PAPER, local=False, labelled=True, bounds=BOUNDS, cost="O(S (E + L) D + S C^ahead)")
def mcpal(embeddings, labeled, labels, ids, k, seed, *, ahead=2, candidates=2000, evaluate=2000, h=0.0) -> Utility:
    """Expected gain in accuracy at a sample from its next labels, per label, times its density.

    embeddings (N, D), and those of the labelled with their labels -> (N,) in [0, 1).  The labels so far of each class
    near a sample, counted by a Parzen window of bandwidth h (0: half the median distance), give a Dirichlet
    posterior (one label of each class beforehand) of what its label may be; the gain is that of the likeliest class
    after m more labels over the one before, divided by m, for the best m up to `ahead`.  Density is the mean kernel to
    `evaluate` rows of the pool.  Of the pool, `candidates` are looked at (at least k; the others have 0); 0 is all.
    """
    if not len(ids):
        return np.zeros(0)
    s = setting("mcpal", embeddings, labeled, labels, ids, k, seed, candidates, evaluate)
    frequencies = counted(s, s.x, s.known, one_hot(s.y, s.classes), h)
    return utilities(len(ids), s.rows, density(s, h) * gain(frequencies, ahead))


@strategy(
    PAPER,
    labelled=True,
    lockstep=False,
    bounds=BOUNDS,
    cost="O(S (E + L) D + k S (D + C^ahead))",
)
def batch_mcpal(
    embeddings, labeled, labels, pending, ids, k, seed, *, ahead=2, candidates=2000, evaluate=2000, h=0.0
) -> Greedy:
    """`mcpal` one after the other: a pick counts from then on as if its likeliest label had come.

    embeddings (N, D), and those of the labelled with their labels -> (N,) in [0, 1) a pick.  So do pending samples.
    That is ours: the paper asks for one label at a time.  Sharing a pick out over the classes would not do, as labels
    that balance each other leave as much to gain as none.
    """
    if not len(ids):
        return
    s = setting("batch_mcpal", embeddings, labeled, labels, ids, k, seed, candidates, evaluate)
    weight, known, targets = density(s, h), s.known, one_hot(s.y, s.classes)
    if pending is not None and len(pending):
        known, targets = with_guesses(s, known, targets, s.moved(pending["embeddings"]), h)
    frequencies = counted(s, s.x, known, targets, h)
    gains = gain(frequencies, ahead)
    while True:
        pick = yield utilities(len(ids), s.rows, weight * gains)
        place = s.moved(pick.get("embeddings"))
        known, targets = with_guesses(s, known, targets, place, h)
        more = counted(s, s.x, place, targets[-1:], h)
        near = more.sum(1) > NOTHING
        frequencies[near] += more[near]
        gains[near] = gain(frequencies[near], ahead)


def counted(s: Setting, x: np.ndarray, known: np.ndarray, targets: np.ndarray, h: float) -> np.ndarray:
    """Labels of each class near rows x (n, D): those of known (L, D), targets (L, C) -> (n, C)."""
    return counts(ops.Dense(x), ops.Dense(known), targets, s.width(h))


def density(s: Setting, h: float) -> np.ndarray:
    """The mean kernel between a candidate and the rows judged at.  -> (S,) in [0, 1]."""
    return kernel_sums(ops.Dense(s.x), ops.Dense(s.at), coverage.rbf(s.width(h))) / max(len(s.at), 1)


def with_guesses(
    s: Setting, known: np.ndarray, targets: np.ndarray, more: np.ndarray, h: float
) -> tuple[np.ndarray, np.ndarray]:
    """The labelled rows and further ones (m, D), each with its likeliest label."""
    guess = counted(s, more, known, targets, h).argmax(1)
    return np.concatenate([known, more]), np.concatenate([targets, one_hot(guess, s.classes)])


def gain(counts: np.ndarray, ahead: int) -> np.ndarray:
    """Expected gain in accuracy a label, for the best number of labels up to `ahead`.  (n, C) >= 0 -> (n,) >= 0.

    With a = counts + 1, m labels fall l_c on each class by the Dirichlet-multinomial law, and class c is then expected
    to be right by (a_c + l_c) / (sum a + m).
    """
    ways = comb(counts.shape[1] + ahead - 1, ahead)
    if ways > MOST:
        raise BadStrategy(
            f"mcpal: {ahead} labels of {counts.shape[1]} classes can fall in {ways:,} ways, over {MOST:,}; "
            "take a smaller `ahead`"
        )
    a = -np.sort(-counts, axis=1).T + 1.0  # (C, n), the likeliest class first: which one of equals is no matter
    gains = [(two_ahead(a) if m == 2 else labels_ahead(a, m)) / m for m in range(1, ahead + 1)]
    return np.asarray(np.max(gains, axis=0))


def two_ahead(a: np.ndarray) -> np.ndarray:
    """What two labels are expected to gain in all, without going through all pairs.  a (C, n), the largest first.

    Two of one class win by a_c + 2 - a_0, and one of each of two by what the larger of them wins, a_c + 1 - a_0.
    """
    total, rest = a.sum(0), a[1:]
    fewer = np.cumsum(rest[::-1], axis=0)[::-1] - rest
    same = rest * (rest + 1.0) * np.maximum(rest + 2.0 - a[0], 0.0)
    each = 2.0 * rest * fewer * np.maximum(rest + 1.0 - a[0], 0.0)
    return np.asarray((same + each).sum(0) / (rising(total, 2) * (total + 2)))


def labels_ahead(a: np.ndarray, m: int) -> np.ndarray:
    """What m labels are expected to gain in all.  a (C, n), the largest first -> (n,)."""
    total = a.sum(0)
    out = np.zeros(a.shape[1])
    for way in combinations_with_replacement(range(len(a)), m):
        often = {c: way.count(c) for c in way}
        kept = a[0] + often.get(0, 0)
        won = np.max([a[c] + n for c, n in often.items()], axis=0) - kept
        if (won > 0).any():
            out += chance(a, often, m) * np.maximum(won, 0.0)
    return out / (rising(total, m) * (total + m))


def chance(a: np.ndarray, often: dict[int, int], m: int) -> np.ndarray:
    """Of just these labels, times that of any.  -> (n,)."""
    orders = factorial(m)
    out = np.ones(a.shape[1])
    for c, n in often.items():
        orders //= factorial(n)
        out *= rising(a[c], n)
    return out * orders


def rising(x: np.ndarray, m: int) -> np.ndarray:
    """x (x + 1) ... (x + m - 1)."""
    return np.asarray(np.prod([x + i for i in range(m)], axis=0))
