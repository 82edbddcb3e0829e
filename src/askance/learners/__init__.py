"""Learners: what learns from the labels and says what it thinks of the rest.  Floor 4.

    learner = make_learner("sklearn:SVC(C=2)?calibrate=sigmoid", pool_kind="table")

`askance.learners.spec` reads the texts, `askance.learners.schemes` is the table of all; each learner lives in a file of
its own, imported when it is asked for.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from askance.learners.spec import default_learner, make_learner
from askance.samples import Samples

__all__ = ["Prepared", "SemiSupervised", "default_learner", "make_learner"]


@runtime_checkable
class Prepared(Protocol):
    """A learner that looks at the pool once, without labels, before the first fit: vocabularies, means, categories.

    Whoever drives the loop calls `prepare` with the whole pool if `isinstance(learner, Prepared)`.  What the learner
    `provides` may be known only then; its `cold` signals may be asked for from then on.
    """

    def prepare(self, samples: Samples) -> None: ...


@runtime_checkable
class SemiSupervised(Protocol):
    """A learner that also learns from samples without a label.

    Whoever drives the loop calls `offer` before every fit: with the samples that may be learned from so, never those
    that are measured on, and the number of the round.  `added` says afterwards what the fit took some of them to be.
    """

    @property
    def added(self) -> Mapping[int, str]: ...

    def offer(self, samples: Samples, number: int) -> None: ...
