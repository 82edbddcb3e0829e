"""Selects from a pool in shards that are never all in memory.  Floor 3.

Two drivers.  `select_shards` narrows every shard by itself and runs the whole strategy on what is left: exact where
the strategy begins with row-local scorers and a `top`, else a composable core-set that says so.  `select_lockstep`
runs a greedy selector on all shards at once with a round of small messages a pick: always exact.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from askance.errors import BadStrategy
from askance.greedy import Run, lockstep
from askance.select import Batch, select, start, whole
from askance.signals import Signals, concat
from askance.spec import parse
from askance.strategy import Atom, Greedy, Picks, Pipe, Strategy, Utility

Shard = Callable[[], Signals]
Mapper = Callable[[Callable[[Shard], Any], Iterable[Shard]], Iterable[Any]]


def stages(s: Strategy) -> list[Strategy]:
    """The steps of a pipe, left to right."""
    return [*stages(s.a), *stages(s.b)] if isinstance(s, Pipe) else [s]


def exact_prefix(s: Strategy) -> Strategy | None:
    """The head that may run on each shard alone: row-local scorers and then a `top`.  None when there is none."""
    head: Strategy | None = None
    for stage in stages(whole(s)):
        head = stage if head is None else head | stage
        if isinstance(stage, Atom) and stage.name == "top":
            return head
        if not stage.local or stage.kind is not Utility:
            return None
    return None


def select_shards(
    strategy: str | Strategy,
    shards: Iterable[Shard],
    k: int,
    seed: int = 0,
    map: Mapper = map,
    slack: int = 4,
    labeled: Signals | None = None,
    labels: Any = None,
    pending: Signals | None = None,
    learner: Any = None,
) -> Batch:
    """`select` for shards: callables that read their signals.  `map`: the builtin (one after another, out of core),
    a pool's, or a cluster's.  Memory holds one shard and what was kept, whatever the size of the pool.

    Without an exact prefix every shard keeps its own slack * k picks, and `Batch.exact` is False.
    """
    s = whole(parse(strategy))
    head = exact_prefix(s)
    context: dict[str, Any] = {
        "called": str(strategy),
        "labeled": labeled,
        "labels": labels,
        "pending": pending,
        "learner": learner,
    }

    def narrow(load: Shard) -> tuple[int, Signals]:
        return _narrow(head or s, load(), k if head is not None else slack * k, seed, context)

    kept: list[Signals] = []
    total = 0
    for count, part in map(narrow, shards):
        total += count
        kept.append(part)
        if head is not None and sum(len(p) for p in kept) > 8 * max(len(p) for p in kept) + 1000:
            kept = [_narrow(head, concat(kept), k, seed, context)[1]]  # the best of the best so far
    if not kept:
        raise BadStrategy("there are no shards to select from")
    last = select(s, concat(kept), k, seed, labeled, labels, pending, learner=learner)
    return Batch(last.ids, last.utility, last.notes, last.strategy, total, head is not None)


def _narrow(s: Strategy, signals: Signals, k: int, seed: int, context: dict[str, Any]) -> tuple[int, Signals]:
    view = start(s, signals=signals, k=k, seed=seed, costs=None, **context)
    return len(view), s(view).signals if len(view) and k else signals.take(np.arange(0))


def lockstep_parts(s: Strategy) -> tuple[list[Strategy], Atom] | None:
    """(row-local steps, greedy selector) when the strategy can run in lockstep, else None."""
    *head, last = stages(s)
    greedy = isinstance(last, Atom) and last.returns is Greedy and last.meta.lockstep
    rowwise = all(h.local and h.kind is not Picks for h in head)
    return (head, last) if greedy and isinstance(last, Atom) and rowwise else None


def select_lockstep(
    strategy: str | Strategy,
    shards: Sequence[Shard],
    k: int,
    seed: int = 0,
    labeled: Signals | None = None,
    labels: Any = None,
    pending: Signals | None = None,
) -> Batch:
    """`embedder | greedy selector` on shards that stay where they are: the picks of a single machine, in its order."""
    s = parse(strategy)
    parts = lockstep_parts(s)
    if parts is None:
        raise BadStrategy(f"{s} cannot run in lockstep: that takes row-local steps and then one greedy selector")
    head, greedy = parts
    runs: list[Run] = []
    for load in shards:
        view = start(s, str(strategy), load(), k, seed, labeled, labels, pending, None, None)
        for step in head:
            view = step(view)
        runs.append((greedy.start(view), view))
    order, scores = lockstep(runs, k)
    picked = [runs[s][1].keep(np.array([row])) for s, row in order]
    ids = np.array([p.signals.ids[0] for p in picked], np.uint64)
    return Batch(ids, scores, {str(greedy): scores}, str(s), sum(len(v) for _, v in runs))
