"""Stopping because the predictions on the stop set no longer change.  Floor 2."""

from dataclasses import dataclass
from itertools import pairwise
from math import nan

import numpy as np

from askance.history import History
from askance.protocols import Verdict
from askance.stopping.rule import Rule, bounded, rule
from askance.stopping.stabilizing import comparable


@rule("classification change, Zhu, Wang & Hovy 2008")
@dataclass(frozen=True)
class classification_change(Rule):
    """Stops when at most a share `at` of the stop set is predicted otherwise than in the round before.

    The paper's rule is at=0, every prediction as it was, on the whole pool.
    """

    at: float = bounded(0.0, low=0, high=1)

    def __call__(self, history: History) -> Verdict:
        sets = comparable(history)[-2:]
        if len(sets) < 2:
            return self.says(
                False, nan, f"2 rounds of predictions on one stop set are needed, and there are {len(sets)}"
            )
        before, now = (np.asarray(s, str) for s in sets)
        changed = int((before != now).sum())
        share = changed / len(now)
        stop = share <= self.at
        what = f"{changed:,} of {len(now):,} predictions on the stop set changed ({share:.4f})"
        return self.says(stop, share, f"{what}, {'at or below' if stop else 'above'} {self.at:g}")


@rule("Delta-F, Altschuler & Bloodgood 2019")
@dataclass(frozen=True)
class delta_f(Rule):
    """Stops when the F measure is estimated to have changed by less than `at` in each of the last k rounds.

    The estimate is 1 - 2a / (2a + b + c): a samples of the stop set that both of two rounds give to the class, b and c
    that one alone does.  The paper has two classes and looks at the positive one: name it.  "" = the mean over the
    classes, which is ours.
    """

    k: int = bounded(3, low=1)
    at: float = bounded(0.05, low=0, high=1)
    positive: str = ""

    def __call__(self, history: History) -> Verdict:
        sets = comparable(history)[-(self.k + 1) :]
        if len(sets) <= self.k:
            why = f"k={self.k} needs {self.k + 1} rounds of predictions on one stop set, and there are {len(sets)}"
            return self.says(False, nan, why)
        most = max(f_change(a, b, self.positive) for a, b in pairwise(sets))
        stop = most < self.at
        of = f"the F measure of {self.positive!r}" if self.positive else "the mean F measure"
        span = "the last round" if self.k == 1 else f"each of the last {self.k} rounds"
        limit = f"{'below' if stop else 'not below'} {self.at:g}"
        return self.says(stop, most, f"{of} is estimated to have changed by {most:.4f} at most in {span}, {limit}")


def f_change(before: tuple[str, ...], now: tuple[str, ...], positive: str = "") -> float:
    """1 - the F measure of one set of predictions against the other, in [0, 1]: of one class, or the classes' mean.

    A class that neither set predicts has not changed: 0.
    """
    a, b = np.asarray(before, str), np.asarray(now, str)
    classes = np.array([positive]) if positive else np.union1d(a, b)
    first, second = a == classes[:, None], b == classes[:, None]
    total = first.sum(1) + second.sum(1)
    return float((1 - 2 * (first & second).sum(1) / np.maximum(total, 1))[total > 0].sum() / len(classes))
