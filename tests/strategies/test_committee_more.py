"""Committee disagreements, the parts of doubt, BEMPS and ACS-FW: golden values and equality with the definitions."""

import numpy as np
import pytest

from askance import ops
from askance.errors import BadSignal
from askance.select import select
from askance.signals import Signals
from askance.spec import parse
from askance.strategies.committee.acs_fw import log_likelihoods
from askance.strategies.committee.core_mse import score_changes
from askance.view import View

THREE = np.array([[[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]]])  # reference/golden.md


def random_members(n: int, size: int = 5, classes: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.5), (n, size))


def pool(members: np.ndarray) -> Signals:
    return Signals(ops.key_ids(0, len(members)), {"members": members})


def scores(name: str, members: np.ndarray) -> np.ndarray:
    signals = pool(members)
    batch = select(name, signals, len(members))
    return np.array([batch.utility[batch.ids == i][0] for i in signals.ids])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("soft_vote_entropy", 1.0986123),
        ("aleatoric", 0.7475563),
        ("epistemic", 0.3510560),
        ("jensen_shannon", 0.3510560),
    ],
)
def test_golden(name: str, value: float) -> None:
    assert scores(name, THREE) == pytest.approx(value, abs=1e-6)


def test_doubt_is_the_sum_of_its_parts() -> None:
    members = random_members(20)
    total = scores("aleatoric + epistemic", members)
    assert total == pytest.approx(scores("consensus_entropy", members))


def test_output_variance() -> None:
    outputs = np.array([[2.5, 3.5, 4.0], [1.0, 1.0, 1.0], [0.0, 3.0, 0.0]])
    signals = Signals([5, 6, 7], {"outputs": outputs})
    batch = select("output_variance", signals, 3)
    assert batch.ids.tolist() == [7, 5, 6]
    assert batch.utility == pytest.approx([2.0, outputs[0].var(), 0.0])
    twice = Signals([5, 6, 7], {"outputs": np.stack([outputs, 2 * outputs], 2)})
    assert select("output_variance", twice, 3).utility == pytest.approx(5 * batch.utility)
    with pytest.raises(BadSignal, match="at least 2 members; there is 1 in outputs of shape"):
        select("output_variance", Signals([5, 6, 7], {"outputs": outputs[:, :1]}), 1)


def brier_gain(members: np.ndarray, x: int, target: int) -> float:
    """Expected squared move of the mean prediction of `target` when the label of `x` is told, by Bayes' rule."""
    before, gain = members[target].mean(0), 0.0
    for y in range(members.shape[2]):
        weight = members[x, :, y]
        after = weight @ members[target] / weight.sum()
        gain += weight.mean() * float(((after - before) ** 2).sum())
    return gain


def test_core_mse_is_the_expected_gain_of_the_brier_score() -> None:
    members = random_members(9)
    wanted = [np.mean([brier_gain(members, x, t) for t in range(9)]) for x in range(9)]
    assert scores("core_mse", members) == pytest.approx(wanted, abs=1e-8)


def test_core_mse_lets_an_impossible_class_be() -> None:
    members = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]]])
    assert scores("core_mse", members) == pytest.approx([0.25, 0.0])  # half the pool moves by (.5, -.5) or back


def test_score_changes_are_those_of_each_target() -> None:
    members = random_members(8)
    ids = ops.key_ids(0, 8)
    changes = score_changes.fn(members, ids, 0, targets=8)
    wanted = np.array([[brier_gain(members, x, t) for t in range(8)] for x in range(8)])
    assert np.sort(changes, 1) == pytest.approx(np.sort(wanted, 1), abs=1e-8)  # the targets come in the order drawn
    assert changes.mean(1) == pytest.approx(scores("core_mse", members), abs=1e-8)


def test_core_log_is_epig() -> None:
    members = random_members(30)
    assert scores("core_log(targets=7)", members).tolist() == scores("epig(targets=7)", members).tolist()


def test_bemps_does_not_ask_the_same_thing_twice() -> None:
    """Ten copies of the best sample and one of the second best: the best by score alone are copies."""
    one = np.array([[0.95, 0.05], [0.05, 0.95], [0.95, 0.05], [0.05, 0.95]])
    other = np.array([[0.8, 0.2], [0.8, 0.2], [0.2, 0.8], [0.2, 0.8]])
    signals = pool(np.stack([one] * 10 + [other]))
    odd = int(signals.ids[10])
    assert odd not in select("core_mse", signals, 2).ids.tolist()
    assert odd in select("bemps", signals, 2).ids.tolist()


def test_log_likelihoods_are_minus_the_divergence_from_the_mean() -> None:
    members = random_members(6)
    mean = members.mean(1, keepdims=True)
    divergence = (mean * np.log(mean / members)).sum(2)
    assert log_likelihoods.fn(members) == pytest.approx(-divergence / np.sqrt(5))
    assert log_likelihoods.fn(np.full((2, 3, 4), 0.25)) == pytest.approx(0)


def frank_wolfe_by_the_paper(rows: np.ndarray, count: int) -> list[int]:
    """Algorithm 1: at every step the best of all, with or without weight already.  -> the distinct ones in order."""
    lengths = np.linalg.norm(rows, axis=1)
    goal, made, order = rows.sum(0), np.zeros(rows.shape[1]), []
    for _ in range(count):
        best = int(((goal - made) @ (rows / lengths[:, None]).T).argmax())
        corner = lengths.sum() / lengths[best] * rows[best]
        share = (corner - made) @ (goal - made) / ((corner - made) @ (corner - made))
        made = made + share * (corner - made)
        order += [best] if best not in order else []
    return order


def test_acs_fw_takes_the_steps_of_the_paper() -> None:
    members = random_members(40, size=20)
    wanted = frank_wolfe_by_the_paper(log_likelihoods.fn(members), 9)
    signals = pool(members)
    got = select("acs_fw", signals, len(wanted)).ids
    assert len(wanted) >= 5
    assert got.tolist() == signals.ids[wanted].tolist()


def test_frank_wolfe_approaches_the_sum() -> None:
    """The weighted picks come closer to the pool than the first alone, and twins are not both needed."""
    axes = np.repeat(np.eye(3), [10, 10, 10], axis=0) * np.linspace(1, 1.5, 30)[:, None]
    signals = Signals(ops.key_ids(0, 30), {"embeddings": axes})
    rows = [int(np.flatnonzero(signals.ids == i)[0]) // 10 for i in select("frank_wolfe", signals, 3).ids]
    assert sorted(rows) == [0, 1, 2]


def test_frank_wolfe_does_not_choose_what_has_no_length() -> None:
    rows = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    signals = Signals(ops.key_ids(0, 4), {"embeddings": rows})
    assert set(select("frank_wolfe", signals, 2).ids.tolist()) == set(signals.ids[[1, 2]].tolist())
    nothing = Signals(ops.key_ids(0, 4), {"embeddings": 0 * rows})
    assert len(select("frank_wolfe", nothing, 4)) == 4


def test_gradients_may_be_summed_without_being_built() -> None:
    rng = np.random.default_rng(0)
    signals = Signals(
        ops.key_ids(0, 30), {"probs": rng.dirichlet(np.ones(3), 30), "embeddings": rng.normal(size=(30, 4))}
    )

    built = parse("gradients")(View(signals, 3)).get("vectors").array()
    plain = select("frank_wolfe", Signals(signals.ids, {"embeddings": built}), 5)
    assert select("gradients | frank_wolfe", signals, 5).ids.tolist() == plain.ids.tolist()
