"""What a campaign may expect: the forecast of its own curve, in a sentence.  Floor 1."""

from dataclasses import dataclass

import numpy as np

from askance.errors import BadLabel
from askance.history import History
from askance.metrics.forecast import FARTHEST, FEWEST, Forecast, forecast
from askance.metrics.intervals import Z

SHARES_OF_ONE = ("accuracy", "balanced_accuracy", "macro_f1")  # what a forecast can be made of


@dataclass(frozen=True)
class Outlook:
    """forecast: None where it would be guessing, or where nothing is left to forecast; the sentence says why.

    reached: labels with which the target was measured already; None where it was not
    """

    metric: str
    target: float
    forecast: Forecast | None
    sentence: str
    reached: int | None = None


def outlook(history: History, metric: str, target: float) -> Outlook:
    """How many more labels until `metric`, such as accuracy@test, is measured at `target`.

    It looks as far as the pool goes, and at most FARTHEST times the labels so far: no farther was it ever checked.
    """
    if not 0 < target <= 1:
        raise BadLabel(f"a target is a share over 0 and up to 1, such as 0.95, not {target!r}")
    if metric.partition("@")[0] not in SHARES_OF_ONE:
        raise BadLabel(f"a forecast can be made of {', '.join(SHARES_OF_ONE)}, not of {metric}")
    n, values, errors = _measured(history, metric)
    if len(n) and values.max() >= target:
        first = int(n[(values >= target).argmax()])
        said = f"{target:g} was measured with {first:,} labels"
        return Outlook(metric, target, _drawn(history, n, values, errors), said, first)
    if len(n) < FEWEST:
        said = f"{FEWEST} measured rounds are needed for a forecast, and there are {len(n)}: fewer would be guessing"
        return Outlook(metric, target, None, said)
    drawn = _drawn(history, n, values, errors)
    if drawn is None:
        return Outlook(metric, target, None, "no sample is left to label, so there is nothing to forecast")
    return Outlook(metric, target, drawn, drawn.labels_to(target).sentence)


def _drawn(history: History, n: np.ndarray, values: np.ndarray, errors: np.ndarray) -> Forecast | None:
    last = history.rounds[-1]
    until = min(last.labeled + last.unlabeled, FARTHEST * int(n[-1]))
    if until <= n[-1] or len(n) < FEWEST:
        return None
    return forecast(n, values, errors, until=until)


def _measured(history: History, metric: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(labels, values, standard errors) of the rounds that measured it, by rising labels; the last word counts."""
    found = {r.labeled: r.metrics[metric] for r in history.rounds if metric in r.metrics}
    rows = [(n, m.value, (m.high - m.low) / (2 * Z)) for n, m in sorted(found.items()) if n > 0]
    labels, values, errors = np.array(rows, float).reshape(-1, 3).T
    return labels, values, errors
