"""From the committed runs to what the page says: pure functions, no file is read here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from askance.metrics import Comparison, WinMatrix, compare_all, win_matrix
from study.kept import Row

RANDOM = "random"
SURE = 0.05  # of a p value after Holm's correction

Group = Mapping[str, Sequence[Row]]  # {strategy: its rows in the order of the seeds}, all of one set
Value = Callable[[Row], float]


def area(row: Row) -> float:
    return row.area


def complete(rows: Iterable[Row]) -> dict[str, Group]:
    """{set: {strategy: rows by seed}} of the strategies that have every seed that `random` has there."""
    found: dict[str, dict[str, dict[int, Row]]] = {}
    for r in rows:
        found.setdefault(r.set, {}).setdefault(r.strategy, {})[r.seed] = r
    return {name: _paired(group) for name, group in found.items() if RANDOM in group}


def _paired(group: Mapping[str, Mapping[int, Row]]) -> Group:
    seeds = sorted(group[RANDOM])
    return {name: [by[s] for s in seeds] for name, by in group.items() if set(seeds) <= set(by)}


def compared(group: Group, value: Value = area) -> Mapping[str, Comparison]:
    """Every strategy of a set with random, Holm over all of them."""
    return compare_all(values(group, value), RANDOM)


def values(group: Group, value: Value = area) -> dict[str, list[float]]:
    return {name: [value(r) for r in rows] for name, rows in group.items()}


def verdict(c: Comparison) -> str:
    """ "better", "loses", or nothing where the difference may be chance."""
    if not c.holm_p < SURE:
        return ""
    return "better" if c.difference > 0 else "loses"


def best_first(group: Group, value: Value = area) -> list[str]:
    mean = {name: float(np.mean(v)) for name, v in values(group, value).items()}
    return sorted(mean, key=lambda name: (-mean[name], name))


def reached(rows: Sequence[Row]) -> tuple[int | None, int]:
    """The (lower) median of the labels that it took, None where that run never came there; and how many did not."""
    order = sorted((r.reached or float("inf")) for r in rows)
    middle = order[(len(order) - 1) // 2]
    return (None if middle == float("inf") else int(middle)), sum(v == float("inf") for v in order)


# ---------------------------------------------------------------- over all sets


@dataclass(frozen=True)
class Overall:
    """One strategy over all sets.  ranks: means over the sets, 1 is best; better, loses: on how many sets."""

    name: str
    rank: float
    early: float
    late: float
    better: int
    loses: int
    gain: float  # mean over the sets of the mean difference to random
    won: float  # share of the pairs of a set and a seed in which it is above random
    worst: float  # the least of the mean differences


def main_sets(groups: Mapping[str, Group]) -> dict[str, Group]:
    """The sets on which (nearly) all strategies ran: nine in ten of those that ran anywhere."""
    every = set().union(*groups.values()) if groups else set()
    return {name: g for name, g in groups.items() if len(g) >= 0.9 * len(every)}


def common(groups: Mapping[str, Group]) -> list[str]:
    """The strategies that have all their runs on every set."""
    return sorted(set.intersection(*(set(g) for g in groups.values()))) if groups else []


def overall(groups: Mapping[str, Group]) -> list[Overall]:
    """Best mean rank first, over the strategies that are on every set."""
    names = common(groups)
    tests = [compared(g) for g in groups.values()]
    rank, early, late = (mean_ranks(groups, names, v) for v in (area, lambda r: r.early, lambda r: r.late))
    return sorted((_overall(n, rank[n], early[n], late[n], tests) for n in names), key=lambda o: (o.rank, o.name))


def _overall(name: str, rank: float, early: float, late: float, tests: Sequence[Mapping[str, Comparison]]) -> Overall:
    found = [t[name] for t in tests if name in t]
    said = [verdict(c) for c in found]
    gain = float(np.mean([c.difference for c in found])) if found else 0.0
    won = sum(c.wins + (c.n - c.wins - c.losses) / 2 for c in found) / max(1, sum(c.n for c in found))
    worst = min((c.difference for c in found), default=0.0)
    return Overall(name, rank, early, late, said.count("better"), said.count("loses"), gain, won, worst)


def mean_ranks(groups: Mapping[str, Group], names: Sequence[str], value: Value) -> dict[str, float]:
    """{strategy: mean over the sets of its rank there by its mean over the seeds}, 1 is best, equals share."""
    ranks = [ranked([float(np.mean([value(r) for r in g[n]])) for n in names]) for g in groups.values()]
    return dict(zip(names, np.mean(ranks, 0).tolist(), strict=True))


def ranked(scores: Sequence[float]) -> np.ndarray:
    """1 for the highest; equals get the mean of their places."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(-np.asarray(scores, float)))


def wins(groups: Mapping[str, Group], names: Sequence[str]) -> WinMatrix:
    """Over all pairs of a set and a seed: how often each beat each."""
    return win_matrix({n: [r.area for g in groups.values() for r in g[n]] for n in names})


def alike(groups: Mapping[str, Group]) -> list[list[str]]:
    """Strategies that asked the same questions in every run of every set where all labels were counted."""
    asked: dict[tuple[str, ...], list[str]] = {}
    for name in common(groups):
        asked.setdefault(tuple(r.picks for g in groups.values() for r in g[name]), []).append(name)
    return [names for names in asked.values() if len(names) > 1]
