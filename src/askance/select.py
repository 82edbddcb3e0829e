"""Selects from a pool in memory.  Floor 3.

select("margin | top(x=10) | kmeans", Signals(ids, {"probs": ..., "embeddings": ...}), k=20) -> Batch
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from askance import ops
from askance.among import single
from askance.errors import BadSignal, BadStrategy, MissingSignal
from askance.signals import Signals, check_names, check_values, concat
from askance.spec import parse
from askance.strategy import ATOMS, Picks, Pipe, Strategy, Utility
from askance.usual import named
from askance.view import View


@dataclass(frozen=True)
class Batch:
    """What to ask, best first.

    ids      (m,) uint64, distinct, m = min(k, samples that are free)
    utility  (m,) from the last scorer of the strategy, else the greedy score when picked, else 0
    notes    {scorer: (m,)} what every scorer said of these, and "place": the rank in the pool by the first `top`
    pool     how many samples there were to choose from
    exact    False where shards were narrowed one by one, so that a single machine might have chosen otherwise
    """

    ids: np.ndarray
    utility: np.ndarray
    notes: Mapping[str, np.ndarray] = field(default_factory=dict)
    strategy: str = ""
    pool: int = 0
    exact: bool = True

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def why(self) -> tuple[str, ...]:
        """One phrase a pick: 'margin 0.9741, rank 14 of 25000'."""
        return tuple(self._why(i) for i in range(len(self)))

    def _why(self, i: int) -> str:
        said = [f"{name} {a[i]:.4g}" for name, a in self.notes.items() if name != "place"]
        if said and "place" in self.notes:
            said.append(f"rank {int(self.notes['place'][i])} of {self.pool}")
        if said:
            return ", ".join(said)
        return "drawn at random" if self.strategy.startswith("random") else f"choice {i + 1} of {self.strategy}"


def select(
    strategy: str | Strategy,
    signals: Signals,
    k: int,
    seed: int = 0,
    labeled: Signals | None = None,
    labels: Any = None,
    pending: Signals | None = None,
    costs: Any = None,
    learner: Any = None,
) -> Batch:
    """The k samples most worth asking about, or all that are free when there are fewer.

    strategy  'auto' is `uherding`, or what the signals allow (usual.py)
    labeled  what the model says of the labelled samples, with labels (L,): diversity is measured from them too
    pending  samples that somebody is asked about already: they count as picked and never come back
    costs    (N,) > 0: a scorer is then ranked by utility per cost; a selector must weigh them itself (`| per_cost`)
    The picks depend on the seed and the ids alone, not on the order of the rows.
    """
    s = whole(parse(named(strategy, signals.columns) if isinstance(strategy, str) else strategy), costs)
    view = start(s, str(strategy), signals, k, seed, labeled, labels, pending, costs, learner)
    done = s(view) if len(view) and view.k else view.keep(np.arange(0))
    check_no_more(len(done), view.k, s)
    return finished(done, str(s), len(view))


def whole(s: Strategy, costs: Any = None) -> Strategy:
    """A bare scorer gets `| top`, and `| per_cost` before it where there are costs that it does not weigh itself."""
    s = single(s)
    weighed = costs is None or any(a.asks("costs") for a in s.atoms())
    if s.kind is Picks and not weighed:
        raise BadStrategy(
            f"{s} does not weigh costs; say `per_cost` after a scorer, as in `margin | per_cost | top(x=10) | kmeans`, "
            "or leave the costs out"
        )
    if s.kind is Picks:
        return s
    if s.kind is not Utility:
        raise BadStrategy(f"{s} only says where diversity is measured; add a selector, as in `{s} | kcenter`")
    top = ATOMS["top"]
    return s | top if weighed else s | ATOMS["per_cost"] | top


def start(
    s: Strategy,
    called: str,
    signals: Signals,
    k: int,
    seed: int,
    labeled: Signals | None,
    labels: Any,
    pending: Signals | None,
    costs: Any,
    learner: Any,
) -> View:
    """Everything that is checked before any work, and the view that the strategy starts from.

    `called`: the text that the user gave, which messages name.
    """
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 0:
        raise BadSignal(f"k must be a whole number of picks, 0 or more, not {k!r}")
    check_names(signals, s.needs, called)
    check_values(signals, s.needs)
    check_distinct(signals.ids)
    check_labelled(s, called, labeled)
    check_widths(signals, labeled, "labelled")
    check_widths(signals, pending, "pending")
    known, n_labeled = _known(s, called, labeled, pending)
    y = _labels(labels, labeled)
    price = _costs(costs, signals)
    taken = [p.ids for p in (labeled, pending) if p is not None and len(p)]
    free = ~np.isin(signals.ids, np.concatenate(taken)) if taken else None
    context = any(a.asks("reference", "labeled", "pending", "labels") for a in s.atoms())
    view = View(
        signals,
        int(min(k, len(signals) if free is None else int(free.sum()))),
        int(seed),
        known=known if context else None,
        labels=y,
        labeled_rows=n_labeled,
        costs=price,
        learner=learner,
    )
    return view if free is None or free.all() else view.keep(np.flatnonzero(free))


def finished(view: View, text: str, pool: int, exact: bool = True) -> Batch:
    ids, utility = view.signals.ids, np.asarray(view.get("utility"), dtype=np.float64)
    return Batch(ids, utility, view.notes, text, pool, exact)


def check_no_more(given: int, k: int, s: Strategy) -> None:
    """What only narrows the pool down, such as `top(x=10)`, must be followed by what chooses."""
    if given > k:
        raise BadStrategy(
            f"{s} keeps {given} samples where {k} are asked for; end it with what chooses among them, "
            f"as in `{s} | kmeans` or `{s} | margin`"
        )


def check_labelled(s: Strategy, called: str, labeled: Signals | None) -> None:
    """Strategies that compare with labelled samples say so where there are none."""
    if any(a.meta.labelled for a in s.atoms()) and (labeled is None or not len(labeled)):
        raise MissingSignal(
            f"{called} needs labelled samples to compare with, and there are none; begin with a strategy that needs "
            "none, such as random or typiclust"
        )


def check_widths(signals: Signals, known: Signals | None, word: str) -> None:
    """What was said of known samples at another time may have had fewer classes."""
    if known is None or not len(known):
        return
    for name in sorted(known.columns.keys() & signals.columns.keys()):
        theirs, ours = known.columns[name].shape[1:], signals.columns[name].shape[1:]
        if theirs != ours:
            raise BadSignal(
                f"{name} of the {word} samples have {theirs} a sample, and those of the pool {ours}; "
                "ask the same model, fitted once, about both"
            )


def check_distinct(ids: np.ndarray) -> None:
    in_order = np.sort(ids)
    twice = in_order[1:] == in_order[:-1]
    if twice.any():
        raise BadSignal(f"two samples have the id {ops.hex_id(in_order[1:][twice][0])}; ids must be distinct")


def _known(s: Strategy, called: str, labeled: Signals | None, pending: Signals | None) -> tuple[View | None, int]:
    """The labelled samples and then the pending ones, in one view; None when there are neither."""
    parts = [_by_id(p) for p in (labeled, pending) if p is not None and len(p)]
    n_labeled = 0 if labeled is None else len(labeled)
    if not parts:
        return None, n_labeled
    if any(a.asks("labeled", "pending") for a in s.atoms()):
        for there in parts:
            check_values(there, s.needs & there.names)
    if any(a.asks("reference") for a in s.atoms()):
        for part, word in ((labeled, "labelled"), (pending, "pending")):
            if part is not None and len(part):
                check_names(part, _vector_needs(s), called, f"the {word} samples have")
                check_values(part, _vector_needs(s))
    return View(concat(parts), 0), n_labeled


def _vector_needs(s: Strategy) -> frozenset[str]:
    """What the labelled samples must have for their vectors to be made: the embedders' needs, else the embeddings."""
    makers: list[Strategy] = [a for a in s.atoms() if a.gives]
    return reduce(Pipe, makers).needs if makers else frozenset({"embeddings"})


def _by_id(signals: Signals) -> Signals:
    """Known samples go in by id: in which order they were labelled is nothing to a strategy."""
    return signals.take(np.argsort(signals.ids))


def _labels(labels: Any, labeled: Signals | None) -> np.ndarray | None:
    if labels is None:
        return None
    n = 0 if labeled is None else len(labeled)
    y = np.asarray(labels)
    if y.shape != (n,):
        raise BadSignal(f"labels must be ({n},), one for each labelled sample, not {y.shape}")
    return y if labeled is None else y[np.argsort(labeled.ids)]


def _costs(costs: Any, signals: Signals) -> np.ndarray | None:
    if costs is None:
        return None
    c = np.asarray(costs, dtype=np.float64)
    if c.shape != (len(signals),):
        raise BadSignal(f"costs must be ({len(signals)},), one for each sample, not {c.shape}")
    bad = np.flatnonzero(~(np.isfinite(c) & (c > 0)))
    if len(bad):
        row = int(bad[0])
        raise BadSignal(f"costs must be above 0: row {row} (sample {ops.hex_id(signals.ids[row])}) has {c[row]}")
    return c
