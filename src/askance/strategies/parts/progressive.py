"""REFINE: what any of several strategies finds worth asking is kept, pass by pass, and then covered."""

from dataclasses import replace

import numpy as np

from askance.among import ended, form
from askance.strategy import Strategy
from askance.view import View

PAPER = "Huseljic et al. 2025, arXiv:2511.22344"


@form(PAPER, bounds={"x": (1, None), "passes": (1, 10)}, cost="that of its strategies, for batches of x * 2^passes * k")
def progressive(view: View, arms: tuple[Strategy, ...], *, x: int = 3, passes: int = 3) -> np.ndarray:
    """Progressive filtering: in each pass the union of what every strategy picks goes on, and each picks half as much
    as in the pass before, x * k in the last.  -> rows, at most A x k for A strategies.

    As in `progressive(margin, badge, density) | max_herding`.  Passes let every strategy judge what the others
    brought.  Designed from the abstract, which leaves open how many each keeps and from what: shares of the pool would
    make a greedy strategy cost N^2.
    """
    kept = np.arange(len(view))
    for size in (x * 2**p * view.k for p in reversed(range(passes))):
        if size < len(kept):
            here = view.keep(kept)
            found = [ended(arm)(replace(here, k=size)).signals.ids for arm in arms]
            kept = kept[np.isin(here.signals.ids, np.concatenate(found))]
    return kept
