"""A scikit-learn estimator with a committee and calibration around it, on plain matrices.  Floor 4."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from askance import ops
from askance.errors import BadLearner
from askance.learners.calibration import Calibrator, Temperature, check_method, fit_calibrator
from askance.learners.committee import bootstrap, check_members
from askance.learners.estimators import Estimator, fresh
from askance.learners.folds import enough, folds
from askance.metrics import calibration
from askance.progress import bar, track


@dataclass(frozen=True)
class Plan:
    """What to fit: the estimator, the size of its committee (0 for none), and how to calibrate (None for not).

    The committee is S estimators fitted on bootstrap samples, or S groups of a random forest's own trees.
    """

    estimator: Estimator
    members: int = 0
    calibrate: str | None = None

    def __post_init__(self) -> None:
        check_members(self.members, self.name)
        check_method(self.calibrate, self.name)
        if self.calibrate is not None and not (self.has_probs or self.has_decision):
            raise BadLearner(f"{self.name} gives neither probabilities nor decisions, so there is nothing to calibrate")
        if self.grouped and self.members > self.estimator.n_estimators:
            raise BadLearner(
                f"members={self.members} asks for more members than the {self.estimator.n_estimators} trees of "
                f"{self.name}; ask for fewer, or raise n_estimators"
            )

    @property
    def name(self) -> str:
        return type(self.estimator).__name__

    @property
    def has_probs(self) -> bool:
        return callable(getattr(self.estimator, "predict_proba", None))  # scikit-learn's own way to say so

    @property
    def has_decision(self) -> bool:
        return callable(getattr(self.estimator, "decision_function", None))

    @property
    def soft(self) -> bool:
        """Whether one fitted estimator gives probabilities by itself."""
        return self.has_probs or self.calibrate is not None

    @property
    def grouped(self) -> bool:
        return bool(self.members) and isinstance(self.estimator, (RandomForestClassifier, ExtraTreesClassifier))

    @property
    def gives(self) -> frozenset[str]:
        names = {
            "probs": self.soft or self.members > 0,
            "decision": self.has_decision,
            "members": self.members > 0,
        }
        return frozenset(name for name, given in names.items() if given)

    def fresh(self, seed: int) -> Estimator:
        """Not fitted; parameters named random_state that are None come from the seed."""
        return fresh(self.estimator, seed)


@dataclass(frozen=True)
class Fitted:
    """What was learned.  x is (N, D), or (N,) texts where the estimator reads those; N is at least 1."""

    plan: Plan
    classes: tuple[str, ...]
    model: Estimator
    others: tuple[Estimator, ...]  # the bootstrap committee
    calibrator: Calibrator | None

    def predict(self, x: np.ndarray) -> np.ndarray:
        """(N,) class names, of the model as it is, without calibration."""
        return np.asarray(self.model.predict(x))

    def decision(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self.model.decision_function(x))

    def probs(self, x: np.ndarray) -> np.ndarray:
        """(N, C); where one estimator has none, the committee's mean."""
        return self._probs(self.model, x) if self.plan.soft else self.members(x).mean(1)

    def members(self, x: np.ndarray) -> np.ndarray:
        """(N, S, C) probabilities, or votes where an estimator has no probabilities."""
        if self.plan.grouped:
            trees = [np.asarray(t.predict_proba(np.asarray(x, np.float32))) for t in self.model.estimators_]
            size = self.plan.members
            return np.stack([np.mean(trees[s::size], axis=0) for s in range(size)], axis=1)
        if self.plan.soft:
            return np.stack([self._probs(m, x) for m in self.others], axis=1)
        votes = np.stack([np.asarray(m.predict(x)) for m in self.others], axis=1)
        return (votes[:, :, None] == np.array(self.classes)).astype(np.float64)

    def _probs(self, model: Estimator, x: np.ndarray) -> np.ndarray:
        if self.calibrator is not None:
            return self.calibrator(logits(self.plan, model, x, len(self.classes)))
        return np.asarray(model.predict_proba(x))


def fit(
    plan: Plan, x: np.ndarray, y: np.ndarray, ids: np.ndarray, classes: tuple[str, ...], seed: int
) -> tuple[Fitted, dict[str, Any]]:
    """x (N, D) by rising ids (N,), y (N,) numbers into `classes` -> what was learned, and what to report of it."""
    names = np.array(classes)[y]
    with explained(plan.name) as said:
        model = plan.fresh(seed).fit(x, names)
        counts = bootstrap(y, ids, seed, 0 if plan.grouped else plan.members)
        others = _committee(plan, x, names, counts, seed)
        calibrator, told = _calibrated(plan, x, names, y, ids, seed)
    return Fitted(plan, classes, model, others, calibrator), told | ({"warnings": said} if said else {})


def logits(plan: Plan, model: Estimator, x: np.ndarray, classes: int) -> np.ndarray:
    """(N, C) log probabilities, or decision values where there are no probabilities; two classes as -d, d."""
    if plan.has_probs:
        return np.log(np.clip(np.asarray(model.predict_proba(x), np.float64), 1e-12, 1.0))
    d = np.asarray(model.decision_function(x), np.float64)
    d = np.column_stack([-d, d]) if d.ndim == 1 else d
    if d.shape[1] != classes:
        raise BadLearner(f"{plan.name} gives {d.shape[1]} decisions for {classes} classes, which cannot be calibrated")
    return d


def _committee(plan: Plan, x: np.ndarray, names: np.ndarray, counts: np.ndarray, seed: int) -> tuple[Estimator, ...]:
    rows = [np.repeat(np.arange(len(x)), times) for times in counts]
    members = track(rows, f"{plan.name} committee", len(rows)) if rows else []
    return tuple(plan.fresh(seed + 1 + s).fit(x[r], names[r]) for s, r in enumerate(members))


def _calibrated(
    plan: Plan, x: np.ndarray, names: np.ndarray, y: np.ndarray, ids: np.ndarray, seed: int
) -> tuple[Calibrator | None, dict[str, Any]]:
    if plan.calibrate is None:
        return None, {}
    if not enough(y):
        # Without a row to judge by, probabilities stay as they are, and the report says so.
        return Temperature(1.0), {"calibration": "none: fewer than two classes have three labels"}
    which = folds(y, ids, seed)
    held = np.zeros((len(y), int(y.max()) + 1))
    with bar("calibrating", int(which.max()) + 1) as done:
        for fold in range(int(which.max()) + 1):
            out = which == fold
            held[out] = logits(plan, plan.fresh(seed).fit(x[~out], names[~out]), x[out], held.shape[1])
            done(fold + 1)
    judged = which >= 0
    calibrator = fit_calibrator(plan.calibrate, held[judged], y[judged])
    told = {"temperature": calibrator.t} if isinstance(calibrator, Temperature) else {}
    before, after = (_ece(p, y[judged]) for p in (ops.softmax(held[judged]), calibrator(held[judged])))
    return calibrator, {"calibration": plan.calibrate, **told, "held_out_ece": {"before": before, "after": after}}


def _ece(probs: np.ndarray, y: np.ndarray) -> float:
    """Of rows (N, C) by class numbers (N,)."""
    return calibration(y.astype(str), probs, [str(c) for c in range(probs.shape[1])]).ece


@contextmanager
def explained(name: str) -> Iterator[list[str]]:
    """An estimator's own complaint becomes one of ours; its warnings are collected, each once."""
    said: list[str] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield said
        said.extend(dict.fromkeys(str(w.message).splitlines()[0] for w in caught))
    except BadLearner:
        raise
    except ValueError as e:
        raise BadLearner(f"{name}: {str(e).splitlines()[0]}") from e
