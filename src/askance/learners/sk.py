"""Any scikit-learn classifier or pipeline as a learner.  Floor 4."""

import re
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from askance.errors import BadLearner
from askance.learners import saving
from askance.learners.classifier import Fitted, Plan, explained, fit
from askance.learners.estimators import Estimator
from askance.learners.features import INSTEAD, READS, Features, read_features, restored
from askance.learners.training import agreement, check_kind, check_needs, in_blocks, in_id_order, labelled, unprepared
from askance.protocols import FitReport
from askance.samples import Samples, objects
from askance.signals import Signals


class SklearnLearner:
    """Tables, arrays and embeddings in; what the estimator can say of them out.

    probs       where it has predict_proba, or `calibrate` (isotonic, sigmoid, temperature, vector), or a committee:
                its mean
    decision    where it has decision_function: (N,) for two classes, positive for the second, else (N, C)
    members     (N, S, C) where `members` is S >= 2: a bootstrap committee, or S groups of a random forest's own trees;
                probabilities where the estimator has them, else votes
    embeddings  the features themselves, see features.py; before any fit, once `prepare` has seen the pool
    text        True for a pipeline that reads texts; then there are no embeddings
    """

    def __init__(self, estimator: Estimator, members: int = 0, calibrate: str | None = None, text: bool = False):
        self.plan = Plan(estimator, members, calibrate)
        self.text = text
        self.cold = frozenset[str]() if text else frozenset({"embeddings"})
        self.provides = self.cold | self.plan.gives
        self._features: Features | None = None
        self._prepared = False
        self._fitted: Fitted | None = None
        self._kept: tuple[dict[str, Any], dict[str, np.ndarray]] = ({}, {})

    @property
    def classes(self) -> tuple[str, ...]:
        return () if self._fitted is None else self._fitted.classes

    def prepare(self, samples: Samples) -> None:
        """Learns what the columns of the pool are like; texts need nothing."""
        self._check_kind(samples)
        self._features = None if self.text else read_features(in_id_order(samples))
        self._prepared = True

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """`chosen` tells of the calibration, and lists what the estimator warned of."""
        began = monotonic()
        self._check_kind(samples)
        rows, classes, y = labelled(samples, labels)
        if not (self.text or self._prepared):  # then only the labels of this fit count, not those of an earlier one
            self._features = read_features(rows)
        chosen = self._learn(self._inputs(rows), y, rows.ids, classes, seed)
        said = {} if validation is None else agreement(self.predict(validation[0]), validation[1])
        return FitReport(chosen=chosen, validation=said, seconds=monotonic() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        check_needs(self.plan.name, self.provides, self.provides if self._fitted else self.cold, needs)
        self._check_kind(samples)
        say = self._say if len(samples) else self._nothing
        return Signals(samples.ids, in_blocks(samples, lambda block: say(block, needs)))

    def predict(self, samples: Samples) -> np.ndarray:
        """(N,) class names."""
        fitted = self._learned()
        with explained(self.plan.name):
            return objects([str(c) for c in fitted.predict(self._inputs(samples))] if len(samples) else [])

    def save(self, folder: Path) -> None:
        """What it was fitted on, not the estimator: that cannot be written without pickle, and a fit is repeatable."""
        facts, arrays = self._kept
        seen = self._features
        if seen is not None:
            facts, arrays = {**facts, "features": seen.facts(), "prepared": self._prepared}, {**arrays, **seen.arrays()}
        saving.write(folder, {"learner": "sklearn", **self._made_of(), **facts}, arrays)

    def load(self, folder: Path) -> None:
        """Fits again on what was kept: the same rows, labels and seed."""
        facts, arrays = saving.read(folder, "sklearn")
        for name, ours in self._made_of().items():
            if facts[name] != ours:
                raise BadLearner(f"{folder} was fitted with {name} {facts[name]}, and this learner has {ours}")
        if "features" in facts:
            self._features, self._prepared = restored(facts["features"], arrays), bool(facts["prepared"])
        if "classes" in facts:
            x = objects(facts["texts"]) if self.text else arrays["x"]
            self._learn(x, arrays["y"], arrays["row_ids"], tuple(facts["classes"]), int(facts["seed"]))

    def _learn(
        self, x: np.ndarray, y: np.ndarray, ids: np.ndarray, classes: tuple[str, ...], seed: int
    ) -> dict[str, Any]:
        self._fitted, chosen = fit(self.plan, x, y, ids, classes, seed)
        facts: dict[str, Any] = {"classes": classes, "seed": seed}
        if self.text:
            self._kept = {**facts, "texts": [str(t) for t in x]}, {"row_ids": ids, "y": y}
        else:
            self._kept = facts, {"x": x, "row_ids": ids, "y": y}
        return chosen

    def _say(self, samples: Samples, needs: frozenset[str]) -> dict[str, np.ndarray]:
        out: dict[str, np.ndarray] = {}
        if "embeddings" in needs:
            out["embeddings"] = self._seen().embeddings(samples)
        if needs <= {"embeddings"}:
            return out
        fitted, x = self._learned(), self._inputs(samples)
        with explained(self.plan.name):
            if "decision" in needs:
                out["decision"] = fitted.decision(x)
            if "members" in needs:
                out["members"] = fitted.members(x)
            if "probs" in needs:
                out["probs"] = fitted.probs(x)
        return out

    def _nothing(self, samples: Samples, needs: frozenset[str]) -> dict[str, np.ndarray]:
        """The columns for no samples at all, at which no estimator will look."""
        c = len(self.classes)
        shapes = {
            "probs": (0, c),
            "decision": (0,) if c == 2 else (0, c),
            "members": (0, self.plan.members, c),
            "embeddings": (0, len(self._seen().shift)) if "embeddings" in needs else (0, 0),
        }
        return {name: np.zeros(shapes[name]) for name in needs}

    def _learned(self) -> Fitted:
        if self._fitted is None:
            raise BadLearner(f"{self.plan.name} has learned nothing yet; fit it first")
        return self._fitted

    def _seen(self) -> Features:
        if self._features is None:
            raise unprepared(self.plan.name)
        return self._features

    def _inputs(self, samples: Samples) -> np.ndarray:
        if self.text:
            texts: np.ndarray = samples.data
            return texts
        return self._seen().inputs(samples)

    def _check_kind(self, samples: Samples) -> None:
        check_kind(self.plan.name, samples, ("text",) if self.text else READS, INSTEAD.get(samples.kind, ""))

    def _made_of(self) -> dict[str, Any]:
        estimator = re.sub(r" at 0x[0-9a-f]+", "", repr(self.plan.estimator))
        return {"estimator": estimator, "members": self.plan.members, "calibrate": self.plan.calibrate}
