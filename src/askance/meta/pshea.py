"""PSHEA: successive halving over strategies, by where their learning curves are heading.  Floor 2."""

from collections.abc import Mapping, Sequence

import numpy as np

from askance.among import chooser
from askance.meta.past import Past, Point
from askance.metrics.forecast import FARTHEST, FEWEST, forecast

Curve = Sequence[Point]


@chooser(
    "ALaaS, Huang et al. 2022, arXiv:2207.09109",
    measures=True,
    bounds={"every": (1, None), "chance": (0.0, 1.0)},
)
def pshea(past: Past, *, every: int = 2, chance: float = 0.05) -> np.ndarray:
    """Even odds over the strategies that are still in; every so many rounds the worse half may go.  -> (K,).

    Each strategy's own model, fitted on the warm-up and on what it asked, is measured on the validation share in every
    round.  When all have 6 points, and every `every` rounds after that, the curves are forecast to the end of the
    budget: of the half that is least likely to end highest those go whose chance is below `chance`.  With chance = 1
    the worse half goes in any case.  Designed from the abstract: the forecast is that of metrics/forecast.py, in which
    the paper's a - b exp(-c n) is one of four families.
    """
    alive = in_play(past)
    curves = {arm: curve(past, arm) for arm in alive}
    fewest = min(len(c) for c in curves.values())
    due = fewest >= FEWEST and (fewest - FEWEST) % every == 0
    stay = halved(curves, past.left, chance) if due and len(alive) > 1 else alive
    return np.array([arm in stay for arm in past.arms], float) / len(stay)


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
    """(K,) how likely each is to be measured highest with `left` more labels, or as far as a forecast was checked."""
    ends = [_end(c, left, seed) for seed, c in enumerate(curves)]
    return np.bincount(np.argmax(ends, 0), minlength=len(curves)) / len(ends[0])


def _end(points: Curve, left: int, seed: int) -> np.ndarray:
    """(S,) drawn measurements at the end."""
    labels, values, errors = (np.array(column) for column in zip(*points, strict=True))
    last = int(labels[-1])
    until = last + max(1, min(left, (FARTHEST - 1) * last))
    return forecast(labels, values, errors, until=until, seed=seed).paths[:, -1]
