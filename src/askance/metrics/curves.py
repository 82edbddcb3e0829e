"""Learning curves: the area under the budget curve, and the labels that a level of quality took.  Floor 2."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from askance.errors import BadLabel

Numbers = Sequence[float] | Sequence[int] | np.ndarray


def aubc(
    labels: Numbers,
    values: Numbers,
    *,
    initial: bool = True,
    over: Literal["range", "queries"] = "range",
) -> float:
    """Area under the budget curve by trapezoids: the mean quality over the budget.

    labels   (m,) rising label counts; values: (m,) what was measured at each
    initial  False leaves the first point out: it was there before any strategy chose
    over     "range" divides by labels[-1] - labels[0], so that the curve of a constant is the constant;
             "queries" divides by the number of points, one label a query, as Lu et al. 2023 published theirs
    """
    x, y = _curve(labels, values)
    if not initial:
        x, y = x[1:], y[1:]
    if len(x) == 0:
        raise BadLabel("a curve of one point has no area once its first point is left out")
    area = float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum())
    if over == "queries":
        return area / len(x)
    return area / float(x[-1] - x[0]) if len(x) > 1 else float(y[0])


def labels_to_reach(
    labels: Numbers, values: Numbers, reference: float, fraction: float = 0.95, *, falling: bool = False
) -> int | None:
    """The least labels at which the curve stands at `enough` or better; None when it never does.

    Counts only what was measured: nothing is read off between two points.
    """
    x, y = _curve(labels, values)
    level = enough(reference, fraction, falling=falling)
    there = np.flatnonzero(y <= level if falling else y >= level)
    return int(x[there[0]]) if len(there) else None


def enough(reference: float, fraction: float = 0.95, *, falling: bool = False) -> float:
    """0.95 of the reference; of an error, which falls, 1.05 of it."""
    return reference * (2.0 - fraction if falling else fraction)


def _curve(labels: Numbers, values: Numbers) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(labels, float), np.asarray(values, float)
    if x.shape != y.shape or x.ndim != 1 or not len(x):
        raise BadLabel(f"a curve needs as many values as label counts, and at least one, not {x.shape} and {y.shape}")
    if (np.diff(x) <= 0).any():
        row = int((np.diff(x) <= 0).argmax()) + 1
        raise BadLabel(f"the label counts of a curve must rise; point {row} has {x[row]:g} after {x[row - 1]:g}")
    if not np.isfinite(y).all():
        raise BadLabel(f"point {int((~np.isfinite(y)).argmax())} of the curve has no finite value")
    return x, y
