"""Parts that draw a batch by its utilities: epsilon-greedy, Boltzmann, soft rank, and the recipes over BALD."""

import numpy as np
import pytest

from askance import contract, ops
from askance.errors import BadStrategy
from askance.select import select
from askance.shards import select_lockstep, select_shards
from askance.signals import Signals

PROBS = np.array([[0.5, 0.5], [0.6, 0.4], [0.75, 0.25], [0.9, 0.1]])  # least confidence .5, .4, .25, .1
FOUR = Signals(ops.key_ids(0, 4), {"probs": PROBS})


def shares(strategy: str, draws: int = 1500) -> np.ndarray:
    """How often each of the four is the first pick."""
    firsts = [int(select(strategy, FOUR, 1, seed=s).ids[0]) for s in range(draws)]
    return np.array([firsts.count(int(i)) for i in FOUR.ids]) / draws


def big(n: int = 60) -> Signals:
    return Signals(ops.key_ids(0, n), {"probs": np.random.default_rng(0).dirichlet(np.ones(3), n)})


def test_boltzmann_draws_by_the_softmax() -> None:
    weight = np.exp(np.array([0.5, 0.4, 0.25, 0.1]) / 0.2)
    assert shares("least_confidence | boltzmann(temperature=0.2)") == pytest.approx(weight / weight.sum(), abs=0.04)


def test_softrank_draws_by_the_rank() -> None:
    weight = 1 / np.array([1, 2, 3, 4])
    assert shares("least_confidence | softrank") == pytest.approx(weight / weight.sum(), abs=0.04)


def test_softrank_shares_the_rank_of_ties() -> None:
    even = Signals(FOUR.ids, {"probs": PROBS[[0, 1, 1, 3]]})
    firsts = [int(select("least_confidence | softrank", even, 1, seed=s).ids[0]) for s in range(1500)]
    weight = np.array([1, 1 / 2.5, 1 / 2.5, 1 / 4])
    got = np.array([firsts.count(int(i)) for i in even.ids]) / 1500
    assert got == pytest.approx(weight / weight.sum(), abs=0.04)


def test_a_cold_boltzmann_takes_the_top_and_overflows_nowhere() -> None:
    top = select("margin", big(), 10).ids.tolist()
    assert select("margin | boltzmann(temperature=1e-6)", big(), 10).ids.tolist() == top
    keys = select("margin * 1000.0 | boltzmann", big(), 60).utility
    assert np.isfinite(keys).all()
    assert (keys >= 0).all()


def test_boltzmann_in_shards_is_exact() -> None:
    signals = big()
    one = select("margin | boltzmann(temperature=0.3)", signals, 12, seed=2)
    parts = [lambda i=i: signals.take(np.arange(i, 60, 4)) for i in range(4)]
    many = select_shards("margin | boltzmann(temperature=0.3)", parts, 12, seed=2)
    assert many.exact
    assert many.ids.tolist() == one.ids.tolist()


def test_epsilon_of_zero_is_greedy_and_of_one_is_random() -> None:
    signals = big()
    assert (
        select("margin | epsilon_greedy(epsilon=0.0)", signals, 9).ids.tolist()
        == select("margin", signals, 9).ids.tolist()
    )
    counts = np.zeros(60)
    for seed in range(60):
        counts += np.isin(signals.ids, select("margin | epsilon_greedy(epsilon=1.0)", signals, 6, seed=seed).ids)
    ranked = counts[np.argsort(-select("margin", signals, 60).utility)]
    assert abs(ranked[:30].sum() - 180) < 40  # the best half is drawn as often as the other


def test_epsilon_is_the_share_that_is_drawn_blindly() -> None:
    signals, blind = big(), 0
    for seed in range(40):
        batch = select("margin | epsilon_greedy(epsilon=0.25)", signals, 10, seed=seed)
        note = batch.notes["epsilon_greedy(epsilon=0.25)"]
        seen = batch.notes["margin"][note >= 0]
        assert (np.diff(seen) <= 0).all()  # the others come best first
        blind += int((note < 0).sum())
    assert 70 <= blind <= 130


def test_epsilon_greedy_in_lockstep_is_exact() -> None:
    signals = big()
    one = select("margin | epsilon_greedy(epsilon=0.5)", signals, 12, seed=2).ids.tolist()
    for count in (1, 2, 8):
        parts = [lambda i=i, c=count: signals.take(np.arange(i, 60, c)) for i in range(count)]
        assert select_lockstep("margin | epsilon_greedy(epsilon=0.5)", parts, 12, seed=2).ids.tolist() == one


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("margin | epsilon_greedy(epsilon=1.5)", "epsilon_greedy: epsilon must be from 0.0 to 1.0, not 1.5"),
        ("margin | boltzmann(temperature=0)", "boltzmann: temperature must be 1e-06 or more, not 0"),
        ("margin | softrank(beta=-1)", "softrank: beta must be 0.0 or more, not -1"),
    ],
)
def test_wrong_parameters_are_named(text: str, said: str) -> None:
    with pytest.raises(BadStrategy, match=said):
        select(text, FOUR, 1)


def test_contract_of_a_greedy_part() -> None:
    contract.verify("margin | epsilon_greedy")
