"""What a learner says of samples that it was not trained on, by folds.  Floor 4."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from askance.errors import BadLearner
from askance.learners.folds import folds
from askance.learners.training import labelled
from askance.progress import track
from askance.protocols import Learner
from askance.samples import Samples


@dataclass(frozen=True)
class OutOfFold:
    """ids (M,) ascending, probs (M, C) for `classes`.  left: {id: why} for samples that could not be judged."""

    ids: np.ndarray
    classes: tuple[str, ...]
    probs: np.ndarray
    left: dict[int, str]


def out_of_fold(
    learner: Learner, samples: Samples, labels: Sequence[str], *, seed: int = 0, count: int = 5
) -> OutOfFold:
    """Fits the learner `count` times, each time on all folds but one, and asks it about that one.

    The learner is prepared where it wants to be, and is left fitted on the last of these: it is not one in use.  The
    folds are those of calibration (learners/folds.py): stratified, and the same for any order of the samples.  The only
    sample of its class cannot be judged, and no sample of a class that would then be unknown.
    """
    if "probs" not in learner.provides:
        raise BadLearner(f"the learner gives no probabilities, and out of fold they are asked for; {_gives(learner)}")
    rows, classes, y = labelled(samples, labels)
    which = folds(y, rows.ids, seed, count)
    left = {int(i): "it is the only one of its class" for i in rows.ids[which < 0]}
    names = np.array(classes, dtype=object)[y]
    ids, probs = [], []
    for fold in track(range(int(which.max(initial=-1)) + 1), "out of fold"):
        out = np.flatnonzero(which == fold)
        inside = np.flatnonzero(which != fold)
        learner.fit(rows.take(inside), names[inside].tolist(), seed=seed)
        said = learner.signals(rows.take(out), frozenset({"probs"}))
        left.update({int(i): str(why) for i, why in said.skipped.items()})
        ids.append(said.ids)
        probs.append(_over(said["probs"], learner.classes, classes))
    if not ids:
        raise BadLearner("no class has two labels, so none can be judged by the others")
    every = np.concatenate(ids)
    order = np.argsort(every)
    return OutOfFold(every[order], classes, np.concatenate(probs)[order], left)


def _over(probs: np.ndarray, known: Sequence[str], classes: tuple[str, ...]) -> np.ndarray:
    """Over all classes: one that this fold did not know, where samples could not be read, has 0."""
    out = np.zeros((len(probs), len(classes)))
    out[:, [classes.index(c) for c in known]] = probs
    return out


def _gives(learner: Learner) -> str:
    return f"it gives {', '.join(sorted(learner.provides)) or 'nothing'}"
