"""Active testing: an unbiased error from few test labels, asked where the model is expected to be wrong.  Floor 1.

    drawn = draw(ids, expected_error(model_probs, surrogate_probs), 50, seed=0)
    ...                                               # people label drawn.ids, in that order
    lure(losses, drawn.q, n=len(ids))                 # Metric(value, low, high, n)

Kossen et al. 2021 (2103.05331); the weights are Farquhar's, Gal & Rainforth 2021 (2101.11665).
"""

from dataclasses import dataclass

import numpy as np

from askance import ops
from askance.errors import BadLabel, BadSignal
from askance.history import Metric
from askance.metrics.intervals import Z

FLOOR = 0.1  # of the mean expected loss: none is below, so that no weight grows without bound
RACE = 1004  # draw of ops.noise, apart from those of strategies and shares


@dataclass(frozen=True)
class Drawn:
    """What to label, in this order.  ids (M,); q (M,): the probability with which each was taken, of those left."""

    ids: np.ndarray
    q: np.ndarray


def expected_error(probs: np.ndarray, surrogate: np.ndarray) -> np.ndarray:
    """(N, C), (N, C) -> (N,) in [0, 1]: how likely the model's prediction is wrong, as the surrogate sees it."""
    _same(probs, surrogate)
    return np.asarray(1.0 - surrogate[np.arange(len(probs)), probs.argmax(1)].astype(float))


def expected_log_loss(probs: np.ndarray, surrogate: np.ndarray) -> np.ndarray:
    """(N, C), (N, C) -> (N,) nats: the model's log loss that the surrogate expects."""
    _same(probs, surrogate)
    tiny = np.finfo(probs.dtype).eps
    return np.asarray(-(surrogate.astype(float) * np.log(np.clip(probs.astype(float), tiny, 1.0))).sum(1))


def draw(ids: np.ndarray, expected: np.ndarray, m: int, seed: int = 0, floor: float = FLOOR) -> Drawn:
    """m of the ids (N,), one after the other and none twice, each in proportion to its expected loss (N,) >= 0.

    floor: the least share of the mean expected loss that counts, so that nothing is never drawn.
    """
    if not 0 < m <= len(ids):
        raise BadLabel(f"active testing draws 1 to {len(ids):,} samples of so many, not {m:,}")
    if not (np.isfinite(expected) & (expected >= 0)).all():
        row = int((~(np.isfinite(expected) & (expected >= 0))).argmax())
        raise BadSignal(
            f"the expected loss of sample {ops.hex_id(int(ids[row]))} is {expected[row]}; it must be 0 or more"
        )
    w = np.maximum(expected.astype(float), floor * float(expected.mean()))
    w = w if w.any() else np.ones(len(w))
    w = np.maximum(w, 1e-12 * w.max())
    # Who rings first in a race of exponential clocks with these rates is a draw in proportion to them, again and again.
    order = np.argsort(-np.log(ops.noise(seed, ids, RACE)) / w, kind="stable")
    left = np.cumsum(w[order][::-1])[::-1]  # summed from the end: what is still there before each draw
    return Drawn(ids[order[:m]], (w[order] / left)[:m])


def lure_weights(q: np.ndarray, n: int) -> np.ndarray:
    """(M,) weights of the losses of M samples drawn without replacement from n.  Uniform draws weigh 1 each.

    v_m = 1 + (n - M) / (n - m) (1 / ((n - m + 1) q_m) - 1), m = 1 .. M
    """
    count = len(q)
    if not 0 < count <= n:
        raise BadLabel(f"{count:,} samples cannot have been drawn from {n:,}")
    if not ((q > 0) & (q <= 1 + 1e-9)).all():
        raise BadLabel(f"draw {int((~((q > 0) & (q <= 1 + 1e-9))).argmax())} has a probability outside (0, 1]")
    m = np.arange(1, count + 1)
    share = (n - count) / np.maximum(n - m, 1)  # with all drawn every weight is 1, the last 0 / 0 too
    return np.asarray(1 + share * (1 / ((n - m + 1) * q) - 1))


def lure(losses: np.ndarray, q: np.ndarray, n: int) -> Metric:
    """The mean loss over n samples, without bias, from M of them in the order drawn; with a 95 % interval.

    The interval takes the weighted losses as independent, and shrinks as fewer are left unseen: var / M (1 - M / n).
    """
    losses = np.asarray(losses, float)
    if losses.shape != q.shape or not np.isfinite(losses).all():
        raise BadLabel(f"active testing needs one finite loss a draw: {losses.shape} losses for {q.shape} draws")
    weighted = lure_weights(q, n) * losses
    value = float(weighted.mean())
    if len(losses) < 2:
        return Metric(value, float("-inf"), float("inf"), len(losses))
    half = Z * float(np.sqrt(weighted.var(ddof=1) / len(losses) * (1 - len(losses) / n)))
    return Metric(value, value - half, value + half, len(losses))


def _same(probs: np.ndarray, surrogate: np.ndarray) -> None:
    if probs.shape != surrogate.shape or probs.ndim != 2:
        raise BadSignal(
            f"model and surrogate must both be (N, C) over the same classes, not {probs.shape} and {surrogate.shape}"
        )
