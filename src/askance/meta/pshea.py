"""PSHEA: successive halving over strategies, by where their learning curves are heading.  Floor 2."""

from collections.abc import Mapping, Sequence

import numpy as np

from askance.among import chooser
from askance.meta.past import Past, Point
from askance.metrics.forecast import FARTHEST, FEWEST, forecast

Curve = Sequence[Point]
ALONE = 0.7  # of a measurement's standard error, what two models do not share that are measured on the same samples


@chooser("ALaaS, Huang et al. 2022, arXiv:2207.09109", measures=True, bounds={"chance": (0.0, 1.0)})
def pshea(past: Past, *, chance: float = 0.02) -> np.ndarray:
    """Even odds over the strategies that are still in; now and then the worse half may go.  -> (K,).

    Each strategy's own model, fitted on the warm-up and on what it asked, is measured on the validation share in every
    round.  R = ceil(log2 K) times, after i / (R + 1) of the budget, the curves are forecast to its end, and of the half
    that is least likely to end highest those go whose likelihood is below `chance`.  With chance = 1 the worse half
    goes in any case.  Designed from the abstract: the forecast is that of metrics/forecast.py, in which the paper's
    a - b exp(-c n) is one of four families, and the threshold is ours, for curves measured by few labels cross by luck.
    """
    alive = in_play(past)
    curves = {arm: curve(past, arm) for arm in alive}
    ready = len(alive) > 1 and min(len(c) for c in curves.values()) >= FEWEST
    stay = halved(curves, past.left, chance) if ready and due(past) else alive
    return np.array([arm in stay for arm in past.arms], float) / len(stay)


def due(past: Past) -> bool:
    """Whether a time to halve has come since the last round; one that comes before there are 6 points is let go by."""
    return bool(past.rounds) and rungs(past, past.left) > rungs(past, past.rounds[-1].left)


def rungs(past: Past, left: int) -> int:
    """Times to halve that have come with so many picks left."""
    times = int(np.ceil(np.log2(len(past.arms))))
    return min(times, int((1.0 - left / past.horizon) * (times + 1)))


def in_play(past: Past) -> list[str]:
    """The arms that the last round had not put out."""
    odds = past.rounds[-1].odds if past.rounds else (1.0,) * len(past.arms)
    return [arm for arm, p in zip(past.arms, odds, strict=True) if p > 0]


def curve(past: Past, arm: str) -> list[Point]:
    """What was measured of an arm, by rising labels; of equal ones the last."""
    said = [*(k.curves for k in past.rounds), past.curves]
    by_labels = {c[arm][0]: c[arm] for c in said if arm in c}
    return [by_labels[n] for n in sorted(by_labels)]


def halved(curves: Mapping[str, Curve], left: int, chance: float) -> list[str]:
    """The names that stay: the more likely half, and those that are not unlikely enough."""
    odds = ends_highest(list(curves.values()), left)
    order = np.argsort(odds, kind="stable")[: len(curves) // 2]
    out = {i for i in order.tolist() if odds[i] < chance or chance >= 1}
    return [name for i, name in enumerate(curves) if i not in out]


def ends_highest(curves: Sequence[Curve], left: int) -> np.ndarray:
    """(K,) how likely each is to be highest with `left` more labels, or as far as a forecast was checked."""
    ends = [_end(c, left, seed) for seed, c in enumerate(curves)]
    return np.bincount(np.argmax(ends, 0), minlength=len(curves)) / len(ends[0])


def _end(points: Curve, left: int, seed: int) -> np.ndarray:
    """(S,) drawn accuracies at the end.

    The forecast is of measurements on these validation samples, and the accuracy is that on all: what lies between is
    not seen in any curve, so it is added.
    """
    labels, values, errors = (np.array(column) for column in zip(*points, strict=True))
    last = int(labels[-1])
    until = last + max(1, min(left, (FARTHEST - 1) * last))
    measured = forecast(labels, values, errors, until=until, seed=seed).paths[:, -1]
    strayed = np.random.default_rng((seed, last)).standard_normal(len(measured))
    return np.asarray(measured + ALONE * errors[-1] * strayed)
