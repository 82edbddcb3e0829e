"""Asks a chooser, and holds it to what it promises.  Floor 2."""

import numpy as np

from askance.among import Among
from askance.errors import BadStrategy
from askance.meta.past import Past


def odds_of(chooser: Among, past: Past) -> np.ndarray:
    """(K,) the odds of its arms, which sum to 1."""
    odds = np.asarray(chooser.form.fn(past, **dict(chooser.params)), np.float64)
    name, k = chooser.form.name, len(chooser.arms)
    if odds.shape != (k,) or not np.isfinite(odds).all() or odds.min() < 0 or abs(odds.sum() - 1) > 1e-6:
        raise BadStrategy(f"{name} gave {odds} for {k} strategies; it must be odds for each, which sum to 1")
    return odds


def first_odds(chooser: Among) -> np.ndarray:
    """The odds before anything has happened; asked for before any work, so that what is wrong shows then."""
    return odds_of(chooser, Past(tuple(repr(arm) for arm in chooser.arms)))
