"""2-BALD: golden values, equality with its definition over all pairs of labels, and with BatchBALD for two picks."""

import numpy as np
import pytest

from askance import ops
from askance.select import select
from askance.signals import Signals

X = [[0.9, 0.1], [0.1, 0.9]]
Z = [[0.6, 0.4], [0.4, 0.6]]


def pool(*members: object) -> Signals:
    m = np.asarray(members, float)
    return Signals(ops.key_ids(0, len(m)), {"members": m})


def rows(signals: Signals, text: str, k: int) -> list[int]:
    return [int(np.flatnonzero(signals.ids == i)[0]) for i in select(text, signals, k).ids]


def entropy(p: np.ndarray) -> float:
    return float(-(p[p > 0] * np.log(p[p > 0])).sum())


def shared(a: np.ndarray, b: np.ndarray) -> float:
    """Mutual information of two labels by the table of both.  members (S, C) each."""
    both = np.mean([np.outer(p, q) for p, q in zip(a, b, strict=True)], axis=0)
    return entropy(both.sum(1)) + entropy(both.sum(0)) - entropy(both.ravel())


def gain(members: np.ndarray, i: int, picked: list[int]) -> float:
    own = entropy(members[i].mean(0)) - float(np.mean([entropy(p) for p in members[i]]))
    return own - sum(shared(members[i], members[j]) for j in picked)


def test_golden_two_copies_tell_less_than_twice() -> None:
    assert select("two_bald", pool(X, X), 2).utility == pytest.approx([0.3680642, 0.5143747 - 0.3680642], abs=2e-7)
    assert select("two_bald", pool(X, Z), 2).utility.sum() == pytest.approx(0.3753445, abs=2e-7)


def test_picks_and_scores_are_those_of_the_definition() -> None:
    members = np.random.default_rng(0).dirichlet(np.full(3, 0.5), (14, 6))
    batch = select("two_bald", pool(*members), 6)
    picked: list[int] = []
    for sample, said in zip(batch.ids, batch.utility, strict=True):
        row = int(np.flatnonzero(pool(*members).ids == sample)[0])
        values = {i: gain(members, i, picked) for i in range(14) if i not in picked}
        assert values[row] == pytest.approx(max(values.values()), abs=1e-6)
        assert said == pytest.approx(max(values[row], 0.0), abs=1e-6)
        picked.append(row)


def test_for_two_picks_it_is_batch_bald() -> None:
    for seed in range(5):
        signals = pool(*np.random.default_rng(seed).dirichlet(np.full(4, 0.4), (20, 5)))
        assert rows(signals, "two_bald", 2) == rows(signals, "batch_bald", 2)


def test_below_zero_the_order_is_kept() -> None:
    """Copies of one sample share more with the picks than they tell: each further one is worth less, and none is chosen
    before what still tells something."""
    signals = pool(*[X] * 6, Z, Z)
    picks = rows(signals, "two_bald", 8)
    scores = select("two_bald", signals, 8).utility
    members = signals["members"]
    assert [i >= 6 for i in picks[:3]] != [False] * 3
    assert (scores >= 0).all()
    for t in range(8):
        values = [round(gain(members, i, picks[:t]), 6) for i in range(8) if i not in picks[:t]]
        assert round(gain(members, picks[t], picks[:t]), 6) == max(values)
