"""EPIG and its relatives: golden values, equality with the definition, and whose labels count."""

import numpy as np
import pytest

from askance import ops
from askance.select import select
from askance.signals import Signals
from askance.strategies.committee.epig import at_random, gain

X = np.array([[[0.9, 0.1], [0.1, 0.9]]])
SAME = np.array([[[0.7, 0.3], [0.7, 0.3]]])  # members agree: its label tells nothing


def random_members(n: int, size: int = 5, classes: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.5), (n, size))


def by_definition(members: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Mean over the targets of the Kullback-Leibler divergence of p(y, y*) from p(y) p(y*)."""
    joint = np.einsum("nsc,tsd->ntcd", members, targets) / members.shape[1]
    apart = np.einsum("nc,td->ntcd", members.mean(1), targets.mean(1))
    return (joint * np.log(joint / apart)).sum((2, 3)).mean(1)


def test_golden() -> None:
    assert gain(X, X, 0, 4096) == pytest.approx(0.2217537, abs=1e-7)
    assert select("epig", Signals([7], {"members": X}), 1).utility == pytest.approx(0.2217537, abs=1e-7)


def test_nothing_is_gained_for_a_target_that_no_label_tells_about() -> None:
    assert gain(X, SAME, 0, 4096) == pytest.approx(0)
    assert gain(SAME, X, 0, 4096) == pytest.approx(0)


def test_equals_the_definition() -> None:
    members, targets = random_members(20), random_members(7, seed=1)
    assert gain(members, targets, 0, 4096) == pytest.approx(by_definition(members, targets), abs=1e-7)


def test_drawn_states_come_close_to_all_of_them() -> None:
    members, targets = random_members(20), random_members(60, seed=1)
    exact = gain(members, targets, 0, 4096)
    assert gain(members, targets, 0, 150) == pytest.approx(exact, abs=0.02)
    assert np.corrcoef(gain(members, targets, 0, 150), exact)[0, 1] > 0.9


def test_is_never_above_bald_and_joint_epig_is_between() -> None:
    signals = Signals(ops.key_ids(0, 50), {"members": random_members(50)})

    def scores(name: str) -> np.ndarray:
        batch = select(name, signals, 50)
        return np.asarray(batch.utility[np.argsort(batch.ids)])

    bald, epig, joint = scores("bald"), scores("epig(targets=6)"), scores("joint_epig(targets=6)")
    assert (epig <= joint + 1e-6).all()
    assert (joint <= bald + 1e-6).all()
    many = scores("joint_epig(targets=50)")
    assert np.abs(bald - many).mean() < np.abs(bald - joint).mean() < np.abs(bald - epig).mean()


def test_targets_are_drawn_from_the_pool_and_not_from_the_labelled() -> None:
    """baal 2.0 takes the labelled set for the distribution that matters."""
    signals = Signals(ops.key_ids(0, 40), {"members": random_members(40)})
    labeled = Signals(ops.key_ids(100, 8), {"members": random_members(8, seed=5)})
    plain = select("epig", signals, 5)
    assert select("epig", signals, 5, labeled=labeled, labels=np.zeros(8)).ids.tolist() == plain.ids.tolist()
    rows = at_random(signals.ids, 3, 10)
    assert len(set(rows.tolist())) == 10
    assert set(at_random(signals.ids, 3, 4)) <= set(rows)


def test_targeted_epig_asks_about_what_the_model_is_for() -> None:
    """Two groups whose labels tell nothing of each other: members 0, 1 differ on one, members 0, 2 on the other."""
    one = np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9]])
    other = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]])
    members = np.stack([one] * 10 + [other] * 10)
    for wanted in (np.arange(20) < 10, np.arange(20) >= 10):
        signals = Signals(ops.key_ids(0, 20), {"members": members, "target": wanted.astype(float)})
        batch = select("targeted_epig(targets=5)", signals, 10)
        assert set(batch.ids.tolist()) == set(signals.ids[wanted].tolist())
