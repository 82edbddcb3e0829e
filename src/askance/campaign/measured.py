"""Measures a fitted model: on the test and validation shares, and on the stop set.  Floor 5."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from askance import metrics
from askance.campaign.choose import Moment, signals_of
from askance.campaign.plan import as_ids, predicts_numbers
from askance.history import Round
from askance.metrics.measure import Share
from askance.signals import Signals


def measured(now: Moment) -> dict[str, Any]:
    """Round's metrics, calibration, stop_set and certainty, from one pass over the samples that they need.

    Of a learner of numbers it is the metrics alone: the rest is about probabilities.
    """
    numbers = predicts_numbers(now.learner)
    if not numbers and "probs" not in now.learner.provides:
        return {}
    validation = {i: now.known.labels[i] for i in now.known.validation & now.known.labels.keys()}
    shares: tuple[tuple[Share, Mapping[int, str]], ...]
    shares = (("validation", validation), ("test", now.plan.test_labels))
    watched = now.plan.shares.stop_set[: 0 if numbers else None]
    wanted = np.unique(np.concatenate([watched, *(as_ids(truth) for _, truth in shares)]))
    if not len(wanted):
        return {}
    signal = "prediction" if numbers else "probs"
    said = signals_of(now, wanted, frozenset({signal}))
    found: dict[str, Any] = {"metrics": {}}
    for share, truth in shares:
        rows = rows_of(said.ids, as_ids(truth))
        if len(rows):
            _add_share(found, now, share, [truth[int(i)] for i in said.ids[rows]], said[signal][rows])
    return found if numbers else found | _watched(said, watched, now.learner.classes)


def _add_share(found: dict[str, Any], now: Moment, share: Share, labels: list[str], said: np.ndarray) -> None:
    """said: probs (n, C), or the predicted numbers (n,)."""
    classes, numbers = now.learner.classes, said.ndim == 1
    measure = now.plan.measure or (metrics.measure_numbers if numbers else metrics.measure)
    found["metrics"].update(measure(labels, said, classes, share))
    if not numbers:  # of the test share, where there is one
        found["calibration"] = metrics.calibration(labels, said, classes).plain()


def _watched(said: Signals, watched: np.ndarray, classes: tuple[str, ...]) -> dict[str, Any]:
    probs = said["probs"][rows_of(said.ids, watched)]
    guesses = tuple(classes[c] for c in probs.argmax(1)) if len(probs) else ()
    return {"stop_set": guesses, "certainty": metrics.certainty(probs)}


def of_batch(now: Moment, ids: np.ndarray) -> dict[str, Any]:
    """Round's foreseen and batch: what the model thinks of the picks, in their order, before they are answered."""
    if "probs" not in now.learner.provides or not len(ids):
        return {}
    said = signals_of(now, ids, frozenset({"probs"}))
    guess = {int(i): now.learner.classes[c] for i, c in zip(said.ids, said["probs"].argmax(1), strict=True)}
    if not guess:
        return {}
    h = metrics.relative_entropy(said["probs"])
    doubt = {"mean_entropy": float(h.mean()), "max_entropy": float(h.max()), "variance": float(h.var())}
    return {"foreseen": tuple(guess.get(int(i), "") for i in ids), "batch": doubt}


def in_hindsight(past: tuple[Round, ...], labels: Mapping[int, str]) -> Mapping[str, float]:
    """Of the batch before: how many were answered, and the share that was foreseen."""
    last = past[-1] if past else None
    pairs = zip(last.picks, last.foreseen, strict=False) if last else ()
    right = [labels[p.id] == guess for p, guess in pairs if guess and p.id in labels]
    return {"answers": float(len(right)), "foreseen": sum(right) / len(right)} if right else {}


def rows_of(ids: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where the wanted ids are, in their order; those that are not there are left out."""
    if not len(ids):
        return np.zeros(0, np.int64)
    order = np.argsort(ids)
    rows = order[np.searchsorted(ids, wanted, sorter=order).clip(max=len(ids) - 1)]
    return rows[ids[rows] == wanted]
