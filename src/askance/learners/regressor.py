"""Any scikit-learn regressor as a model of numbers, with a committee: its own trees, or by bootstrap.  Floor 4."""

import re
from collections.abc import Mapping
from inspect import signature
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor, RandomForestRegressor
from sklearn.pipeline import Pipeline

from askance.errors import BadLearner
from askance.learners.classifier import explained
from askance.learners.committee import bootstrap, check_members
from askance.learners.estimators import Estimator, fresh
from askance.progress import track

FORESTS = (RandomForestRegressor, ExtraTreesRegressor)


class Regressor:
    """What `regressor:Name(...)` stands for: the estimator's own prediction, of y as it is.

    outputs   where `members` is S >= 2: of S fits on bootstrap samples, or of S groups of a forest's own trees; a
              forest has them in any case, one a tree
    variance  where the estimator's predict has return_std: its square, as the estimator means it
    hidden    of forests and gradient boosting: what each tree adds to the prediction, (N, trees)
    """

    def __init__(self, estimator: Estimator, members: int = 0):
        self.estimator = estimator
        self.last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
        self.name = type(self.last).__name__
        self.members = check_members(members, self.name)
        self._model: Estimator | None = None
        self._others: list[Estimator] = []
        if self.forest and members > self.last.n_estimators:
            raise BadLearner(
                f"members={members} asks for more members than the {self.last.n_estimators} trees of {self.name}; "
                "ask for fewer, or raise n_estimators"
            )

    @property
    def forest(self) -> bool:
        return isinstance(self.last, FORESTS)

    @property
    def gives(self) -> frozenset[str]:
        names = {
            "prediction": True,
            "outputs": self.forest or self.members > 0,
            "variance": "return_std" in signature(self.last.predict).parameters,
            "hidden": self.forest or isinstance(self.last, GradientBoostingRegressor),
        }
        return frozenset(name for name, given in names.items() if given)

    @property
    def made_of(self) -> Mapping[str, Any]:
        return {"estimator": re.sub(r" at 0x[0-9a-f]+", "", repr(self.estimator)), "members": self.members}

    def fit(self, x: np.ndarray, y: np.ndarray, ids: np.ndarray, seed: int) -> dict[str, Any]:
        """`chosen` lists what the estimator warned of."""
        with explained(self.name) as said:
            self._model = fresh(self.estimator, seed).fit(x, y)
            counts = bootstrap(np.zeros(len(y), np.int64), ids, seed, 0 if self.forest else self.members)
            drawn = [np.repeat(np.arange(len(y)), times) for times in counts]
            each = track(drawn, f"{self.name} committee", len(drawn)) if drawn else []
            self._others = [fresh(self.estimator, seed + 1 + s).fit(x[r], y[r]) for s, r in enumerate(each)]
        return {"warnings": said} if said else {}

    def say(self, x: np.ndarray, needs: frozenset[str]) -> dict[str, np.ndarray]:
        if self._model is None:
            raise BadLearner(f"{self.name} has learned nothing yet; fit it first")
        make = {
            "prediction": self._prediction,
            "outputs": self._outputs,
            "variance": self._variance,
            "hidden": self._hidden,
        }
        with explained(self.name):
            return {name: make[name](x) for name in sorted(needs)}

    def _prediction(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self._fitted.predict(x), np.float64).reshape(len(x))

    def _variance(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self._fitted.predict(x, return_std=True)[1], np.float64) ** 2

    def _outputs(self, x: np.ndarray) -> np.ndarray:
        """(N, S)."""
        if not self.forest:
            return np.stack([np.asarray(m.predict(x), np.float64).reshape(len(x)) for m in self._others], 1)
        trees, size = self._trees(x), self.members
        return np.stack([trees[:, s::size].mean(1) for s in range(size)], 1) if size else trees

    def _hidden(self, x: np.ndarray) -> np.ndarray:
        """(N, trees); with the constant that boosting starts from, each row adds up to the prediction."""
        share = 1.0 / self.last.n_estimators if self.forest else float(self.last.learning_rate)
        return share * self._trees(x)

    def _trees(self, x: np.ndarray) -> np.ndarray:
        """What each tree says by itself.  -> (N, trees)."""
        last, rows = self._fitted, x
        if isinstance(last, Pipeline):
            rows, last = last[:-1].transform(x), last[-1]
        rows = np.asarray(rows, np.float32)  # as the trees keep their thresholds
        return np.stack([np.asarray(tree.predict(rows)) for tree in np.ravel(last.estimators_)], 1)

    @property
    def _fitted(self) -> Estimator:
        return self._model
