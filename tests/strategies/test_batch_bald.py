"""BatchBALD: golden values, equality with enumeration, and the mistakes of others."""

from itertools import product

import numpy as np
import pytest

from askance import contract, ops
from askance.errors import BadSignal, BadStrategy
from askance.select import select
from askance.shards import select_lockstep
from askance.signals import Signals
from askance.strategies.committee.beliefs import Beliefs, doubt_left, each_told, information, prior, thinned, told

X = [[0.9, 0.1], [0.1, 0.9]]
Z = [[0.6, 0.4], [0.4, 0.6]]


def pool(*members: object) -> Signals:
    m = np.asarray(members, float)
    return Signals(ops.key_ids(0, len(m)), {"members": m})


def random_members(n: int, size: int = 5, classes: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.5), (n, size))


def joint_information(members: np.ndarray) -> float:
    """Mutual information of the labels and the model by the definition: over all outcomes.  members (b, S, C)."""
    b, _, classes = members.shape
    total = 0.0
    for outcome in product(range(classes), repeat=b):
        each = np.prod([members[i, :, y] for i, y in enumerate(outcome)], axis=0)
        p = each.mean()
        total -= p * np.log(p) if p > 0 else 0.0
    return float(total - ops.entropy_of(members).mean(1).sum())


def by_definition(members: np.ndarray, k: int) -> list[int]:
    picked: list[int] = []
    for _ in range(k):
        rest = [i for i in range(len(members)) if i not in picked]
        picked.append(max(rest, key=lambda i: joint_information(members[[*picked, i]])))
    return picked


def test_golden_two_copies_tell_less_than_twice() -> None:
    twins = select("batch_bald", pool(X, X), 2)
    assert twins.utility[0] == pytest.approx(0.3680642, abs=1e-7)
    assert twins.utility.sum() == pytest.approx(0.5143747, abs=2e-7)
    other = select("batch_bald", pool(X, Z), 2)
    assert other.utility.sum() == pytest.approx(0.3753445, abs=2e-7)


def test_picks_and_values_are_those_of_the_definition() -> None:
    members = random_members(12)
    batch = select("batch_bald", pool(*members), 4)
    rows = [int(np.flatnonzero(pool(*members).ids == i)[0]) for i in batch.ids]
    assert rows == by_definition(members, 4)
    assert batch.utility.sum() == pytest.approx(joint_information(members[rows]), abs=1e-6)


def test_the_first_pick_is_bald() -> None:
    signals = pool(*random_members(30))
    first, bald = select("batch_bald", signals, 1), select("bald", signals, 1)
    assert first.ids.tolist() == bald.ids.tolist()
    assert first.utility[0] == pytest.approx(bald.utility[0], abs=1e-6)


def test_drawn_states_come_close_to_all_of_them() -> None:
    members = random_members(40, size=8)
    signals = pool(*members)
    exact, drawn = (select(f"batch_bald(states={states})", signals, 5).utility for states in (4096, 300))
    assert exact[:4] == pytest.approx(drawn[:4], abs=1e-6)  # 81 * 3 states still fit
    assert exact.sum() == pytest.approx(drawn.sum(), rel=0.03)


def test_ties_never_give_a_sample_twice() -> None:
    for seed in range(20):  # scikit-activeml 1.0: 9 of 20 seeds had duplicates
        got = select("batch_bald", pool(*[X] * 10), 6, seed=seed).ids
        assert len(set(got.tolist())) == 6


def test_shards_in_lockstep_pick_the_same_also_with_drawn_states() -> None:
    signals = pool(*random_members(40))
    one = select("batch_bald(states=30)", signals, 8, seed=3).ids.tolist()
    shards = [lambda i=i: signals.take(np.arange(i, 40, 3)) for i in range(3)]
    assert select_lockstep("batch_bald(states=30)", shards, 8, seed=3).ids.tolist() == one


def test_the_states_of_a_label_are_bayes_rule() -> None:
    after = told(prior(2), np.array(X))
    assert after.mass == pytest.approx([0.5, 0.5])
    assert after.belief == pytest.approx(np.array([[0.9, 0.1], [0.1, 0.9]]))
    assert after.mean == pytest.approx([0.5, 0.5])


def test_impossible_labels_are_no_states() -> None:
    after = told(prior(2), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    assert len(after) == 2
    assert after.belief.tolist() == [[1, 0], [0, 1]]


def test_thinning_keeps_the_mass_and_is_fair() -> None:
    rng = np.random.default_rng(0)
    full = Beliefs(rng.dirichlet(np.ones(3), 50), rng.dirichlet(np.ones(50)))
    means = []
    for start in (np.arange(200) + 0.5) / 200:
        some = thinned(full, 10, float(start))
        assert len(some) <= 10
        assert some.mass.sum() == pytest.approx(1)
        means.append(some.mean)
    assert np.mean(means, 0) == pytest.approx(full.mean, abs=0.003)  # unbiased over the start
    assert thinned(full, 50, 0.5) is full


def test_blocks_do_not_show() -> None:
    members = random_members(20)
    beliefs = each_told(members[:4])
    assert doubt_left(members, beliefs, cells=1) == pytest.approx(doubt_left(members, beliefs))
    assert information(members, prior(5)) == pytest.approx(0)


def test_a_committee_of_one_says_what_is_needed_and_what_is_there() -> None:
    alone = Signals(ops.key_ids(0, 5), {"members": np.full((5, 1, 3), 1 / 3)})
    for name in ("batch_bald", "bald", "vote_entropy", "epig"):
        with pytest.raises(BadSignal, match=r"at least 2 members, and members \(5, 1, 3\) has 1"):
            select(name, alone, 2)
    assert len(select("entropy", alone, 2)) == 2  # what reads their mean does not mind


def test_wrong_parameters_are_named() -> None:
    with pytest.raises(BadStrategy, match="batch_bald: states must be 2 or more, not 1"):
        select("batch_bald(states=1)", pool(X), 1)


def test_contract_after_a_prefilter() -> None:
    contract.verify("bald | top(x=5) | batch_bald")
