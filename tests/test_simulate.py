"""The loop in memory: paired, seeded, and honest about what it measures on."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from askance.errors import BadConfig, BadLearner
from askance.history import History, Metric
from askance.learners.spec import make_learner
from askance.metrics import accuracy
from askance.pools import HeldPool, open_pool
from askance.protocols import Learner, Pool
from askance.simulate import simulate


@pytest.fixture(scope="module")
def digits() -> tuple[Pool, dict[int, str]]:
    x, y = load_digits(return_X_y=True)
    pool = open_pool(x[:600] / 16)
    by_row = dict(zip(pool.ids.tolist(), y.astype(str).tolist(), strict=False))
    assert len(pool) == 600
    return pool, by_row


def learner() -> Learner:
    return make_learner("sklearn:LogisticRegression(max_iter=200)", pool_kind="array")


def only_accuracy(truth, probs, classes, share) -> dict[str, Metric]:
    return {f"accuracy@{share}": accuracy(truth, np.asarray(classes)[probs.argmax(1)])}


def play(digits, strategy: str = "margin", **changes) -> History:
    pool, truth = digits
    usual = {"batch": 15, "warmup": 15, "budget": 60, "test": 0.4, "measure": only_accuracy}
    return simulate(pool, learner, strategy, truth, **{**usual, **changes})


def curve(history: History) -> list[float]:
    return [r.metrics["accuracy@test"].value for r in history.rounds if r.metrics]


def test_it_learns_and_ends_with_the_budget(digits) -> None:
    history = play(digits)
    assert [len(r.picks) for r in history.rounds] == [15, 15, 15, 15, 0]
    assert (history.labels, history.budget) == (60, 60)
    assert curve(history)[-1] > curve(history)[0] + 0.1
    assert curve(history)[-1] > 0.75


def test_runs_of_one_seed_are_paired(digits) -> None:
    """The same test share and the same warm-up, whatever the strategy, so that only the strategy differs."""
    a, b, other = play(digits), play(digits, "kcenter"), play(digits, seed=1)
    assert a.rounds[0].picks == b.rounds[0].picks
    assert a.rounds[1].metrics == b.rounds[1].metrics
    assert a.rounds[1].picks != b.rounds[1].picks
    assert other.rounds[0].picks != a.rounds[0].picks


def test_the_same_seed_gives_the_same_history(digits) -> None:
    a, b = play(digits, "badge"), play(digits, "badge")
    assert [r.picks for r in a.rounds] == [r.picks for r in b.rounds]
    assert curve(a) == curve(b)


def test_the_order_of_the_pool_does_not_matter(digits) -> None:
    pool, truth = digits
    order = np.random.default_rng(1).permutation(len(pool))
    again = play((HeldPool(pool.samples.take(order)), truth), "margin | top(x=3) | kcenter")
    first = play(digits, "margin | top(x=3) | kcenter")
    assert [[p.id for p in r.picks] for r in again.rounds] == [[p.id for p in r.picks] for r in first.rounds]
    assert curve(again) == curve(first)


def test_nothing_of_the_test_share_is_asked_about(digits) -> None:
    pool, _ = digits
    test = pool.ids[::3]
    history = play(digits, test=test, budget=None, batch=200)
    asked = {p.id for r in history.rounds for p in r.picks}
    assert asked == set(pool.ids.tolist()) - set(test.tolist())
    assert history.rounds[-1].metrics["accuracy@test"].n == len(test)


def test_the_first_batch_may_be_given(digits) -> None:
    pool, _ = digits
    first = pool.ids[:10]
    history = play(digits, warmup=first, test=pool.ids[300:])
    assert [p.id for p in history.rounds[0].picks] == first.tolist()


def test_what_the_key_does_not_know_is_skipped(digits) -> None:
    pool, truth = digits
    partial = {i: label for i, label in truth.items() if i % 2}
    history = play((pool, partial), budget=None, batch=150)
    assert history.labels == sum(i in partial for r in history.rounds for i in (p.id for p in r.picks))
    assert history.rounds[-1].unlabeled == 0


def test_a_stopping_rule_ends_it(digits) -> None:
    history = play(digits, stop="budget(labels=30)")
    assert history.rounds[-1].labeled == 30
    assert history.rounds[-1].verdicts[-1].stop


def test_one_class_and_missing_signals_are_errors(digits) -> None:
    pool, truth = digits
    with pytest.raises(BadLearner, match="all 60 labels are 'x'"):
        play((pool, dict.fromkeys(truth, "x")))
    with pytest.raises(BadConfig, match="bald needs members"):
        play(digits, "bald")
