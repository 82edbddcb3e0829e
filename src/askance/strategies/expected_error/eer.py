"""Expected error reduction: the label after which the model is expected to be least in error."""

import numpy as np

from askance.ops.refit import reduction
from askance.ops.refit_loss import Log, Loss, ZeroOne
from askance.strategies.expected_error.setting import REFITS, SAMPLED, WINDOW, model, setting, utilities
from askance.strategy import Utility, strategy

LOSSES: dict[str, Loss] = {"log": Log(), "zero_one": ZeroOne()}


@strategy(
    "Roy & McCallum 2001",
    local=False,
    labelled=True,
    bounds={"loss": tuple(LOSSES), "refit": REFITS, "penalty": (1e-9, None), **SAMPLED, **WINDOW},
    cost="O(S E (C + D)) for S candidates and E rows judged at",
)
def eer(
    embeddings,
    labeled,
    labels,
    ids,
    k,
    seed,
    learner,
    *,
    loss="log",
    refit="ridge",
    candidates=500,
    evaluate=500,
    penalty=10.0,
    h=0.0,
    prior=0.001,
) -> Utility:
    """How much less error is expected over the pool after a sample's label, whatever it may be.

    embeddings (N, D), and those of the labelled with their labels -> (N,) >= 0: the error now less
    sum_y P(y|x) mean_u L(P+(.|u)), in nats for loss='log' (entropy) and in errors for 'zero_one' (1 - max p).  Where a
    label of some candidate makes things look worse, all candidates are raised by as much as the worst of them.

    P is the model that is refitted, and not the learner's: refit='ridge' is least squares with `penalty` on embeddings
    whose coordinates have a mean square of 1; 'parzen' a window of bandwidth h (0: half the median distance) with
    `prior` labels beforehand; both are exact, in closed form.  'newton' is one Newton step of softmax regression;
    'learner' trains anew, S C times, what select(..., learner=fit) was given.  It knows the classes that have a label.

    Of the pool, `candidates` are looked at (at least k; the others have 0), and the error is that at `evaluate` rows;
    both are drawn by id, and 0 is all, as in the paper.
    """
    if not len(ids):
        return np.zeros(0)
    s = setting("eer", embeddings, labeled, labels, ids, k, seed, candidates, evaluate)
    if s.classes < 2:
        return np.zeros(len(ids))
    fitted = model("eer", s, refit, penalty, h, prior, learner)
    return utilities(len(ids), s.rows, reduction(fitted, s.x, LOSSES[loss]))
