"""Learns nothing and says nothing: for labels that no model here learns from, such as boxes.  Floor 4."""

from collections.abc import Sequence
from pathlib import Path

from askance.errors import BadLearner
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals


class NoLearner:
    """Questions are then chosen by what the pool itself holds, or at random."""

    provides: frozenset[str] = frozenset()
    cold: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        raise BadLearner("the learner 'none' learns nothing; name another to have a model")

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        if needs:
            raise BadLearner(f"the learner 'none' gives no signals, and {', '.join(sorted(needs))} is wanted")
        return Signals(samples.ids, {})

    def save(self, folder: Path) -> None:
        """There is nothing to save."""

    def load(self, folder: Path) -> None:
        """There is nothing to load."""
