"""The user's own matrix of probabilities, members or embeddings as a learner.  Floor 4."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import numpy as np

from askance.errors import BadLearner
from askance.learners import saving
from askance.learners.head import LinearHead
from askance.learners.training import agreement, check_kind, check_needs, labelled, unprepared
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals

NAME, HEAD = "precomputed", "head"


class PrecomputedLearner:
    """Gives exactly what samples of kind "signals" hold, which `prepare` looks up.

    With probabilities (or members), or predicted numbers, among them there is nothing to learn: a fit does nothing.
    With embeddings alone a linear head is fitted on them, and there are probs from the first fit on.

    classes  names of the columns of the user's probabilities, in sorted order; else they are numbered, "0", "1", ...
    members  a bootstrap committee around the head, where one is fitted
    """

    def __init__(self, classes: Sequence[str] = (), members: int = 0):
        if list(classes) != sorted(classes):
            raise BadLearner(f"the columns of the probabilities must be the classes in sorted order: {sorted(classes)}")
        self.head = LinearHead(members)
        self.provides = self.cold = frozenset[str]()
        self._members = members
        self._named = tuple(classes)
        self._columns: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        return self._columns or self.head.classes

    def prepare(self, samples: Samples) -> None:
        check_kind(NAME, samples, ("signals",))
        given: Signals = samples.data
        learned = {"probs", "members"} if self._members else {"probs"}
        self.cold = given.names
        self.provides = given.names | (learned if self._learns() else set())
        self._columns = () if "probs" not in given.names else self._names(_width(given))

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """Nothing is learned where the matrix has probabilities; else `chosen` tells of the head."""
        began = monotonic()
        if not self.cold:
            self.prepare(samples)
        chosen = {}
        if self._learns():
            rows, classes, y = labelled(samples, labels)
            chosen = self.head.fit(rows.data["embeddings"], np.array(classes)[y], rows.ids, seed)
        said = {} if validation is None else agreement(self.predict(validation[0]), validation[1])
        return FitReport(chosen=chosen, validation=said, seconds=monotonic() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        check_kind(NAME, samples, ("signals",))
        if not self.cold:
            raise unprepared(NAME)
        check_needs(NAME, self.provides, self.provides if self.classes else self.cold, needs)
        given: Signals = samples.data
        make = {"probs": self.head.probs, "members": self.head.members}
        columns = {
            name: given[name] if name in given.names else make[name](given["embeddings"])
            for name in sorted(needs - {"inner"})
        }
        inner, offsets = (given.inner, given.offsets) if "inner" in needs else (None, None)
        return Signals(given.ids, columns, inner, offsets)

    def predict(self, samples: Samples) -> np.ndarray:
        """(N,) class names."""
        probs = self.signals(samples, frozenset({"probs"}))["probs"]
        return np.array(self.classes, dtype=object)[probs.argmax(1)]

    def save(self, folder: Path) -> None:
        facts = {"learner": NAME, "fitted": bool(self.head.classes), "columns": self._columns}
        saving.write(folder, {**facts, "cold": sorted(self.cold), "provides": sorted(self.provides)}, {})
        if self.head.classes:
            self.head.save(folder / HEAD)

    def load(self, folder: Path) -> None:
        facts, _ = saving.read(folder, NAME)
        self._columns = tuple(facts["columns"])
        self.cold, self.provides = frozenset(facts["cold"]), frozenset(facts["provides"])
        if facts["fitted"]:
            self.head.load(folder / HEAD)

    def _learns(self) -> bool:
        return not {"probs", "prediction"} & self.cold and "embeddings" in self.cold

    def _names(self, count: int) -> tuple[str, ...]:
        if not self._named:
            return tuple(f"{c:0{len(str(count - 1))}d}" for c in range(count))
        if len(self._named) != count:
            raise BadLearner(
                f"the probabilities have {count} columns, and there are {len(self._named)} classes: "
                f"{', '.join(self._named)}"
            )
        return self._named


def _width(given: Signals) -> int:
    """Classes of the probabilities, read off without deriving them for all rows."""
    source = next(name for name in ("probs", "members", "logits") if name in given.columns)
    return int(given.columns[source].shape[-1])
