"""Value of information: what a label saves over the pool, less what it costs."""

import numpy as np

from askance.ops.refit import reduction
from askance.ops.refit_loss import Risk
from askance.strategies.expected_error.setting import REFITS, SAMPLED, WINDOW, model, setting, utilities
from askance.strategies.uncertainty.expected_cost import matrix
from askance.strategy import Utility, strategy


@strategy(
    "Kapoor, Horvitz & Basu 2007; Joshi, Porikli & Papanikolopoulos 2012",
    local=False,
    labelled=True,
    bounds={"price": (0.0, None), "refit": REFITS, "penalty": (1e-9, None), **SAMPLED, **WINDOW},
    cost="O(S E C (C + D)) for S candidates and E rows judged at",
)
def voi(
    embeddings,
    labeled,
    labels,
    costs,
    ids,
    k,
    seed,
    learner,
    *,
    risks="",
    price=1.0,
    refit="ridge",
    candidates=500,
    evaluate=500,
    penalty=10.0,
    h=0.0,
    prior=0.001,
) -> Utility:
    """Risk of the whole pool that a label is expected to save, less what the label costs.

    embeddings (N, D), those of the labelled with their labels, costs (N,) -> (N,) >= 0.  The risk of a row is p'Mp,
    what it costs to guess in proportion to p; that of the pool is N times its mean over `evaluate` rows.  risks: the
    matrix M as a word, like the costs of `expected_cost`; '' is 1 a mistake.  price: what one unit of labelling cost is
    in that coin.  Where one is below 0, all candidates are raised by that: 0 is then the worst and not break-even.
    Sampling and refits: see `eer`.
    """
    if not len(ids):
        return np.zeros(0)
    s = setting("voi", embeddings, labeled, labels, ids, k, seed, candidates, evaluate)
    table = matrix("voi(risks)", risks, s.classes) if s.classes > 1 else np.zeros((1, 1))
    fitted = model("voi", s, refit, penalty, h, prior, learner)
    saved = len(ids) * reduction(fitted, s.x, Risk(table))
    return utilities(len(ids), s.rows, saved - price * costs[s.rows])
