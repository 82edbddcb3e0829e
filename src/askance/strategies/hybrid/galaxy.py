"""GALAXY: each class's samples in a line, and the stretches bisected in which its labels change."""

from collections.abc import Iterator
from heapq import heappop, heappush

import numpy as np

from askance import ops
from askance.errors import BadStrategy
from askance.strategies.hybrid.direct import named_columns
from askance.strategy import Picks, strategy

FREE, ASKED = 0, 1  # what a row of the line is; labelled rows are OTHERS or MINE
OTHERS, MINE = 2, 3


@strategy(
    "Zhang, Katz-Samuels & Nowak 2022, arXiv:2202.01402",
    labelled=True,
    fails={"names_of_classes_are_irrelevant": "labels must say which column is which class: see `direct`"},
    cost="O(C (N + L) log (N + L))",
)
def galaxy(probs, labeled, labels, pending, ids, k, seed, learner) -> Picks:
    """The rows that bisect the shortest stretches between labels that differ, class by class.  (N, C) -> k rows.

    For each class all samples stand in a line by its probability less the largest, and where that is the largest, by it
    alone.  Two labelled ones that follow each other, one of the class and one not, have a cut between them.  The middle
    of the shortest such stretch is asked; where none is left, the nearest to a cut.  Classes take turns, the one with
    the fewest labels first.  As published, each answer is known before the next question.  In a batch it is not: a
    stretch of n rows gets as many picks as bisecting it would take, evenly spread, ceil(log2(n + 1)), pending ones
    among them; so with k = 1 this is the published walk.  What column is which class: see `direct`.
    """
    if not len(ids):
        return np.arange(0)
    if labels is None:
        raise BadStrategy("galaxy looks for cuts between labels, so it needs the labels of the labelled samples")
    everyone = [(ids, probs), (labeled.ids, labeled["probs"])]
    if pending is not None and len(pending):
        everyone.append((pending.ids, pending["probs"]))
    tie = ops.noise(seed, np.concatenate([names for names, _ in everyone]))
    scores = np.concatenate([places(np.asarray(p)) for _, p in everyone])
    kind = np.repeat([FREE, OTHERS, ASKED][: len(everyone)], [len(p) for _, p in everyone])
    lines = []
    for c, mine in classes(labels, probs.shape[1], learner, seed):
        line = np.lexsort((tie, scores[:, c]))
        kind[len(ids) : len(ids) + len(mine)] = np.where(mine, MINE, OTHERS)
        lines.append(line[wanted(kind[line], tie[line], k)])
    return in_turns([*lines, np.argsort(tie[: len(ids)])], k)


def classes(labels, width: int, learner, seed: int) -> Iterator[tuple[int, np.ndarray]]:
    """(column, which labels are of it) for every class that has a label, the fewest first; none where all are alike."""
    columns = named_columns(labels, width, learner)
    if columns is None:
        return
    members = [np.asarray(labels) == name for name in columns]
    counts = np.array([m.sum() for m in members])
    for c in np.lexsort((ops.noise(seed, np.arange(width, dtype=np.uint64)), counts)):
        if 0 < counts[c] < len(labels):
            yield int(c), members[c]


def places(probs: np.ndarray) -> np.ndarray:
    """Where each stands in the line of each class: p - max where another is likelier, else p.  (N, C) -> (N, C)."""
    most = probs.max(1, keepdims=True)
    return np.where(probs == most, probs, probs - most)


def wanted(kind: np.ndarray, tie: np.ndarray, k: int) -> np.ndarray:
    """Places in one line worth asking, best first.  kind (M,) of each place, tie (M,) -> (m,) free places, m <= 2 k."""
    known = np.flatnonzero(kind >= OTHERS)
    turn = np.flatnonzero(kind[known[1:]] != kind[known[:-1]])
    low, high = known[turn], known[turn + 1]  # each cut lies between these two places
    first: list[int] = []
    for i in np.argsort(high - low, kind="stable"):
        if len(first) < k:
            first += bisected(kind[low[i] + 1 : high[i]], int(low[i]) + 1, k - len(first))
    free = np.flatnonzero(kind == FREE)
    away = np.full(len(free), np.inf)
    if len(low):
        after = np.searchsorted(high, free)  # the first cut that does not end before this place
        there, back = np.minimum(after, len(low) - 1), np.maximum(after - 1, 0)
        away = np.where(after < len(low), np.maximum(low[there] - free, 0), np.inf)
        away = np.minimum(away, np.where(after > 0, free - high[back], np.inf))
    near = free[np.lexsort((tie[free], away))[:k]]
    return np.concatenate([np.array(first, np.int64), near])


def bisected(kind: np.ndarray, start: int, most: int) -> list[int]:
    """The middle of the stretch, then of its longest rest.  kind (n,) FREE or ASKED -> places from `start`."""
    asked = np.flatnonzero(kind == ASKED)
    rests: list[tuple[int, int]] = []  # (-length, where it begins)
    for begin, end in zip([0, *(asked + 1).tolist()], [*asked.tolist(), len(kind)], strict=True):
        heappush(rests, (begin - end, begin))
    picks: list[int] = []
    for _ in range(min(most, len(kind).bit_length() - len(asked))):
        length, begin = heappop(rests)
        if length == 0:
            break
        middle = begin + (-length - 1) // 2
        picks.append(start + middle)
        heappush(rests, (begin - middle, begin))
        heappush(rests, (middle + 1 - begin + length, middle + 1))
    return picks


def in_turns(lines: list[np.ndarray], k: int) -> np.ndarray:
    """One row of each line in turn that nobody took before; the last line fills up what they leave."""
    taken: dict[int, None] = {}
    waiting = [iter(line.tolist()) for line in lines[:-1]]
    while waiting and len(taken) < k:
        for line in list(waiting):
            row = next((r for r in line if r not in taken), None)
            if row is None:
                waiting.remove(line)
            elif len(taken) < k:
                taken[row] = None
    for row in lines[-1].tolist():
        if len(taken) >= k:
            break
        taken.setdefault(row, None)
    return np.array(list(taken), np.int64)
