"""Where a learning curve is heading: the metric at more labels, the labels left to a target, intervals.  Floor 1.

    f = forecast(labels, values, errors, until=5000)
    f.at(1000)                    # Span(low, middle, high): what a measurement with 1,000 labels would say
    f.labels_to(0.95).sentence    # about 340 more labels to reach 0.95 (80 % interval: 280 to 410)

A measured value is taken to be  a - b g(n) + drift(n) + noise.  g falls from 1 as a power, an exponential, an inverse
or minus a logarithm of the labels n: all of them, each with several rates, weighted by how well they explain the curve
(their marginal likelihood, in closed form for a and b).  The drift, Brownian in ln n, is what none of them explains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from askance.errors import BadLabel

FEWEST = 6  # measured points, below which nothing is forecast
LEVEL = 0.80  # of the intervals
DRAWS = 1000
# Half the width of an interval is multiplied by STRETCH * (labels / labels now) ** FARTHER, as benchmarks/forecast.py
# measured on the recorded curves, so that intervals hold as often as they say, also on sets not used in measuring.
STRETCH, FARTHER = 0.67, 0.3
FARTHEST = 5  # times the labels so far: what was measured

POWERS = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0)
HALVES = (0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0)  # labels in which g halves, as a share of the labels so far
NOISES = (0.15, 0.25, 0.4, 0.6, 0.9, 1.4, 2.2)  # of the standard error: the test samples are the same in all rounds
DRIFTS = (0.005, 0.01, 0.02, 0.04, 0.08)  # by which the curve strays in one unit of ln n
MEAN, SPREAD = np.array([0.85, 0.35]), np.array([0.25, 0.3])  # of a and b, before anything is seen

Numbers = Sequence[float] | Sequence[int] | np.ndarray


@dataclass(frozen=True)
class Span:
    """A figure with its 80 % interval."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Left:
    """Labels left to a target: more labels than now.  None = not within the labels that were looked at.

    chance  that it is reached within them
    """

    low: int | None
    middle: int | None
    high: int | None
    chance: float
    sentence: str


