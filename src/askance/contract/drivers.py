"""One strategy, every driver: pools, shards, streams, boxes.  Floor 3."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from askance.contract.case import Case, example
from askance.contract.checks import check, demand
from askance.errors import BadStrategy
from askance.policies import variable
from askance.shards import exact_prefix, lockstep_parts, select_lockstep, select_shards
from askance.signals import Signals
from askance.strategy import Over
from askance.stream import stream
from askance.view import View

ROWS = np.array([5, 1, 17, 2])


def not_local(case: Case) -> str:
    if not case.scores:
        return "it is a selector"
    return "" if case.strategy.local else "it is declared to look at the whole pool"


def no_boxes(case: Case) -> str:
    return not_local(case) or ("" if case.needs else "it reads no signals")


def no_lockstep(case: Case) -> str:
    return (
        "" if lockstep_parts(case.strategy) else "it is no greedy selector on row-local steps, or is declared not to be"
    )


def pieces(signals: Signals, count: int) -> list[Callable[[], Signals]]:
    """The rows dealt out like cards."""
    return [lambda i=i: signals.take(np.arange(i, len(signals), count)) for i in range(count)]  # type: ignore[misc]


@check(not_local)
def local_means_local(case: Case) -> None:
    """Declared local, a row's score depends on that row alone: a part of the pool scores as in the whole."""
    signals = case.example()
    whole, part = case.utility(signals, seed=3)[ROWS], case.utility(signals.take(ROWS), seed=3)
    demand(bool(np.allclose(whole, part, rtol=1e-9)), f"{case.name} is declared local, and looks at other rows")


@check()
def shards_agree(case: Case) -> None:
    """In shards it picks what one machine picks, in that order, where that is promised; else k distinct samples."""
    big = case.example(n=300)
    one, many = case.picks(big, seed=4), select_shards(case.strategy, pieces(big, 7), 8, seed=4, **case.labelled(big))
    got = many.ids.tolist()
    demand(
        many.exact == (exact_prefix(case.strategy) is not None), f"{case.name} says wrongly whether shards are exact"
    )
    if many.exact:
        demand(got == one, f"{case.name} picks otherwise in shards, and says that it does not")
    demand(
        len(set(got)) == 8 and set(got) <= set(big.ids.tolist()), f"{case.name} picked {len(set(got))} of 8 in shards"
    )


@check(no_lockstep)
def lockstep_shards_agree(case: Case) -> None:
    """A greedy selector on 1, 2 and 8 shards in lockstep picks what one machine picks, in the same order."""
    big, labeled = case.example(n=300), case.example(n=12, seed=9)
    one = case.picks(big, 12, seed=4, labeled=labeled)
    for count in (1, 2, 8):
        got = select_lockstep(case.strategy, pieces(big, count), 12, seed=4, labeled=labeled).ids.tolist()
        demand(got == one, f"{case.name} picks otherwise on {count} shards in lockstep; declare lockstep=False")


@check()
def streams_keep_to_the_budget(case: Case) -> None:
    """Arrivals one by one and in chunks get the same decisions within the budget; or it refuses, and says why."""
    signals, policy = case.example(), variable(budget=0.2)
    try:
        single = list(stream(case.strategy, [signals.take(np.array([i])) for i in range(60)], policy))
    except BadStrategy as e:
        demand(bool(not_local(case)) and "pool" in str(e), f"{case.name} refuses a stream without saying why: {e}")
        return
    chunks = list(stream(case.strategy, [signals.take(np.arange(i, i + 7) % 60) for i in range(0, 56, 7)], policy))
    demand(
        [d.ask for d in chunks] == [d.ask for d in single[:56]],
        f"{case.name} decides otherwise when arrivals come in chunks",
    )
    demand(sum(d.ask for d in single) <= 0.2 * 60 + 1, f"{case.name} goes over the budget of a stream")


@check(no_boxes)
def over_boxes(case: Case) -> None:
    """On what is inside a sample it is the same scorer: over(max) is its highest box, and no boxes give 0."""
    counts = np.array([0, 3, 1, 4, 0, 2] * 5)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    inner = example(case.needs, n=int(offsets[-1]), makers=case.makers)
    images = Signals(np.arange(30, dtype=np.uint64), {}, inner, offsets)
    flat = np.concatenate([case.utility(inner.take(np.array([i])), 1) for i in range(len(inner))])
    got = Over(case.strategy, "max")(View(images, 1)).get("utility")
    wanted = [flat[a:b].max() if b > a else 0.0 for a, b in pairwise(offsets)]
    demand(bool(np.allclose(got, wanted)), f"over({case.name}) is not the highest of its boxes")
    bare = Over(case.strategy, "mean")(View(images.take(np.array([0, 4])), 1)).get("utility")
    demand(bool((bare == 0).all()), f"over({case.name}) is not 0 where there are no boxes")
