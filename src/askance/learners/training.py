"""What every learner does with the labels it is handed, and with the signals it is asked for.  Floor 4."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from askance.errors import BadLearner, MissingSignal
from askance.learners.head import class_numbers
from askance.progress import track
from askance.samples import Samples
from askance.signals import listed

AT_ONCE = 20_000  # samples scored at a time


def labelled(samples: Samples, labels: Sequence[str]) -> tuple[Samples, tuple[str, ...], np.ndarray]:
    """The samples by rising id, so that the order they came in cannot show; the classes; (N,) class numbers."""
    if len(labels) != len(samples):
        raise BadLearner(f"there are {len(labels)} labels for {len(samples)} samples")
    classes, numbers = class_numbers(labels)
    order = np.argsort(samples.ids, kind="stable")
    return samples.take(order), classes, numbers[order]


def in_id_order(samples: Samples) -> Samples:
    return samples.take(np.argsort(samples.ids, kind="stable"))


def check_kind(owner: str, samples: Samples, reads: Iterable[str], instead: str = "") -> None:
    if samples.kind not in reads:
        raise BadLearner(f"{owner} reads {' and '.join(sorted(reads))} samples, and these are {samples.kind}{instead}")


def check_needs(owner: str, provides: frozenset[str], ready: frozenset[str], needs: frozenset[str]) -> None:
    """`ready`: what it can give now, before or after its first fit."""
    if missing := needs - provides:
        raise MissingSignal(f"{owner} does not give {listed(missing)}; it gives {listed(provides)}")
    if missing := needs - ready:
        raise MissingSignal(f"{owner} does not give {listed(missing)} before its first fit; it gives {listed(ready)}")


def unprepared(owner: str) -> BadLearner:
    return BadLearner(f"{owner} has not seen the pool yet; call prepare(samples) with all of it first")


def in_blocks(samples: Samples, say: Callable[[Samples], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What `say` gives for AT_ONCE samples at a time, put together again.  No samples are one empty block."""
    if len(samples) <= AT_ONCE:
        return say(samples)
    parts = [say(block) for block in track(samples.batches(AT_ONCE), "scoring", -(-len(samples) // AT_ONCE))]
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def agreement(predicted: np.ndarray, labels: Sequence[str]) -> dict[str, float]:
    """FitReport.validation: (N,) predicted class names against the labels."""
    if not len(labels):
        return {"n": 0}
    return {"accuracy": float((predicted == np.array(labels, dtype=object)).mean()), "n": len(labels)}
