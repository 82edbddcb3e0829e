"""AER: the error reduction of EER, from how far a label reaches and what it does near by."""

import numpy as np

from askance.ops.refit import Closed, parts
from askance.ops.refit_loss import Loss
from askance.strategies.expected_error.eer import LOSSES
from askance.strategies.expected_error.setting import CLOSED, SAMPLED, WINDOW, closed, setting, utilities
from askance.strategy import Utility, strategy


@strategy(
    "Fu et al. 2018, doi:10.1145/3219819.3219954",
    local=False,
    labelled=True,
    bounds={
        "loss": tuple(LOSSES), "refit": CLOSED, "near": (0, None), "penalty": (1e-9, None), **SAMPLED, **WINDOW
    },
    cost="O(S E D + S near C) for S candidates and E rows judged at",
)  # fmt: skip
def aer(
    embeddings,
    labeled,
    labels,
    ids,
    k,
    seed,
    *,
    loss="log",
    near=20,
    refit="ridge",
    candidates=2000,
    evaluate=2000,
    penalty=10.0,
    h=0.0,
    prior=0.001,
) -> Utility:
    """How much less error is expected over the pool after a label, estimated from the rows near the sample.

    embeddings (N, D), and those of the labelled with their labels -> (N,) >= 0, in the units of `eer`: the impact of a
    label on all rows judged at, times the ratio of error reduction to impact at the `near` rows nearest to the sample.
    Impact is how far the scores move on average, in closed form.  Near are the rows that the model moves most: for a
    Parzen window the nearest, and for least squares those nearest in what it has learned.  With near=0 all are, and
    this is `eer`.  The paper's formulas were not at hand: this follows its abstract, without its hierarchy of anchors.
    Refits, sampling and what is below 0: see `eer`.
    """
    if not len(ids):
        return np.zeros(0)
    s = setting("aer", embeddings, labeled, labels, ids, k, seed, candidates, evaluate)
    if s.classes < 2:
        return np.zeros(len(ids))
    fitted = closed(s, refit, penalty, h, prior)
    return utilities(len(ids), s.rows, estimated(fitted, s.x, near or len(s.at), LOSSES[loss]))


def estimated(model: Closed, x: np.ndarray, near: int, loss: Loss) -> np.ndarray:
    """Reduction of the mean loss at the E rows judged at, by the `near` of them moved most.  (S, D) -> (S,)."""
    near = min(near, model.scores.shape[1])
    now, belief = loss.of(model.now()), model.beliefs(x)
    out = np.empty(len(x))
    for part in parts(len(x), max(len(now), near * len(model.scores))):
        by = model.move(x[part])
        reach = np.abs(by)
        rows = farthest_moved(reach, near)
        after = model.near(x[part], rows, np.take_along_axis(by, rows, 1), loss)
        saved = now[rows].mean(1) - (belief[part] * after).sum(1)
        impact = np.take_along_axis(reach, rows, 1).mean(1)
        out[part] = np.where(impact > 0, saved * reach.mean(1) / np.where(impact > 0, impact, 1.0), 0.0)
    return out


def farthest_moved(reach: np.ndarray, count: int) -> np.ndarray:
    """Columns of the `count` largest of each row, in no order.  (n, E) -> (n, count)."""
    wide = reach.shape[1]
    if count == wide:
        return np.broadcast_to(np.arange(wide), reach.shape)
    return np.argpartition(reach, wide - count, axis=1)[:, wide - count :]
