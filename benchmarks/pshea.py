"""PSHEA on synthetic learning curves: how often the strategy that is truly best at the end is still in.

    python benchmarks/pshea.py [--campaigns 100]

Prints the table of docs/meta.md.  A campaign has 5 strategies.  The accuracy of each is a - b exp(-c (n - 20)), or
a - b (n / 20)^-c for every other campaign, so that the forecast's families are not always right; n are the labels of
its own.  All start alike, as they do from one warm-up.  The best one ends `gap` above the second, the others are spread
below that; half of the campaigns have the best one start more slowly than the second, so that their curves cross.  The
validation share is 20 % of the labels, drawn as the campaign goes, and is the same for all strategies: a sample is easy
or hard for all of them (half of the variance), for one (30 %), or for one in one round (20 %).
"""

import argparse
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from askance.meta import Kept, Past
from askance.meta.pshea import pshea
from askance.progress import track

ARMS = tuple("abcde")
WARMUP, ROUNDS, SHARE = 20, 24, 0.2
START = 0.45


@dataclass(frozen=True)
class Curves:
    """end (K,): accuracy with `budget` labels; fall (K,): how fast the rest of the way is made."""

    end: np.ndarray
    fall: np.ndarray
    power: bool
    budget: int

    def at(self, arm: int, n: float) -> float:
        left, last = self._left(arm, n), self._left(arm, self.budget)
        return float(self.end[arm] - (self.end[arm] - START) * (left - last) / (1 - last))

    def _left(self, arm: int, n: float) -> float:
        """1 with the warm-up, falling."""
        if self.power:
            return float((n / WARMUP) ** -self.fall[arm])
        return float(np.exp(-self.fall[arm] * 4 * (n - WARMUP) / self.budget))


def drawn(rng: np.random.Generator, gap: float, budget: int, nth: int) -> Curves:
    """The best strategy is a random one of the five."""
    top = rng.uniform(0.75, 0.95)
    end = np.concatenate([[top, top - gap], top - gap - rng.uniform(0, 0.1, len(ARMS) - 2)])
    fall = rng.uniform(0.6, 1.4, len(ARMS))
    if nth % 4 < 2:  # the best is slower than the second: they cross
        fall[:2] = np.sort(fall[:2])
    order = rng.permutation(len(ARMS))
    return Curves(end[order], fall[order], nth % 2 == 1, budget)


def played(curves: Curves, rng: np.random.Generator, chance: float) -> tuple[bool, int, float]:
    """(whether the best stayed in, how many did, the share of the choosable labels that the best one got)."""
    n = np.full(len(ARMS), float(WARMUP))
    most = int(SHARE * curves.budget)
    shared, own = rng.standard_normal(most), rng.standard_normal((len(ARMS), most))
    rounds: list[Kept] = []
    batch = (curves.budget - WARMUP) // ROUNDS
    for told in range(WARMUP, curves.budget, batch):
        judged = max(4, int(SHARE * told))
        alive = np.flatnonzero(rounds[-1].odds) if rounds else np.arange(len(ARMS))
        points = {ARMS[a]: point(curves, rng, a, n[a], shared[:judged], own[a, :judged]) for a in alive}
        if len(alive) == 1:
            points = {}
        left = curves.budget - told
        odds = alive_odds(rounds, points, left, curves.budget - WARMUP, chance)
        rounds.append(Kept(tuple(odds), left=left, curves=points))
        n += rng.multinomial(round(batch * (1 - SHARE)), odds)
    best = int(curves.end.argmax())
    got = n - WARMUP
    return rounds[-1].odds[best] > 0, int(np.count_nonzero(rounds[-1].odds)), float(got[best] / got.sum())


def alive_odds(rounds: list[Kept], points: dict, left: int, horizon: int, chance: float) -> np.ndarray:
    if rounds and np.count_nonzero(rounds[-1].odds) == 1:
        return np.array(rounds[-1].odds)
    return pshea(Past(ARMS, tuple(rounds), horizon=horizon, left=left, curves=points), chance=chance)


def point(
    curves: Curves, rng: np.random.Generator, arm: int, n: float, shared: np.ndarray, own: np.ndarray
) -> tuple[int, float, float]:
    """(labels, accuracy measured on these validation samples, its standard error as a campaign reckons it)."""
    hard = np.sqrt(0.5) * shared + np.sqrt(0.3) * own + np.sqrt(0.2) * rng.standard_normal(len(own))
    value = float((hard < norm.ppf(curves.at(arm, n))).mean())
    return int(n), value, float(np.sqrt(max(value * (1 - value), 0.25 / len(own)) / len(own)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaigns", type=int, default=100)
    campaigns = parser.parse_args().campaigns
    print("| labels | gap at the end | chance | best kept | still in | labels to the best (even: 20 %) |")
    print("|---|---|---|---|---|---|")
    cases = [(b, g, c) for b in (400, 1000) for g in (0.01, 0.03, 0.1) for c in (0.02, 1.0)]
    cases += [(4000, g, 0.02) for g in (0.01, 0.03, 0.1)]
    for budget, gap, chance in track(cases, "settings"):
        rng = np.random.default_rng(0)
        found = []
        for nth in range(campaigns):
            curves = drawn(rng, gap, budget, nth)
            found.append(played(curves, np.random.default_rng(nth), chance))
        kept, still, share = np.mean(found, 0)
        print(f"| {budget:,} | {gap} | {chance} | {kept:.1%} | {still:.1f} of 5 | {share:.0%} |", flush=True)


if __name__ == "__main__":
    main()