@dataclass(frozen=True)
class Forecast:
    """labels (G,): rising, after the last measured; paths (S, G): drawn continuations of the measured curve."""

    last: int
    labels: np.ndarray
    paths: np.ndarray
    level: float = LEVEL

    @property
    def band(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(low, middle, high), (G,) each: of what would be measured."""
        tail = (1 - self.level) / 2
        low, middle, high = np.quantile(self.paths, [tail, 0.5, 1 - tail], axis=0)
        return low, middle, high

    def at(self, labels: int) -> Span:
        """What would be measured with so many labels."""
        if not self.labels[0] <= labels <= self.labels[-1]:
            raise BadLabel(f"the forecast is for {self.labels[0]:,} to {self.labels[-1]:,} labels, not {labels:,}")
        return Span(*(float(np.interp(labels, self.labels, side)) for side in self.band))

    def labels_to(self, target: float) -> Left:
        """How many more labels until a measurement is at `target` or above."""
        there = self.paths >= target
        first = np.where(there.any(1), self.labels[there.argmax(1)].astype(float), np.inf)
        tail = (1 - self.level) / 2
        more = np.quantile(first, [tail, 0.5, 1 - tail], method="nearest") - self.last
        low, middle, high = (int(v) if np.isfinite(v) else None for v in more)
        chance = float(there.any(1).mean())
        return Left(low, middle, high, chance, self._said(target, low, middle, high))

    def _said(self, target: float, low: int | None, middle: int | None, high: int | None) -> str:
        if middle is None:
            end = self.at(int(self.labels[-1]))
            ceiling = (
                f"the forecast with {self.labels[-1]:,} labels is {end.middle:.3f} ({end.low:.3f} to {end.high:.3f})"
            )
            return f"{target:g} is not likely to be reached: {ceiling}"
        span = f"{low:,} to {high:,}" if high is not None else f"{low:,} or more"
        return f"about {middle:,} more labels to reach {target:g} ({self.level:.0%} interval: {span})".replace(
            "%", " %"
        )


def forecast(
    labels: Numbers,
    values: Numbers,
    errors: Numbers | None = None,
    *,
    until: int,
    draws: int = DRAWS,
    stretch: float = STRETCH,
    seed: int = 0,
) -> Forecast:
    """labels (m,) rising, values (m,) shares in [0, 1] measured with them, errors (m,): their standard errors.

    until: the largest number of labels to look at.  Fewer than FEWEST points are a BadLabel: that would be guessing.
    The next measurements are taken to come at the usual distance.  For one and the same test set, as in a campaign.
    """
    n, y = _checked(labels, values)
    se = 0.01 if errors is None or not len(errors) else max(float(np.median(errors)), 0.002)
    ahead = _ahead(n, until)
    basis, later, prior = _families(n, ahead)
    fits = _posterior(n, y, basis, prior, se)
    paths = _paths(fits, later, np.log(ahead / n[-1]), draws, np.random.default_rng(seed))
    middle = np.median(paths, 0)
    wider = stretch * (ahead / n[-1]) ** FARTHER
    return Forecast(int(n[-1]), ahead, np.clip(middle + wider * (paths - middle), 0.0, 1.0))


# -- the families ------------------------------------------------------------------------------------------------------


def _families(n: np.ndarray, ahead: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(J, m) and (J, G): every g at the measured and at the later labels; (J,) logs of their prior weights.

    Each is 1 at the first point.  The four kinds weigh the same, however many rates they have.
    """
    every = np.concatenate([n, ahead])
    t = every / n[0]
    x = (every - n[0]) / (n[-1] - n[0])
    kinds = (
        [t**-c for c in POWERS],
        [0.5 ** (x / h) for h in HALVES],
        [1 / (1 + x / h) for h in HALVES],
        [1 - np.log(t) / log(100.0)],
    )
    g = np.array([row for kind in kinds for row in kind])
    prior = np.concatenate([np.full(len(kind), -log(len(kinds) * len(kind))) for kind in kinds])
    return g[:, : len(n)], g[:, len(n) :], prior


@dataclass(frozen=True)
class _Fits:
    """Every family with every size of noise and drift, M in all, and what each makes of a and b.

    weight (M,) sums to 1; family, noise, drift (M,); mean (M, 2) and root (M, 2, 2) of a and b: mean + root @ normals
    """

    weight: np.ndarray
    family: np.ndarray
    noise: np.ndarray
    drift: np.ndarray
    mean: np.ndarray
    root: np.ndarray


def _posterior(n: np.ndarray, y: np.ndarray, basis: np.ndarray, prior: np.ndarray, se: float) -> _Fits:
    """Bayesian linear regression of y on (1, -g), for each g and each size of noise and drift."""
    h = np.stack([np.ones_like(basis), -basis], -1)  # (J, m, 2)
    past = -np.log(n / n[-1])  # the drift is 0 at the last point, and Brownian from there into the past
    strayed = np.minimum(past[:, None], past[None])
    found = []
    for share in NOISES:
        for drift in DRIFTS:
            noise = share * se
            root = np.linalg.cholesky(noise**2 * np.eye(len(n)) + drift**2 * strayed)
            evidence, mean, cov = _regression(np.linalg.solve(root, h), np.linalg.solve(root, y[:, None])[:, 0])
            evidence = evidence - np.log(np.diag(root)).sum() + prior - 0.5 * (log(share / 0.5) / 0.8) ** 2
            found.append((evidence, noise, drift, mean, cov))
    j = len(basis)
    evidence = np.concatenate([e for e, *_ in found])
    weight = np.exp(evidence - evidence.max())
    return _Fits(
        weight / weight.sum(),
        np.tile(np.arange(j), len(found)),
        np.repeat([f[1] for f in found], j),
        np.repeat([f[2] for f in found], j),
        np.concatenate([f[3] for f in found]),
        np.linalg.cholesky(np.concatenate([f[4] for f in found])),
    )


def _regression(h: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """h (J, m, 2), y (m,), both whitened -> (J,) log evidence less a constant, (J, 2) means, (J, 2, 2) covariances."""
    prior = np.diag(SPREAD**-2.0)
    r = y - h @ MEAN
    precision = prior + np.swapaxes(h, 1, 2) @ h
    cov = np.linalg.inv(precision)
    q = np.einsum("jmp,jm->jp", h, r)
    shift = np.einsum("jpq,jq->jp", cov, q)
    evidence = -0.5 * ((r**2).sum(1) - (q * shift).sum(1)) - 0.5 * np.linalg.slogdet(precision)[1]
    return evidence, MEAN + shift, cov


def _paths(fits: _Fits, later: np.ndarray, ahead: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, G) measurements to come.  Curves that fall, or end above 1, are drawn again a few times."""
    which = rng.choice(len(fits.weight), 8 * draws, p=fits.weight)
    ab = fits.mean[which] + np.einsum("spq,sq->sp", fits.root[which], rng.standard_normal((len(which), 2)))
    fine = (ab[:, 1] >= 0) & ((ab[:, 0] <= 1) | (fits.family[which] == len(later) - 1))
    order = np.argsort(~fine, kind="stable")[:draws]
    which, ab = which[order], ab[order]
    steps = np.sqrt(np.diff(ahead, prepend=0.0)) * rng.standard_normal((draws, len(ahead)))
    strayed = fits.drift[which, None] * np.cumsum(steps, 1)
    noise = fits.noise[which, None] * rng.standard_normal((draws, len(ahead)))
    return np.asarray(ab[:, :1] - ab[:, 1:] * later[fits.family[which]] + strayed + noise)


# -- parts -------------------------------------------------------------------------------------------------------------


def _ahead(n: np.ndarray, until: int) -> np.ndarray:
    """(G,) label counts to come: at the usual distance, and farther apart where that would be over 200."""
    step = max(1, round(float(np.median(np.diff(n)))))
    if until <= n[-1]:
        raise BadLabel(f"a forecast looks ahead: {until:,} labels are no more than the {int(n[-1]):,} there are")
    near = np.arange(n[-1] + step, until + 1, step)
    if len(near) > 200:
        far = np.geomspace(near[99], until, 101)[1:]
        near = np.concatenate([near[:100], far])
    return np.unique(np.append(np.round(near), until).astype(np.int64))


def _checked(labels: Numbers, values: Numbers) -> tuple[np.ndarray, np.ndarray]:
    n, y = np.asarray(labels, float), np.asarray(values, float)
    if n.shape != y.shape or n.ndim != 1:
        raise BadLabel(f"a curve needs as many values as label counts, not {n.shape} and {y.shape}")
    if len(n) < FEWEST:
        raise BadLabel(f"a forecast needs {FEWEST} measured points, and there are {len(n)}: fewer would be guessing")
    if (np.diff(n) <= 0).any() or n[0] <= 0:
        raise BadLabel("the label counts of a curve must rise, from 1 or more")
    if not (np.isfinite(y) & (y >= 0) & (y <= 1)).all():
        row = int((~(np.isfinite(y) & (y >= 0) & (y <= 1))).argmax())
        raise BadLabel(f"a forecast is of shares from 0 to 1; point {row} of the curve is {y[row]:g}")
    return n, y
