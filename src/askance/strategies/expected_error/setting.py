"""What this family starts from: candidates, rows to be judged at, labelled rows, and a model that is refitted."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from askance import ops
from askance.errors import BadStrategy
from askance.ops import coverage
from askance.ops.refit import Closed, Refit
from askance.ops.refit_newton import newton
from askance.ops.refit_parzen import parzen
from askance.ops.refit_ridge import ridge
from askance.ops.refit_whole import Whole
from askance.signals import Signals, check_names, check_values
from askance.strategy import Bounds

NEEDS = frozenset({"embeddings"})
DRAW = 5300  # of the candidates, and then of the rows to be judged at
SHARE = 0.5  # of the median distance: the usual bandwidth of a Parzen window
SAMPLED: dict[str, Bounds] = {"candidates": (0, None), "evaluate": (0, None)}
WINDOW: dict[str, Bounds] = {"h": (0.0, None), "prior": (1e-9, None)}
CLOSED = ("ridge", "parzen")
REFITS = (*CLOSED, "newton", "learner")


@dataclass(frozen=True)
class Setting:
    """Embeddings less their mean, a coordinate's mean square being 1.

    rows (S,) of the candidates in the pool, x (S, D) their embeddings; at (E, D) where the model is judged;
    known (L, D) with labels (L,), whose sorted names (C,) are the classes and y (L,) numbers into them;
    An embedding as it came is x * scale + centre; gap is the median distance of two rows that differ.
    """

    rows: np.ndarray
    x: np.ndarray
    at: np.ndarray
    known: np.ndarray
    labels: np.ndarray
    names: np.ndarray
    y: np.ndarray
    centre: np.ndarray
    scale: float
    gap: float

    @property
    def classes(self) -> int:
        return len(self.names)

    def width(self, h: float) -> float:
        """A bandwidth in these units; 0 is half the median distance."""
        return h / self.scale if h else SHARE * self.gap

    def plain(self, x: np.ndarray) -> np.ndarray:
        """The embeddings as they came."""
        return np.asarray(x * self.scale + self.centre)

    def moved(self, x: np.ndarray) -> np.ndarray:
        return np.asarray((x.astype(np.float64) - self.centre) / self.scale)


def setting(
    owner: str,
    embeddings: np.ndarray,
    labeled: Signals,
    labels: Any,
    ids: np.ndarray,
    k: int,
    seed: int,
    candidates: int,
    evaluate: int,
) -> Setting:
    """Candidates and rows to be judged at are drawn by their ids, 0 for all; of candidates there are at least k."""
    if labels is None:
        raise BadStrategy(f"{owner} asks what a label would change, so it needs the labels of the labelled samples")
    check_names(labeled, NEEDS, owner, "the labelled samples have")
    check_values(labeled, NEEDS)
    names, y = np.unique(np.asarray(labels), return_inverse=True)
    rows = drawn(ids, seed, max(candidates, k) if candidates else 0, DRAW)
    judged = drawn(ids, seed, evaluate, DRAW + 1)
    at, known = embeddings[judged].astype(np.float64), labeled["embeddings"].astype(np.float64)
    both = np.concatenate([at, known])
    centre = both.mean(0)
    scale = float(np.sqrt(((both - centre) ** 2).mean())) or 1.0
    at = (at - centre) / scale
    gap = coverage.typical_gap(ops.Dense(at), ids[judged], seed)
    x = (embeddings[rows].astype(np.float64) - centre) / scale
    return Setting(rows, x, at, (known - centre) / scale, np.asarray(labels), names, y, centre, scale, gap)


def drawn(ids: np.ndarray, seed: int, count: int, draw: int) -> np.ndarray:
    """`count` rows drawn by their ids, 0 for all; in the order of the draw, whatever that of the pool."""
    order = np.argsort(ops.noise(seed, ids, draw))
    return order[:count] if count else order


def closed(s: Setting, refit: str, penalty: float, h: float, prior: float) -> Closed:
    if refit == "parzen":
        return parzen(s.known, s.y, s.classes, s.at, s.width(h), prior)
    return ridge(s.known, s.y, s.classes, s.at, penalty)


def model(owner: str, s: Setting, refit: str, penalty: float, h: float, prior: float, learner: Any) -> Refit:
    """The model of that name, fitted on the labelled rows."""
    if refit == "newton":
        return newton(s.known, s.y, s.classes, s.at, penalty)
    if refit != "learner":
        return closed(s, refit, penalty, h, prior)
    if not callable(learner):
        raise BadStrategy(
            f"{owner}(refit='learner') needs as its learner a function fit(x, labels) that gives a function "
            f"predict(x) of probabilities, as in select(..., learner=fit); not {type(learner).__name__}"
        )
    return Whole(lambda x, labels: _plain(s, learner(s.plain(x), labels)), s.known, s.labels, s.names, s.at)


def _plain(s: Setting, predict: Any) -> Any:
    return lambda x: predict(s.plain(x))


def utilities(n: int, rows: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """What a label saves, for all n: 0 where it was not asked.  rows (S,), gain (S,) -> (n,) >= 0.

    Where a label would make things look worse, all candidates are raised by as much as the worst, so that none is below
    0 and the order stays.
    """
    out = np.zeros(n)
    out[rows] = np.round(gain - min(float(gain.min(initial=0.0)), 0.0), 10)  # equal but for rounding is a tie
    return out
