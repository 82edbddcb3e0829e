"""How many are picked, and which: always min(k, N) distinct ones.  Floor 3."""

import numpy as np

from askance.contract.case import Case, alike
from askance.contract.checks import check, demand
from askance.view import View


@check()
def picks_min_of_k_and_pool(case: Case) -> None:
    """k of 0, 1, 7, N and N + 5 give min(k, N) picks."""
    signals = case.example()
    for k in (0, 1, 7, len(signals), len(signals) + 5):
        got = len(case.picks(signals, k))
        demand(got == min(k, len(signals)), f"{case.name} picked {got} where {k} of {len(signals)} were asked for")


@check()
def picks_are_distinct_and_known(case: Case) -> None:
    """No sample is picked twice, and none that is not in the pool."""
    signals = case.example()
    for k in (8, len(signals) - 1, len(signals)):
        got = case.picks(signals, k)
        demand(len(set(got)) == len(got), f"{case.name} picked a sample twice")
        demand(set(got) <= set(signals.ids.tolist()), f"{case.name} picked a sample that is not in the pool")


@check()
def empty_pool(case: Case) -> None:
    """A pool of nothing gives nothing, and no error; a shard or an image without boxes is such a pool."""
    nothing = case.example().take(np.arange(0))
    demand(case.picks(nothing) == [], f"{case.name} picked something from nothing")
    demand(len(case.strategy(View(nothing, 3))) == 0, f"{case.name} made something of nothing")


@check()
def pool_of_one(case: Case) -> None:
    """A pool of one sample gives that sample."""
    one = case.example().take(np.array([3]))
    demand(case.picks(one) == one.ids.tolist(), f"{case.name} does not pick the one sample there is")


@check()
def copies_still_give_k(case: Case) -> None:
    """Pairs of identical rows, and all rows identical, still give k distinct picks."""
    signals = case.example()
    for rows in (np.arange(len(signals)) // 2, np.zeros(len(signals), np.int64)):
        got = case.picks(alike(signals, rows), 40)
        demand(len(set(got)) == 40, f"{case.name} picked {len(set(got))} of 40 where rows are copies of each other")


@check()
def single_class(case: Case) -> None:
    """A model that knows one class alone is no error."""
    got = case.picks(case.example(classes=1))
    demand(len(got) == 8, f"{case.name} picked {len(got)} of 8 where there is only one class")
