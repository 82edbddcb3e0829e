"""One shot: opens a pool, asks a learner what it thinks, and chooses.  What `askance select` does.  Floor 6."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from askance import ops
from askance.errors import BadLabel, BadSignal, MissingSignal
from askance.learners import SemiSupervised
from askance.progress import bar, track
from askance.protocols import Learner, Pool
from askance.samples import Samples
from askance.select import Batch, select, whole
from askance.shards import Shard, exact_prefix, select_shards
from askance.signals import GIVERS, Signals, concat, listed
from askance.spec import parse
from askance.strategy import Strategy
from askance.usual import named, with_derived

SHARD_BYTES = 64 << 20  # of signals at a time, where no other number of rows is asked for
SHARD_ROWS = 4096  # of samples at a time, where a learner has to look at them


@dataclass(frozen=True)
class Picked:
    """What was chosen from `pool`, by what.

    strategy  as it was typed; batch.strategy is what it stands for
    labeled   samples that had a label already
    skipped   {name: why} of samples that nobody could read
    """

    batch: Batch
    pool: Pool
    strategy: str
    learner: str
    labeled: int
    skipped: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        return [str(n) for n in self.pool.take(self.batch.ids).names] if len(self.batch) else []

    def rows(self) -> list[dict[str, Any]]:
        """Best first, as `--json` prints them."""
        said = zip(self.batch.ids, self.names, self.batch.utility, self.batch.why, strict=True)
        return [
            {"id": ops.hex_id(i), "item": name, "rank": rank, "utility": float(u), "why": why}
            for rank, (i, name, u, why) in enumerate(said, 1)
        ]


@dataclass(frozen=True)
class Known:
    """The labelled samples and what the model says of them."""

    samples: Samples
    labels: tuple[str, ...]


def pick(
    pool: Pool,
    k: int,
    strategy: str = "",
    learner: Learner | None = None,
    learner_text: str = "",
    answers: Mapping[int, str] | None = None,
    seed: int = 0,
    rows: int = 0,
) -> Picked:
    """k samples of the pool.  learner None: the pool's own signals are all there is.  rows: a shard's; 0 = fitting.

    Answers are for samples of the pool: the learner is fitted on them, and they are not asked about again.
    """
    known = _known(pool, answers or {})
    has = _says(pool, learner, known)
    cold = learner is not None and known is None
    strategy = named(strategy, has, _fits(pool, learner), cold)
    s = whole(parse(strategy))
    check_needs(strategy, s, has, learner_text, known is not None)
    if learner is not None and known is not None:
        if isinstance(learner, SemiSupervised):
            learner.offer(pool.take(np.setdiff1d(pool.ids, known.samples.ids)), 0)
        learner.fit(known.samples, known.labels, seed=seed)
    skipped: dict[int, str] = {}
    read = _reader(learner, s.needs, skipped)
    shards = _shards(pool, read, rows or _fitting(pool, learner))
    try:
        batch = _choose(s, shards, k, seed, _context(read, known), pool, learner)
    except BadSignal as e:
        raise _naming(e, pool) from None
    unread = {**pool.skipped, **_names(pool, skipped)}
    return Picked(batch, pool, strategy, learner_text, len(known.labels) if known else 0, unread)


def check_needs(text: str, s: Strategy, has: frozenset[str], learner: str, fitted: bool) -> None:
    """A MissingSignal that says what is missing, what there is, and what would bring it."""
    missing = sorted(s.needs - has)
    if not missing:
        return
    who = f"the learner {learner}" if learner else "the pool"
    state = "" if fitted or not learner else " before it has seen a label"
    hints = [f"{m} comes from {GIVERS[m]}" for m in missing if m in GIVERS]
    if learner and not fitted:
        hints.append("--labels FILE says what is labelled already")
        hints.append("typiclust and random choose without labels")
    raise MissingSignal(f"{text} needs {', '.join(missing)}; {who} gives {listed(has)}{state} ({'; '.join(hints)})")


def _context(read: Callable[[Samples], Signals], known: Known | None) -> dict[str, Any]:
    """What a strategy is told of the labelled samples."""
    if known is None:
        return {"labeled": None, "labels": None}
    about = read(known.samples)
    label = dict(zip(known.samples.ids.tolist(), known.labels, strict=True))
    return {"labeled": about, "labels": np.array([label[i] for i in about.ids.tolist()], dtype=object)}


def _naming(e: BadSignal, pool: Pool) -> BadSignal:
    """The same error, with what a person calls the sample: its row alone would be that of a shard."""
    found = re.search(r"sample ([0-9a-f]{16})", str(e))
    if found is None:
        return e
    name = pool.take(np.array([ops.parse_id(found[1])], np.uint64)).names[0]
    return BadSignal(str(e).replace(found[0], f"{found[0]}, {name} of the pool"))


def _known(pool: Pool, answers: Mapping[int, str]) -> Known | None:
    if not answers:
        return None
    ids = np.sort(np.fromiter(answers, np.uint64, len(answers)))
    strangers = ids[~np.isin(ids, pool.ids)]
    if len(strangers):
        raise BadLabel(f"there is a label for {ops.hex_id(strangers[0])}, and no such sample in the pool")
    return Known(pool.take(ids), tuple(answers[i] for i in ids.tolist()))


def _says(pool: Pool, learner: Learner | None, known: Known | None) -> frozenset[str]:
    """The signals that there will be."""
    if learner is None:
        return with_derived(_first(pool).columns) if len(pool) else frozenset()
    return with_derived(learner.provides if known is not None else learner.cold)


def _first(pool: Pool) -> Signals:
    data = pool.take(pool.ids[:1]).data
    assert isinstance(data, Signals)  # a pool of kind "signals" holds nothing else
    return data


def _reader(learner: Learner | None, needs: frozenset[str], skipped: dict[int, str]) -> Callable[[Samples], Signals]:
    """samples -> their signals; whatever cannot be read is added to `skipped`."""

    def read(samples: Samples) -> Signals:
        if learner is None:
            return samples.data
        said = learner.signals(samples, needs)
        skipped.update(said.skipped)
        return said

    return read


def _fitting(pool: Pool, learner: Learner | None) -> int:
    if learner is not None or not len(pool):
        return SHARD_ROWS
    row = sum(a.nbytes for a in _first(pool).columns.values())
    return max(1000, SHARD_BYTES // max(row, 1))


def _shards(pool: Pool, read: Callable[[Samples], Signals], rows: int) -> Iterator[Shard]:
    for load in track(pool.shards(rows), "reading and scoring", -(-len(pool) // rows)):
        yield partial(_loaded, load, read)


def _loaded(load: Callable[[], Samples], read: Callable[[Samples], Signals]) -> Signals:
    return read(load())


def _choose(
    s: Strategy,
    shards: Iterator[Shard],
    k: int,
    seed: int,
    context: dict[str, Any],
    pool: Pool,
    learner: Learner | None,
) -> Batch:
    """Shard by shard where that gives the same picks or nothing else fits into memory, else all at once."""
    if len(pool) and (exact_prefix(s) is not None or not _fits(pool, learner)):
        return select_shards(s, shards, k, seed, learner=learner, **context)
    parts = [load() for load in shards]
    with bar(f"choosing {k}"):
        return select(s, concat(parts) if parts else Signals(pool.ids[:0]), k, seed, learner=learner, **context)


def _fits(pool: Pool, learner: Learner | None) -> bool:
    """Whether the signals of a precomputed pool take at most half of the memory that is free."""
    if learner is not None:
        return True
    from askance.doctor import memory

    free = memory()[1]
    row = sum(a.nbytes for a in _first(pool).columns.values())
    return free is None or 2 * row * len(pool) <= free


def _names(pool: Pool, skipped: Mapping[int, str]) -> dict[str, str]:
    if not skipped:
        return {}
    names = pool.take(np.fromiter(skipped, np.uint64, len(skipped))).names
    return {str(name): why for name, why in zip(names, skipped.values(), strict=True)}
