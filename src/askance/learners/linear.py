"""The default for tables, arrays and embeddings: their features and a linear head.  Floor 4."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import numpy as np

from askance.learners import saving
from askance.learners.features import INSTEAD, READS, Features, read_features, restored
from askance.learners.head import LinearHead
from askance.learners.training import agreement, check_kind, check_needs, in_blocks, in_id_order, labelled, unprepared
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals

NAME, HEAD = "linear", "head"


class LinearLearner:
    """probs, embeddings, and members of a bootstrap committee of S where `members` is S >= 2.

    Logistic regression that chooses its C by cross-validation (head.py) on features as features.py makes them.  There
    are embeddings before any fit, once `prepare` has seen the pool.
    """

    def __init__(self, members: int = 0):
        self.head = LinearHead(members)
        self.cold = frozenset({"embeddings"})
        self.provides = frozenset({"embeddings", "probs", "members"} if members else {"embeddings", "probs"})
        self._features: Features | None = None
        self._prepared = False

    @property
    def classes(self) -> tuple[str, ...]:
        return self.head.classes

    def prepare(self, samples: Samples) -> None:
        """Learns what the columns of the pool are like."""
        check_kind(NAME, samples, READS, INSTEAD.get(samples.kind, ""))
        self._features, self._prepared = read_features(in_id_order(samples)), True

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """`chosen` names C and how it was chosen."""
        began = monotonic()
        check_kind(NAME, samples, READS, INSTEAD.get(samples.kind, ""))
        rows, classes, y = labelled(samples, labels)
        if self._features is None or not self._prepared:  # the labels of this fit count, not those of an earlier one
            self._features = read_features(rows)
        chosen = self.head.fit(self._features.inputs(rows), np.array(classes)[y], rows.ids, seed)
        said = {} if validation is None else agreement(self.predict(validation[0]), validation[1])
        return FitReport(chosen=chosen, validation=said, seconds=monotonic() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        check_needs(NAME, self.provides, self.provides if self.classes else self.cold, needs)
        return Signals(samples.ids, in_blocks(samples, lambda block: self._say(block, needs)) if needs else {})

    def predict(self, samples: Samples) -> np.ndarray:
        """(N,) class names."""
        probs = self.signals(samples, frozenset({"probs"}))["probs"]
        return np.array(self.classes, dtype=object)[probs.argmax(1)]

    def save(self, folder: Path) -> None:
        seen = self._features
        facts = {"learner": NAME, "fitted": bool(self.classes), "prepared": self._prepared}
        saving.write(
            folder, facts | ({} if seen is None else {"features": seen.facts()}), {} if seen is None else seen.arrays()
        )
        if self.classes:
            self.head.save(folder / HEAD)

    def load(self, folder: Path) -> None:
        facts, arrays = saving.read(folder, NAME)
        self._features, self._prepared = None, bool(facts["prepared"])
        if "features" in facts:
            self._features = restored(facts["features"], arrays)
        if facts["fitted"]:
            self.head.load(folder / HEAD)

    def _say(self, samples: Samples, needs: frozenset[str]) -> dict[str, np.ndarray]:
        seen = self._features
        if seen is None:
            raise unprepared(NAME)
        x = seen.inputs(samples)
        make = {
            "embeddings": lambda: seen.embeddings(samples),
            "probs": lambda: self.head.probs(x),
            "members": lambda: self.head.members(x),
        }
        return {name: make[name]() for name in sorted(needs)}
