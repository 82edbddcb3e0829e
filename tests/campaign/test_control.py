"""The random control: what labels drawn at random give, by brute force; and only where there are any."""

from typing import Any

import numpy as np
import pytest

from askance import metrics, ops
from askance.campaign import control as module
from askance.campaign.setup import make_learner, prepared
from askance.history import Metric


def run(c: Any, rounds: int) -> None:
    truth = c.pool.answers()
    for _ in range(rounds):
        c.step()
        for task in c.ask("ann", 99):
            c.tell("ann", task, truth[task.id])
    c.step()


@pytest.mark.parametrize("share", ["validation", "test"])
def test_it_is_the_learner_on_other_folds_of_what_was_drawn(campaign, tmp_path, share: str) -> None:
    settings = {"validation": 0.4} if share == "validation" else {"test": 0.4, "validation": 0.1}
    c = campaign(control=4, batch=12, **settings)
    run(c, 4)
    last = c.history().rounds[-1]
    truth, known = c.pool.answers(), c.labels()
    drawn = c.plan.shares.test.tolist() if share == "test" else [i for i in c.plan.shares.validation if int(i) in known]
    ids = np.sort(np.array(drawn, np.uint64))
    ids = ids[np.argsort(ops.noise(c.plan.seed, ids, module.ORDER))]
    learned = len(known) - sum(int(i) in known for i in c.plan.shares.validation)
    fold = np.arange(len(ids)) % 4
    n = min(learned, len(ids) - max(np.bincount(fold)))
    right = 0
    for f in range(4):
        mine = np.sort(ids[fold != f][:n])
        model = prepared(make_learner(c.config, c.pool, tmp_path), c.pool)
        model.fit(c.pool.take(mine), [truth[int(i)] for i in mine], seed=c.plan.seed)
        said = model.signals(c.pool.take(ids[fold == f]), frozenset({"probs"}))
        guess = [model.classes[k] for k in said["probs"].argmax(1)]
        right += sum(g == truth[int(i)] for i, g in zip(said.ids, guess, strict=True))
    name = f"accuracy@{share}"
    assert last.control["metrics"][name] == metrics.wilson(right, len(ids))
    assert last.control["labels"] == n + len(known) - learned
    assert str(n) in last.control["how"]
    assert isinstance(last.control["metrics"][name], Metric)
    assert last.seconds["control"] > 0


def test_it_changes_nothing_that_is_chosen(campaign) -> None:
    picks = []
    for folds in (0, 3):
        c = campaign(control=folds, validation=0.4, batch=10)
        run(c, 3)
        rounds = c.history().rounds
        picks.append([[p.id for p in r.picks] for r in rounds])
        assert bool(rounds[-1].control) == bool(folds)
        assert {m: v.value for m, v in rounds[-1].metrics.items()}
    assert picks[0] == picks[1]


def test_there_is_none_without_labels_drawn_at_random(campaign) -> None:
    c = campaign(control=5)
    run(c, 2)
    assert all(r.control == {} for r in c.history().rounds)
    few = campaign(control=5, validation=0.1)
    run(few, 1)
    assert all(r.control == {} for r in few.history().rounds), "a handful says nothing"


def test_it_may_be_turned_on_while_people_label(campaign) -> None:
    c = campaign(validation=0.5, batch=12)
    run(c, 2)
    c.change("olga", control=3)
    run(c, 1)
    found = [bool(r.control) for r in c.history().rounds]
    assert found[-1]
    assert not any(found[:3])


def test_of_numbers(campaign, flowers) -> None:
    from askance.campaign import PoolConfig

    pool = PoolConfig(str(flowers), features=("a", "b"), id="key", label="d")
    c = campaign(pool=pool, labels="number", learner="ridge", strategy="random", validation=0.5, control=3, batch=16)
    run(c, 3)
    assert set(c.history().rounds[-1].control["metrics"]) >= {"rmse@validation", "mae@validation"}
