"""The one learner of the study: logistic regression with a fixed C."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from askance import ops
from askance.errors import BadLearner
from askance.learners.committee import bootstrap
from askance.learners.logistic import fit_softmax
from askance.learners.training import labelled
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals

SLOPE = 1e-4  # in units of the mean log loss: solved well beyond what accuracy can show
ROUGH = 1e-3  # for the committee, whose members differ by far more
NOT_KEPT = "the learner of the study cannot be saved or loaded: the study keeps figures; `linear` can be kept"


class Logistic:
    """probs, embeddings, decision, and members of a bootstrap committee where `members` is 2 or more.

    The rows come scaled (sets.py), and C is fixed for a set, so a fit takes milliseconds: our own `linear` chooses its
    C anew in every round, which costs thirty times as much.  Each fit begins where the last one ended; the loss is
    convex, so that only saves time.
    """

    def __init__(self, c: float, members: int = 0):
        self.c, self.members = c, members
        self.classes: tuple[str, ...] = ()
        self.cold = frozenset({"embeddings"})
        self.provides = frozenset({"embeddings", "probs", "decision"} | ({"members"} if members else set()))
        self._coef: list[np.ndarray] = []  # (D + 1, C) of the whole, then of the committee

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        rows, classes, y = labelled(samples, labels)
        x = rows.data.astype(np.float64)
        begin = self._begin(classes)
        whole = fit_softmax(x, y, self.c, None, begin[0], SLOPE)
        counts = bootstrap(y, rows.ids, seed, self.members).astype(np.float64)
        starts = begin[1:] if begin[1:] and begin[1] is not None else [whole] * self.members
        members = [fit_softmax(x, y, self.c, w, s, ROUGH) for w, s in zip(counts, starts, strict=True)]
        self.classes, self._coef = classes, [whole, *members]
        return FitReport(chosen={"C": self.c})

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        make = {
            "embeddings": lambda: samples.data,
            "probs": lambda: ops.softmax(scores(samples.data, self._coef[0])),
            "decision": lambda: decision(scores(samples.data, self._coef[0])),
            "members": lambda: np.stack([ops.softmax(scores(samples.data, w)) for w in self._coef[1:]], 1),
        }
        return Signals(samples.ids, {name: make[name]() for name in sorted(needs)})

    def save(self, folder: Path) -> None:
        raise BadLearner(NOT_KEPT)

    def load(self, folder: Path) -> None:
        raise BadLearner(NOT_KEPT)

    def _begin(self, classes: tuple[str, ...]) -> list[np.ndarray | None]:
        if classes == self.classes and self._coef:
            return list(self._coef)
        return [None] * (1 + self.members)


def scores(x: np.ndarray, coef: np.ndarray) -> Any:
    """(N, D) features -> (N, C) in nats."""
    return x @ coef[:-1] + coef[-1]


def decision(z: np.ndarray) -> np.ndarray:
    """(N, C) scores as scikit-learn's decision_function has them: (N,) for two classes."""
    return z[:, 1] - z[:, 0] if z.shape[1] == 2 else z
