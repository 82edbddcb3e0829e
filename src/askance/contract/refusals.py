"""What must be refused, and what the refusal must name.  Floor 3."""

import numpy as np

from askance.contract.case import KNOWN, PREDICTIONS, Case
from askance.contract.checks import check, demand
from askance.errors import BadSignal, BadStrategy, MissingSignal
from askance.ops import hex_id
from askance.signals import DERIVED, Signals

ROW = 4


def everything(case: Case) -> Signals:
    """Also the signals that it does not ask for: one that is read in secret must be found out."""
    return case.example(case.needs | set(KNOWN))


def no_predictions(case: Case) -> str:
    return "" if case.needs & PREDICTIONS or not case.needs else "it reads no predictions"


@check()
def nan_is_named(case: Case) -> None:
    """NaN or an infinite value in a signal it reads is an error that names the signal and the sample."""
    signals = everything(case)
    for name in sorted(signals.columns):
        for bad in (np.nan, np.inf):
            a = signals.columns[name].copy()
            a[ROW] = bad
            _refused(case, signals, name, a, f"{bad} in {name}")


@check()
def missing_signal_is_named(case: Case) -> None:
    """A signal it reads and nobody gives is an error that names it."""
    signals = everything(case)
    first = case.picks(signals)
    for name in sorted(signals.columns):
        gone = {name, *(source for source, _ in DERIVED.get(name, ()))}
        bare = Signals(signals.ids, {n: a for n, a in signals.columns.items() if n not in gone})
        if name in bare.names:
            continue
        try:
            same = case.picks(bare) == first
        except MissingSignal as e:
            demand(any(g in str(e) for g in gone), f"the error does not name {name}: {e}")
        except Exception as e:
            raise BadStrategy(
                f"{case.name} without {name} must give a MissingSignal, not {type(e).__name__}: {e}"
            ) from e
        else:
            demand(same, f"{case.name} reads {name} without declaring it")


@check(no_predictions)
def rows_that_do_not_sum_to_one_are_refused(case: Case) -> None:
    """Probabilities that sum to something else, or are below 0, are an error that names the signal and the sample."""
    signals = everything(case)
    for name in ("probs", "members"):
        for factor in (1.5, -1.0):
            a = signals.columns[name].copy()
            a[ROW] *= factor
            _refused(case, signals, name, a, f"{name} that sum to {factor}")


def _refused(case: Case, signals: Signals, name: str, a: np.ndarray, what: str) -> None:
    """An error that names signal and sample, or else the signal is not read at all."""
    first = case.picks(signals)
    try:
        same = case.picks(signals.with_(**{name: a})) == first
    except BadSignal as e:
        demand(
            name in str(e) and hex_id(signals.ids[ROW]) in str(e), f"the error does not name {name} and the sample: {e}"
        )
    except Exception as e:
        raise BadStrategy(f"{what} must give a BadSignal, not {type(e).__name__}: {e}") from e
    else:
        demand(same, f"{what} went through {case.name} and changed what it picks")
