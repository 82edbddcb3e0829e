"""Pseudo-labels around any learner: what it is sure of, it is trained on as well.  Floor 4.

CEAL (Wang et al. 2016, 1701.03551).  A pseudo-label is never an answer: it is made anew for every fit, kept nowhere,
and counted apart in the report of that fit.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np

from askance import ops
from askance.errors import BadLearner, nearest
from askance.learners import Prepared
from askance.learners.joined import joined
from askance.protocols import FitReport, Learner
from askance.samples import Samples
from askance.signals import Signals

OPTIONS = ("delta", "decay")


class PseudoLearner:
    """What `inner` gives, learned from the labels and from the samples whose entropy is below a threshold.

    delta, decay  in round t the entropy of a sample, in nats, must be below delta - decay * t, as in the paper; 0 adds
                  nothing and leaves the inner learner as it is
    Which samples there are, and the round, are told by `offer` before a fit; without it nothing is added.
    """

    def __init__(self, inner: Learner, delta: float = 0.05, decay: float = 0.0033):
        if not delta >= 0 or not decay >= 0:
            raise BadLearner(f"pseudo has delta={delta} and decay={decay}; both must be 0 or more")
        if "probs" not in inner.provides and not isinstance(inner, Prepared):
            raise BadLearner("pseudo-labels are what a learner is sure of, and this one gives no probabilities")
        self.inner, self.delta, self.decay = inner, delta, decay
        self.added: dict[int, str] = {}  # {id: label} of the last fit, for whoever audits it
        self._offered: Samples | None = None
        self._round = 0

    @property
    def provides(self) -> frozenset[str]:
        return self.inner.provides

    @property
    def cold(self) -> frozenset[str]:
        return self.inner.cold

    @property
    def classes(self) -> tuple[str, ...]:
        return self.inner.classes

    def prepare(self, samples: Samples) -> None:
        if isinstance(self.inner, Prepared):
            self.inner.prepare(samples)

    def offer(self, samples: Samples, number: int) -> None:
        """The samples without a label that may be learned from in round `number`; those of before are forgotten."""
        self._offered, self._round = samples, number

    def threshold(self) -> float:
        """delta - decay * round, never below 0."""
        return max(self.delta - self.decay * self._round, 0.0)

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """On the labels, then on them and the pseudo-labels that this fit gives.

        `chosen` says how many there were and below which threshold: pseudo_labels, pseudo_threshold.
        """
        began, limit = monotonic(), self.threshold()
        report = self.inner.fit(samples, labels, seed=seed, validation=validation)
        sure, said = self._sure(samples, validation, limit)
        self.added = dict(zip(sure.ids.tolist(), said, strict=True))
        if self.added:
            report = self.inner.fit(joined(samples, sure), [*labels, *said], seed=seed, validation=validation)
        told = {"pseudo_labels": len(self.added), "pseudo_threshold": limit}
        return replace(report, chosen={**report.chosen, **told}, seconds=monotonic() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        return self.inner.signals(samples, needs)

    def save(self, folder: Path) -> None:
        self.inner.save(folder)

    def load(self, folder: Path) -> None:
        self.inner.load(folder)

    def _sure(
        self, samples: Samples, validation: tuple[Samples, Sequence[str]] | None, limit: float
    ) -> tuple[Samples, list[str]]:
        """The samples it is sure of and their labels; never one that has a label, nor one that is measured on."""
        nothing = samples.take(np.zeros(0, np.int64))
        if self._offered is None or limit <= 0:
            return nothing, []
        taken = [samples.ids, *([] if validation is None else [validation[0].ids])]
        free = self._offered.take(~np.isin(self._offered.ids, np.concatenate(taken)))
        if not len(free):
            return nothing, []
        said = self.inner.signals(free, frozenset({"probs"}))
        probs = said["probs"]
        rows = np.flatnonzero(ops.entropy_of(probs) < limit)
        return free.take(np.isin(free.ids, said.ids[rows])), [self.classes[c] for c in probs[rows].argmax(1)]


def read_options(text: str, options: dict[str, str]) -> dict[str, float]:
    """delta and decay, taken out of the options; what is left belongs to the learner inside."""
    found = {}
    for name in OPTIONS:
        if name in options:
            value = options.pop(name)
            try:
                found[name] = float(value)
            except ValueError:
                raise BadLearner(f"{name}={value} in {text!r} must be a number") from None
    for name in options:
        if hint := nearest(name, OPTIONS):
            raise BadLearner(f"pseudo in {text!r} has no option {name!r}{hint}")
    return found
