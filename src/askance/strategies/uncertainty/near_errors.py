"""Close to labelled samples on which the model does badly."""

import numpy as np

from askance.errors import BadSignal
from askance.ops.knn import nearest_rows
from askance.strategy import Utility, strategy

RIDGES = 10.0 ** np.arange(-6, 1)  # times the largest squared singular value


@strategy(
    "- (kernel regression of the errors; leave-one-out of ridge: Allen 1974, PRESS)",
    local=False,
    labelled=True,
    bounds={"neighbours": (1, None), "errors": ("left_out", "given")},
    fails={
        "known_regions_are_left": "it goes back to where labels are, and does badly there",
        "not_worse_than_random": "it asks again where the errors were: it is there to weigh other scorers with",
    },
    cost="O(N L D + L D min(L, D))",
)
def near_errors(probs, vectors, reference, labeled, labels, *, neighbours=10, errors="left_out") -> Utility:
    """The mean error of the nearest labelled samples, nearer ones weighing more, as in `margin * near_errors`.

    vectors (N, D), reference (L, D), labels (L,) -> (N,).

    errors: "left_out" takes those of a ridge classifier on the vectors, each labelled sample left out in turn, exactly
    and in closed form: half the squared length of the residual, 0 or more.  "given" takes half the squared distance of
    the model's own probs (L, C) from the label, in [0, 1]: in a campaign they are of the samples that it was fitted on,
    which is too good, and for a forest or a network nearly 0; give probabilities out of fold where there are any.
    The weight is exp(-d^2 / s^2), s the distance to the last of the `neighbours`.
    """
    if not len(vectors):
        return np.zeros(0)
    known = reference[np.arange(len(labels))]
    y = np.unique(np.asarray(labels), return_inverse=True)[1]
    own = left_out(known.array(), y) if errors == "left_out" else given(np.asarray(labeled["probs"]), labels)
    rows, squared = nearest_rows(vectors, known, neighbours)
    weight = np.exp(-squared / np.where(squared[:, -1:] > 0, squared[:, -1:], 1.0))
    return (weight * own[rows]).sum(1) / weight.sum(1)


def left_out(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Half the squared residual of each row in a ridge regression of the classes fitted on all others.  -> (L,).

    x (L, D), y (L,) 0 to C - 1.  Of RIDGES the one with the least sum is taken; the intercept is not shrunk.
    """
    if len(x) < 2 or not np.ptp(y):
        return np.zeros(len(x))
    x = np.asarray(x, np.float64)
    wanted = np.eye(int(y.max()) + 1)[y]
    sides, sizes, _ = np.linalg.svd(x - x.mean(0), full_matrices=False)
    target = sides.T @ (wanted - wanted.mean(0))
    tries = [_residual(sides, sizes**2, target, wanted, ridge) for ridge in RIDGES]
    return min(tries, key=lambda r: float(r.sum()))


def _residual(
    sides: np.ndarray, squares: np.ndarray, target: np.ndarray, wanted: np.ndarray, ridge: float
) -> np.ndarray:
    """A row left out has its residual divided by one minus its own weight in its prediction."""
    kept = squares / (squares + ridge * max(float(squares.max()), np.finfo(np.float64).tiny))
    leverage = 1.0 / len(wanted) + (sides**2) @ kept
    fitted = wanted.mean(0) + sides @ (kept[:, None] * target)
    away = (wanted - fitted) / np.maximum(1.0 - leverage, 1e-9)[:, None]
    return 0.5 * np.einsum("lc,lc->l", away, away)


def given(probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Half the squared distance of probs (L, C) from the labels, whose columns are their order.  -> (L,) in [0, 1]."""
    names, y = np.unique(np.asarray(labels), return_inverse=True)
    if len(names) != probs.shape[1]:
        raise BadSignal(
            f"near_errors cannot tell which of {probs.shape[1]} columns is whose: there are labels of {len(names)} "
            'classes; leave out errors="given"'
        )
    away = np.eye(len(names))[y] - probs
    return 0.5 * np.einsum("lc,lc->l", away, away)
