"""Learners: what learns from the labels and says what it thinks of the rest.  Floor 4.

    learner = make_learner("sklearn:SVC(C=2)?calibrate=sigmoid", pool_kind="table")

`askance.learners.spec` reads the texts; each learner lives in a file of its own, imported when it is asked for.
"""

from typing import Protocol, runtime_checkable

from askance.learners.spec import default_learner, make_learner
from askance.samples import Samples

__all__ = ["Prepared", "default_learner", "make_learner"]


@runtime_checkable
class Prepared(Protocol):
    """A learner that looks at the pool once, without labels, before the first fit: vocabularies, means, categories.

    Whoever drives the loop calls `prepare` with the whole pool if `isinstance(learner, Prepared)`.  What the learner
    `provides` may be known only then; its `cold` signals may be asked for from then on.
    """

    def prepare(self, samples: Samples) -> None: ...
