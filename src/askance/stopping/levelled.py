"""Stopping because a figure that rose has levelled off: the convergence rules of Laws & Schütze 2008.  Floor 2."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from statistics import fmean, median

from askance.history import History
from askance.protocols import Verdict
from askance.stopping.rule import Rule, bounded, rule


@rule("performance convergence, Laws & Schütze 2008")
@dataclass(frozen=True)
class performance_convergence(Rule):
    """Stops when the estimated performance is at a new best and its running mean rises by less than `gain` a round.

    The estimate needs no labels: the F measure that the probabilities themselves expect over the stop set.  Counted
    over all classes together, that is the mean of the top probability.
    """

    window: int = bounded(10, low=1)
    gain: float = bounded(5e-5, low=0)

    def __call__(self, history: History) -> Verdict:
        values = [r.certainty["mean_max_prob"] for r in history.rounds if "mean_max_prob" in r.certainty]
        return self.says(*levelled(values, self.window, self.gain, fmean, "the performance that the model expects"))


@rule("uncertainty convergence, Laws & Schütze 2008")
@dataclass(frozen=True)
class uncertainty_convergence(Rule):
    """Stops when the confidence in the hardest sample chosen is at a new best and its running median rises by less
    than `gain` a round.  The confidence is 1 - the largest entropy in the batch, as a share of the largest possible.
    """

    window: int = bounded(10, low=1)
    gain: float = bounded(5e-5, low=0)

    def __call__(self, history: History) -> Verdict:
        values = [1 - r.batch["max_entropy"] for r in history.rounds if "max_entropy" in r.batch]
        return self.says(
            *levelled(values, self.window, self.gain, median, "the confidence in the hardest of the batch")
        )


def levelled(
    values: Sequence[float], window: int, gain: float, average: Callable[[Sequence[float]], float], what: str
) -> tuple[bool, float, str]:
    """(whether 0 < slope < gain at a new best, the slope, the reason); slope: of the windows' average, a round."""
    if len(values) <= window:
        return False, nan, f"{window + 1} rounds that measured it are needed, and there are {len(values)}"
    slope = average(values[-window:]) - average(values[-window - 1 : -1])
    best = values[-1] > max(values[:-1])
    at = "at a new best" if best else "not at a new best"
    said = f"{what} is {at} of {max(values):.4f} and over {window} rounds changes by {slope:+.2g} a round"
    return best and 0 < slope < gain, slope, f"{said}; it stops at a new best with a rise of less than {gain:g}"
