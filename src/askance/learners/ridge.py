"""Linear regression with a ridge, in closed form: it chooses its own strength, and knows its variance.  Floor 4."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from askance.errors import BadLearner
from askance.learners.committee import bootstrap, check_members

STRENGTHS = np.logspace(-4, 4, 33)  # lambda per row
MEMBERS = 8


@dataclass(frozen=True)
class Line:
    """y = at + (x - centre) @ weights."""

    centre: np.ndarray  # (D,)
    weights: np.ndarray  # (D,)
    at: float

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self.at + (x - self.centre) @ self.weights


class Ridge:
    """The posterior mean and variance of a Bayesian linear model with prior N(0, sigma^2 / lambda) on every weight.

    lambda is the one of STRENGTHS * n with the least squared error when each label is predicted from all the others;
    that error has a closed form (PRESS, Allen 1974).  sigma^2 is the residual variance, with the fit's own degrees of
    freedom taken off.  The intercept is not penalised.

    outputs     of `members` fits on Poisson bootstrap samples, with the lambda of the whole
    variance    (N,) of the mean at x: sigma^2 (1/n + d' (X'X + lambda)^-1 d), d = x less the rows' mean
    """

    name = "ridge"

    def __init__(self, members: int = MEMBERS):
        self.members = check_members(members, self.name)
        self._line: Line | None = None
        self._others: list[Line] = []
        self._space = np.zeros((0, 0))  # (r, D) the directions that the rows reach
        self._spread = np.zeros(0)  # (r,) 1 / (s^2 + lambda) along them
        self._noise, self._strength, self._n = 0.0, 1.0, 0

    @property
    def gives(self) -> frozenset[str]:
        return frozenset({"prediction", "variance", "outputs"} if self.members else {"prediction", "variance"})

    @property
    def made_of(self) -> Mapping[str, Any]:
        return {"members": self.members}

    def fit(self, x: np.ndarray, y: np.ndarray, ids: np.ndarray, seed: int) -> dict[str, Any]:
        n, centre, at = len(x), x.mean(0), float(y.mean())
        u, s, space = np.linalg.svd(x - centre, full_matrices=False)
        along = u.T @ (y - at)
        errors = [_left_out(u, s, along, y - at, strength * n) for strength in STRENGTHS]
        self._strength = float(STRENGTHS[int(np.argmin(errors))] * n)
        self._space, self._n = space, n
        self._spread = 1.0 / (s**2 + self._strength)
        self._line = Line(centre, space.T @ (s * self._spread * along), at)
        free = max(n - 1.0 - float((s**2 * self._spread).sum()), 1.0)
        self._noise = float(((y - self._line(x)) ** 2).sum()) / free
        counts = bootstrap(np.zeros(n, np.int64), ids, seed, self.members).astype(np.float64)
        self._others = [_weighted((x - centre) @ space.T, y, w, space, centre, self._strength) for w in counts]
        return {"lambda": self._strength, "noise": self._noise, "left_out_rmse": float(np.sqrt(min(errors)))}

    def say(self, x: np.ndarray, needs: frozenset[str]) -> dict[str, np.ndarray]:
        if self._line is None:
            raise BadLearner("ridge has learned nothing yet; fit it first")
        out = {}
        if "prediction" in needs:
            out["prediction"] = self._line(x)
        if "variance" in needs:
            out["variance"] = self._variance(x - self._line.centre)
        if "outputs" in needs:
            out["outputs"] = np.stack([line(x) for line in self._others], 1)
        return out

    def _variance(self, d: np.ndarray) -> np.ndarray:
        along = (d @ self._space.T) ** 2
        beside = np.maximum((d**2).sum(1) - along.sum(1), 0.0)  # where no row has been, the prior alone speaks
        return self._noise * (1.0 / self._n + along @ self._spread + beside / self._strength)


def _left_out(u: np.ndarray, s: np.ndarray, along: np.ndarray, y: np.ndarray, strength: float) -> float:
    """Mean squared error of each row as predicted from the others.  u (n, r), s and along (r,), y (n,) centred."""
    shrink = s**2 / (s**2 + strength)
    pull = 1.0 / len(y) + (u**2) @ shrink
    return float((((y - u @ (shrink * along)) / np.maximum(1.0 - pull, 1e-9)) ** 2).mean())


def _weighted(
    z: np.ndarray, y: np.ndarray, w: np.ndarray, space: np.ndarray, centre: np.ndarray, strength: float
) -> Line:
    """The fit of one member: z (n, r) rows in the space they reach, w (n,) how often each was drawn."""
    mean, at = w @ z / w.sum(), float(w @ y / w.sum())
    d = z - mean
    weights = np.linalg.solve((d * w[:, None]).T @ d + strength * np.eye(z.shape[1]), d.T @ (w * (y - at)))
    return Line(centre + mean @ space, weights @ space, at)
