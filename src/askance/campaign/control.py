"""What labels drawn at random give, to hold the strategy against.  Floor 5.

The test share, or else the labelled part of the validation share, is a uniform sample of the pool, whatever the
strategy asks: labels that a random strategy might have asked for.  They are divided into folds; the learner is fitted
on all folds but one and measured on that one, so nothing is measured on what was learned from, and no label is asked
for that was not asked for anyhow.  It learns from as many as the campaign's own model does, as far as they go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from askance import metrics, ops
from askance.campaign.choose import Moment, signals_of
from askance.campaign.plan import as_ids, predicts_numbers
from askance.metrics.measure import Share
from askance.progress import track

ORDER = 1103  # draw of ops.noise
FEWEST = 10  # labels drawn at random, below which they say nothing


@dataclass(frozen=True)
class Drawn:
    """Labels drawn at random: {id: label}, and the share that they are."""

    share: Share
    labels: Mapping[int, str]


def control(now: Moment) -> dict[str, Any]:
    """Round.control; empty where there are too few labels, or a fold would learn a single class.

    It fits the learner, so it comes before the fit that counts.
    """
    drawn, folds = _drawn(now), now.plan.control
    if not folds or len(drawn.labels) < max(FEWEST, folds):
        return {}
    ids = as_ids(drawn.labels)
    ids = ids[np.argsort(ops.noise(now.plan.seed, ids, ORDER), kind="stable")]
    fold = np.arange(len(ids)) % folds
    n = min(len(now.learned), len(ids) - int(np.bincount(fold).max()))
    sets = [ids[fold != f][:n] for f in range(folds)]
    if any(len({drawn.labels[i] for i in s.tolist()}) < 2 for s in sets):
        return {}
    said = [_said(now, drawn, s, ids[fold == f]) for f, s in enumerate(track(sets, "random control"))]
    truth = [drawn.labels[int(i)] for seen, _, _ in said for i in seen]
    apart = len(now.known.labels) - len(now.learned)  # what is only measured on is a label too
    how = f"{folds} models, each learned from {n} labels drawn at random and was measured on others of these {len(ids)}"
    return {"labels": n + apart, "metrics": dict(_measured(now, drawn.share, truth, said)), "how": how}


def _drawn(now: Moment) -> Drawn:
    if now.plan.test_labels:
        return Drawn("test", now.plan.test_labels)
    known = now.known
    return Drawn("validation", {i: known.labels[i] for i in known.validation & known.labels.keys()})


def _said(
    now: Moment, drawn: Drawn, learned: np.ndarray, judged: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """Of a model that learned from some: what it says of others.  -> ids, its classes, probs (n, C) or numbers (n,)."""
    learned = np.sort(learned)
    labels = [drawn.labels[i] for i in learned.tolist()]
    now.learner.fit(now.plan.pool.take(learned), labels, seed=now.plan.seed)
    signal = "prediction" if predicts_numbers(now.learner) else "probs"
    said = signals_of(now, np.sort(judged), frozenset({signal}))
    return said.ids, now.learner.classes, said[signal]


def _measured(
    now: Moment, share: Share, truth: list[str], said: list[tuple[np.ndarray, tuple[str, ...], np.ndarray]]
) -> Mapping[str, Any]:
    if predicts_numbers(now.learner):
        return (now.plan.measure or metrics.measure_numbers)(truth, np.concatenate([p for _, _, p in said]), (), share)
    classes = tuple(sorted({c for _, known, _ in said for c in known}))
    probs = np.concatenate([_over(p, known, classes) for _, known, p in said])
    return (now.plan.measure or metrics.measure)(truth, probs, classes, share)


def _over(probs: np.ndarray, known: tuple[str, ...], classes: tuple[str, ...]) -> np.ndarray:
    """Over all classes: one that this fold did not know has 0."""
    out = np.zeros((len(probs), len(classes)))
    out[:, [classes.index(c) for c in known]] = probs
    return out
