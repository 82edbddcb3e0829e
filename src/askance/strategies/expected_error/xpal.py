"""xPAL: what a label is expected to change people's minds about, and what that is worth."""

import numpy as np

from askance.ops.refit import expected
from askance.ops.refit_loss import Kept
from askance.strategies.expected_error.setting import SAMPLED, WINDOW, closed, setting, utilities
from askance.strategy import Utility, strategy


@strategy(
    "Kottke et al. 2021, arXiv:2006.01732",
    local=False,
    labelled=True,
    bounds={**SAMPLED, **WINDOW},
    cost="O(S E (C + D)) for S candidates and E rows judged at",
)
def xpal(embeddings, labeled, labels, ids, k, seed, *, candidates=500, evaluate=500, h=0.0, prior=0.001) -> Utility:
    """Expected gain over the pool of the answers after a label above those before it, both judged after it.

    embeddings (N, D), and those of the labelled with their labels -> (N,) in [0, 1], in errors a sample: the mean over
    u of max_c P+(c|u) - P+(c_now(u)|u), expected over the labels of x; never below 0.  P is a Parzen window of
    bandwidth h (0: half the median distance) with a conjugate prior of `prior` labels in all.  Of the pool,
    `candidates` are looked at (at least k; the others have 0), and `evaluate` are judged at; 0 is all, as in the paper.
    """
    if not len(ids):
        return np.zeros(0)
    s = setting("xpal", embeddings, labeled, labels, ids, k, seed, candidates, evaluate)
    fitted = closed(s, "parzen", 1.0, h, prior)
    return utilities(len(ids), s.rows, expected(fitted, s.x, Kept(fitted.now().argmax(1))))
