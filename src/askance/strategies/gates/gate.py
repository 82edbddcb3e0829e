"""The gate: the least typical share of the pool is not asked about."""

import numpy as np

from askance.strategy import Picks, recipe, strategy

SHARES = (0.0, 0.99)


@strategy("-", part=True, local=False, bounds={"share": SHARES}, cost="O(N)")
def gate(utility, labeled, pending, k, *, share=0.1) -> Picks:
    """All but the `share` with the least utility, as in `typical | gate(share=0.1) | margin`.  utility (N,) -> rows.

    floor(share * (N + L)) of the N rows are held back: labelled and pending samples count, L of them, so that it is the
    same number in every round.  It is fewer where the last one held back is as typical as the first one kept (neither
    is then held back), and where k rows would not be left: what is held back comes last, and is not thrown away.
    """
    known = sum(len(s) for s in (labeled, pending) if s is not None)
    out = min(int(np.floor(share * (len(utility) + known) + 1e-9)), len(utility) - k)
    if out <= 0:
        return np.arange(len(utility))
    return np.flatnonzero(utility >= np.partition(utility, out)[out])


recipe(
    "gated_margin",
    "typical | gate(share=share) | margin",
    paper="-",
    doc="Margin, where the least typical `share` of the whole pool is not asked about: samples of another language, "
    "of another camera, of no class at all.  probs (N, C), embeddings (N, D) -> k rows.",
    module=__name__,
    cost="O(N (C + M D)) for M witnesses",
    fails={"known_regions_are_left": "what is known tells what is typical; it spreads nothing"},
    share=0.1,
    bounds={"share": SHARES},
)
