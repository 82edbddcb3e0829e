"""Learners of numbers: features in, a predicted number out, around any model on plain matrices.  Floor 4."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import numpy as np

from askance.errors import BadLearner
from askance.learners import saving
from askance.learners.features import INSTEAD, READS, Features, read_features, restored
from askance.learners.training import check_kind, check_needs, in_blocks, in_id_order, unprepared
from askance.ops.numerals import as_numbers
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals

FLAT = 1e-12  # of its size: a column that varies less is constant


class Model(Protocol):
    """What is fitted: rows x (n, D) of standardised features, by rising id, and y (n,) numbers in their own unit."""

    name: str

    @property
    def gives(self) -> frozenset[str]:
        """Signals besides embeddings; `prediction` is among them."""

    @property
    def made_of(self) -> Mapping[str, Any]:
        """Its settings, as JSON has them: what was saved with others is not loaded."""

    def fit(self, x: np.ndarray, y: np.ndarray, ids: np.ndarray, seed: int) -> dict[str, Any]:
        """-> what it chose by itself.  Not all of y are equal."""

    def say(self, x: np.ndarray, needs: frozenset[str]) -> dict[str, np.ndarray]:
        """x (N, D), N at least 1 -> the signals needed, in the unit of y."""


class NumberLearner:
    """Tables, arrays and embeddings in; a number out, with what the model knows of how sure that is.

    prediction  (N,) the number; variance (N,) of that prediction, the noise of the labels left out
    outputs     (N, S) what each of a committee predicts
    hidden      (N, W) what the model's last step adds up: a network's last hidden layer, the outputs of trees
    embeddings  (N, D) the features as the model sees them: every column with mean 0 and deviation 1 over the pool;
                before any fit, once `prepare` has seen the pool
    """

    classes: tuple[str, ...] = ()

    def __init__(self, model: Model):
        self.model = model
        self.cold = frozenset({"embeddings"})
        self.provides = self.cold | model.gives
        self._features: Features | None = None
        self._shift, self._scale = np.zeros(0), np.zeros(0)
        self._prepared = False
        self._kept: dict[str, np.ndarray] = {}
        self._seed = 0

    def prepare(self, samples: Samples) -> None:
        """Learns what the columns of the pool are like."""
        self._check_kind(samples)
        self._read(in_id_order(samples))
        self._prepared = True

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """Labels are numbers as text.  `chosen` tells what the model chose; `validation` has the rmse."""
        began = monotonic()
        self._check_kind(samples)
        y = targets(labels, len(samples), self.model.name)
        order = np.argsort(samples.ids, kind="stable")
        rows = samples.take(order)
        if not self._prepared:  # then only the rows of this fit count, not those of an earlier one
            self._read(rows)
        chosen = self._learn({"x": self._inputs(rows), "y": y[order], "row_ids": rows.ids}, seed)
        said = {} if validation is None else self._judged(*validation)
        return FitReport(chosen=chosen, validation=said, seconds=monotonic() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        check_needs(self.model.name, self.provides, self.provides if self._kept else self.cold, needs)
        self._check_kind(samples)
        return Signals(samples.ids, in_blocks(samples, lambda block: self._say(block, needs)) if needs else {})

    def predict(self, samples: Samples) -> np.ndarray:
        """(N,) float64."""
        return self.signals(samples, frozenset({"prediction"}))["prediction"]

    def save(self, folder: Path) -> None:
        """What it was fitted on: a fit is repeatable, and no pickle is needed."""
        facts: dict[str, Any] = {"learner": self.model.name, "made_of": dict(self.model.made_of), "seed": self._seed}
        arrays = dict(self._kept)
        if self._features is not None:
            facts |= {"features": self._features.facts(), "prepared": self._prepared}
            arrays |= self._features.arrays() | {"columns_shift": self._shift, "columns_scale": self._scale}
        saving.write(folder, facts, arrays)

    def load(self, folder: Path) -> None:
        """Fits again on what was kept: the same rows, labels and seed."""
        facts, arrays = saving.read(folder, self.model.name)
        if facts["made_of"] != dict(self.model.made_of):
            raise BadLearner(f"{folder} was fitted with {facts['made_of']}, and this learner has {self.model.made_of}")
        if "features" in facts:
            self._features, self._prepared = restored(facts["features"], arrays), bool(facts["prepared"])
            self._shift, self._scale = arrays["columns_shift"], arrays["columns_scale"]
        if "x" in arrays:
            self._learn({name: arrays[name] for name in ("x", "y", "row_ids")}, int(facts["seed"]))

    def _learn(self, rows: dict[str, np.ndarray], seed: int) -> dict[str, Any]:
        chosen = self.model.fit(rows["x"], rows["y"], rows["row_ids"], seed)
        self._kept, self._seed = rows, seed
        return chosen

    def _say(self, samples: Samples, needs: frozenset[str]) -> dict[str, np.ndarray]:
        x = self._inputs(samples)
        out = {"embeddings": x.astype(np.float32)} if "embeddings" in needs else {}
        if learned := needs - {"embeddings"}:
            some = x if len(x) else np.zeros((1, x.shape[1]))  # no model looks at no rows
            out |= {name: a[: len(x)] for name, a in self.model.say(some, learned).items()}
        return out

    def _judged(self, samples: Samples, labels: Sequence[str]) -> dict[str, float]:
        if not len(samples):
            return {"n": 0}
        wrong = self.predict(samples) - as_numbers(labels)
        return {"rmse": float(np.sqrt((wrong**2).mean())), "n": len(samples)}

    def _read(self, rows: Samples) -> None:
        self._features = read_features(rows)
        x = self._features.inputs(rows)
        self._shift, self._scale = standard(x)

    def _inputs(self, samples: Samples) -> np.ndarray:
        if self._features is None:
            raise unprepared(self.model.name)
        return (self._features.inputs(samples) - self._shift) * self._scale

    def _check_kind(self, samples: Samples) -> None:
        check_kind(self.model.name, samples, READS, INSTEAD.get(samples.kind, ""))


def targets(labels: Sequence[str], rows: int, owner: str) -> np.ndarray:
    """(n,) float64; too few labels, or one number alone, are a BadLearner that says so."""
    if len(labels) != rows:
        raise BadLearner(f"there are {len(labels)} labels for {rows} samples")
    y = as_numbers(labels)
    if not len(y) or y.min() == y.max():
        what = f"all {len(y)} labels are {y[0]:g}" if len(y) else "there is no label"
        raise BadLearner(f"{owner} has nothing to learn from: {what}, and two different numbers are needed")
    return y


def standard(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x (N, D) -> (D,) to take off and (D,) to multiply by, for mean 0 and deviation 1; constant columns become 0."""
    mean, deviation = x.mean(0), x.std(0)
    varies = deviation > FLAT * np.maximum(np.abs(mean), 1e-30)
    return mean, np.where(varies, 1.0 / np.where(varies, deviation, 1.0), 0.0)
