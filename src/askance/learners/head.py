"""The linear head: multinomial logistic regression on features, which chooses its own C.  Floor 4."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from askance import ops
from askance.errors import BadLearner
from askance.learners import saving
from askance.learners.committee import bootstrap, check_members
from askance.learners.logistic import Matrix, choose_c, fit_softmax, row_space
from askance.learners.scaling import scaling

MOST_ROWS = 2500  # the row space is an N x N problem; above this the columns themselves are cheaper


class LinearHead:
    """Features (N, D) in, class probabilities out.

    members  0, or the size S >= 2 of a bootstrap committee, fitted with the C of the whole
    scaled   centre the columns and bring the rows to about unit length, by what the labelled rows are like; False for
             rows that are of unit length already (TF-IDF), which may then be a scipy CSR matrix

    The same rows with the same ids and labels in any order, and the same seed, give the same head to the last bit.
    """

    def __init__(self, members: int = 0, scaled: bool = True):
        self.committee = check_members(members, "the linear head")
        self.scaled = scaled
        self.classes: tuple[str, ...] = ()
        self._coef = np.zeros((0, 1, 0))  # (1 + S, D + 1, C): the head, then its committee

    def fit(self, x: Matrix, y: Sequence[str] | np.ndarray, ids: np.ndarray, seed: int = 0) -> dict[str, Any]:
        """x (N, D), y (N,) class names, ids (N,) uint64 -> the hyper-parameters chosen, {"C": .., ...}.

        C belongs to rows of about unit length: for D standardised columns scikit-learn's C would be C / D.
        """
        order = np.argsort(ids, kind="stable")
        classes, numbers = class_numbers(y)
        x, numbers, ids = x[order], numbers[order], ids[order]
        rows: Matrix = x.astype(np.float64)
        shift, scale = np.zeros(x.shape[1]), np.ones(x.shape[1])
        if self.scaled:
            shift, scale = scaling(rows)
            rows = (rows - shift) * scale
        inner, back = _reduced(rows)
        c, chosen = choose_c(inner, numbers, ids, seed)
        whole = fit_softmax(inner, numbers, c)
        counts = bootstrap(numbers, ids, seed, self.committee).astype(np.float64)
        inside = [whole, *(fit_softmax(inner, numbers, c, w, slope=1e-4) for w in counts)]
        self._coef = np.array([_unscaled(_widened(coef, rows, back), shift, scale) for coef in inside])
        self.classes = classes
        return chosen

    def probs(self, x: Matrix) -> np.ndarray:
        """(N, D) -> (N, C) float64."""
        return self._predicted(x, self._fitted()[:1])[:, 0]

    def members(self, x: Matrix) -> np.ndarray:
        """(N, D) -> (N, S, C) float64, what each of the committee says."""
        if not self.committee:
            raise BadLearner("the linear head has no committee; make it with members=10")
        return self._predicted(x, self._fitted()[1:])

    def save(self, folder: Path) -> None:
        facts = {"learner": "head", "classes": self.classes, "members": self.committee}
        saving.write(folder, facts, {"coef": self._coef})

    def load(self, folder: Path) -> None:
        facts, arrays = saving.read(folder, "head")
        self.classes, self.committee = tuple(facts["classes"]), int(facts["members"])
        self._coef = arrays["coef"]

    def _fitted(self) -> np.ndarray:
        if not self.classes:
            raise BadLearner("the linear head has learned nothing yet; fit it first")
        return self._coef

    def _predicted(self, x: Matrix, coef: np.ndarray) -> np.ndarray:
        size, deep, classes = coef.shape
        if x.shape[1] != deep - 1:
            raise BadLearner(f"the linear head was fitted on {deep - 1} features and is given {x.shape[1]}")
        wide = np.ascontiguousarray(coef.transpose(1, 0, 2)).reshape(deep, size * classes)
        out = np.empty((x.shape[0], size * classes))
        for start in range(0, x.shape[0], 4096):  # float64 by the block: features are kept in float32 or float16
            part = slice(start, start + 4096)
            out[part] = x[part].astype(np.float64) @ wide[:-1] + wide[-1]
        return ops.softmax(out.reshape(-1, size, classes))


def class_numbers(labels: Sequence[str] | np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """Sorted class names and (N,) numbers into them; one class alone is a BadLearner."""
    classes = tuple(sorted({str(label) for label in labels}))
    if not len(labels):
        raise BadLearner("there are no labels to learn from")
    if len(classes) < 2:
        raise BadLearner(f"all {len(labels)} labels are {classes[0]!r}; a classifier needs at least two classes")
    place = {name: n for n, name in enumerate(classes)}
    return classes, np.array([place[str(label)] for label in labels], np.int64)


def _reduced(rows: Matrix) -> tuple[Matrix, np.ndarray | None]:
    if rows.shape[0] < rows.shape[1] and rows.shape[0] <= MOST_ROWS:
        return row_space(rows)
    return rows, None


def _widened(coef: np.ndarray, rows: Matrix, back: np.ndarray | None) -> np.ndarray:
    """Coefficients of the row space as coefficients of the columns."""
    if back is None:
        return coef
    return np.vstack([np.asarray(rows.T @ (back @ coef[:-1])), coef[-1:]])


def _unscaled(coef: np.ndarray, shift: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Coefficients for the features as they come, not as they were scaled."""
    plain = coef[:-1] * scale[:, None]
    return np.vstack([plain, coef[-1:] - shift @ plain])
