"""The policy of PAL decides in a stream as it did in training, within the budget, and says what is wrong."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from policy_streams import UTILITIES, arrivals, ran
from sklearn.datasets import load_digits

from askance import ops
from askance.errors import BadConfig, BadStrategy, MissingSignal
from askance.pal import Episodes, Plan, read, train, write
from askance.pal.training import learned, split
from askance.policies import Ledger, pal, parse_policy, plain
from askance.signals import Signals
from askance.stream import Decision, stream


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    x, y = load_digits(return_X_y=True)
    place = tmp_path_factory.mktemp("pal") / "pal.json"
    write(place, train(x[:700], y[:700], 0.2, seed=1, plan=Plan(episodes=16, arrivals=150, before=50)))
    return place


@pytest.mark.parametrize("length", [0, 160])
def test_it_decides_in_a_stream_as_it_did_in_an_episode(file: Path, length: int) -> None:
    """A whole episode again through `stream`, with a model that learns between arrivals."""
    x, y = load_digits(return_X_y=True)
    pool = split(x[:700], y[:700], 0.4, np.random.default_rng(0))
    orders = np.random.default_rng(1).permutation(len(pool.y))[None, :180]
    play = Episodes(pool, orders, 20, 0.2, np.array([length > 0]))
    model = Episodes(pool, orders, 20, 0.2, np.array([False])).models[0]
    policy = parse_policy(f"pal(path={str(file)!r}, budget=0.2, length={length})")
    state = policy.init()
    asks = []
    for row in orders[0, 20:].tolist():
        wanted = learned(read(file).network, play.step.states) & play.step.may
        arrival = Signals(ops.key_ids(row, 1), {"probs": model.probs(pool.x[[row]]), "embeddings": pool.x[[row]]})
        (decision,) = stream("margin", [arrival], policy, state)
        assert decision.ask == wanted[0]
        asks.append(decision.ask)
        if decision.ask:
            model.learn(pool.x[[row]], pool.y[[row]])
        play.act(wanted)
        state = decision.state
        if play.seen % 40 == 0:
            state = policy.restore(json.loads(json.dumps(plain(state), allow_nan=False)))
            assert state == decision.state
        if play.over.all():
            break
    assert 5 < sum(asks) <= 0.2 * 160 + 1
    assert sum(asks) < len(asks) * 0.9


KINDS = ("iid", "rising", "constant", "zero", "drifting")


def decisions(policy: pal, signals: Signals, size: int) -> Iterator[Decision]:
    parts = [signals.take(np.arange(n, min(n + size, len(signals)))) for n in range(0, len(signals), size)]
    return stream("margin", parts, policy, seed=3)


@pytest.mark.parametrize("kind", KINDS)
def test_within_the_budget_and_alike_in_any_chunks(file: Path, kind: str) -> None:
    what = arrivals(UTILITIES[kind][:400])
    columns = {"probs": np.array([a.probs for a in what]), "embeddings": np.array([a.vector for a in what])}
    signals = Signals(ops.key_ids(0, len(what)), columns)
    policy = pal(path=str(file), budget=0.15)
    once = [d.ask for d in decisions(policy, signals, 1)]
    assert (np.cumsum(once) <= 0.15 * np.arange(1, len(once) + 1) + 1).all()
    for size in (7, 100, 10_000):
        assert [d.ask for d in decisions(policy, signals, size)] == once


def test_the_one_that_comes_along_is_read_and_small() -> None:
    assert pal().trained.budget == 0.1
    from askance.policies.pal import OURS

    assert OURS.stat().st_size < 10_000
    assert repr(parse_policy("pal")) == "pal(budget=0.1, path='', length=0)"


def test_its_state_is_bounded_whatever_comes() -> None:
    states = ran(pal(budget=1.0), arrivals(UTILITIES["iid"][:500])).states
    assert len(str(plain(states[250]))) * 1.2 > len(str(plain(states[-1])))
    assert states[0] == Ledger(own=pal().start())


@pytest.mark.parametrize(
    ("text", "error", "part"),
    [
        ("pal(path='missing.json')", BadConfig, "cannot read the policy missing.json"),
        ("pal(path=3)", BadStrategy, "path must be a word in quotes"),
        ("pal(length=-1)", BadStrategy, "length must be 0 or more"),
        ("pal(budget=0)", BadStrategy, "above 0 and up to 1"),
    ],
)
def test_a_wrong_text_says_what_is_wrong(text: str, error: type[Exception], part: str) -> None:
    with pytest.raises(error, match=part):
        parse_policy(text)


def test_without_embeddings_it_says_so() -> None:
    signals = Signals(ops.key_ids(0, 3), {"probs": np.full((3, 2), 0.5)})
    with pytest.raises(MissingSignal, match="embeddings"):
        list(stream("margin", [signals], pal()))
