"""Stratified: as many from every predicted class, at random within it."""

import numpy as np

from askance import ops
from askance.strategies.hybrid.cluster_margin import place_in_group
from askance.strategy import Picks, strategy


@strategy("Neyman 1934", cost="O(N (C + log N))")
def stratified(probs, ids, k, seed) -> Picks:
    """One of each predicted class, then another of each, drawn at random.  probs (N, C) -> (min(k, N),) rows.

    The predictions may be those of a zero-shot model, so no label is needed; the rarest classes come first in a turn.
    """
    order = np.argsort(ops.noise(seed, ids))
    said = probs[order].argmax(1)
    rare_first = np.bincount(said, minlength=probs.shape[1])[said]
    # Classes of one size are told apart by who of them was drawn first: the order of the columns must not show.
    drawn_first = np.full(probs.shape[1], len(ids))
    np.minimum.at(drawn_first, said, np.arange(len(ids)))
    return order[np.lexsort((drawn_first[said], rare_first, place_in_group(said)))[:k]]
