"""Campaigns and simulations whose labels are numbers: the width of a petal, from the rest of the iris."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris

from askance.campaign import Campaign, Config, PoolConfig
from askance.errors import BadConfig, BadLabel, Conflict
from askance.learners import make_learner
from askance.oracles import AnswerKey
from askance.pools import open_pool
from askance.simulate import simulate

X, WIDTH = load_iris().data[:, :3], load_iris().data[:, 3]


@pytest.fixture(scope="module")
def petals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("petals") / "petals.csv"
    with path.open("w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["key", "a", "b", "c", "width"])
        out.writerows([f"flower-{i}", *row, width] for i, (row, width) in enumerate(zip(X, WIDTH, strict=True)))
    return path


def config(petals: Path, **changes: object) -> Config:
    pool = PoolConfig(str(petals), features=("a", "b", "c"), id="key", label="width")
    usual = {"labels": "number(low=0, high=5, unit='cm')", "learner": "ridge", "batch": 10, "warmup": 10, "budget": 40}
    return Config(**{"pool": pool, "test": 0.3, "validation": 0.2, **usual, **changes})  # type: ignore[arg-type]


@pytest.fixture
def campaign(petals: Path, tmp_path: Path) -> Campaign:
    made = Campaign.create(tmp_path / "petals.askance", config(petals))
    yield made
    made.close()


def test_it_runs_to_its_budget_and_its_error_falls(campaign: Campaign) -> None:
    history = campaign.run(AnswerKey(campaign.pool.answers()))
    assert [r.labeled for r in history.rounds] == [0, 10, 20, 30, 40]
    assert [r.strategy for r in history.rounds[1:]] == ["igs"] * 4  # the usual one where labels are numbers
    last = history.rounds[-1].metrics
    assert set(last) == {f"{m}@{s}" for m in ("rmse", "log_rmse", "mae", "r2") for s in ("test", "validation")}
    assert last["rmse@test"].value < 0.3 < WIDTH.std()
    assert all(not (r.class_counts or r.calibration or r.stop_set or r.certainty) for r in history.rounds)
    assert all(v == repr(float(v)) for v in campaign.labels().values())
    assert [v.rule for v in history.rounds[-1].verdicts] == [
        "budget(labels=0)", "exhausted()", "plateau(metric='log_rmse', window=5, gain=0.01)",
    ]  # fmt: skip


def test_what_is_opened_again_has_the_same_model(campaign: Campaign) -> None:
    campaign.run(AnswerKey(campaign.pool.answers()))
    before = campaign.model().signals(campaign.pool.take(campaign.pool.ids), frozenset({"prediction"}))
    again = Campaign.open(campaign.folder.root)
    after = again.model().signals(again.pool.take(again.pool.ids), frozenset({"prediction"}))
    np.testing.assert_allclose(after["prediction"], before["prediction"])
    again.close()


def test_answers_are_checked_and_kept_in_one_form(campaign: Campaign) -> None:
    campaign.step()
    first, second, *_ = campaign.ask("ann", 3)
    assert campaign.item(first).classes == ()
    campaign.tell("ann", first, "0.20")
    assert campaign.labels() == {first.id: "0.2"}
    for wrong, why in (("0,2", "with a point"), ("9", "from 0 to 5 cm"), ("wide", "is none"), ("nan", "not a finite")):
        with pytest.raises(BadLabel, match=f"{second.name}: .*{why}"):
            campaign.tell("ann", second, wrong)
    assert campaign.status()["numbers"] == {"least": 0.2, "median": 0.2, "largest": 0.2}


def test_imports_are_checked_all_or_none(campaign: Campaign, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("id,label\nflower-1,0.2\nflower-2,77\n")
    with pytest.raises(BadLabel, match=r"flower-2: '77' is out of range.*nothing was imported"):
        campaign.import_labels(file)
    file.write_text("id,label\nflower-1,0.2\nflower-2,0.20\n")
    assert campaign.import_labels(file) == 2
    assert campaign.import_labels(file) == 0
    file.write_text("id,label\nflower-1,0.3\n")
    with pytest.raises(Conflict, match=r"says '0.3' of flower-1, and it is labelled '0.2'"):
        campaign.import_labels(file)


def test_one_number_alone_is_no_beginning(petals: Path, tmp_path: Path) -> None:
    """It goes on asking until there are two different ones to learn from."""
    with_one = Campaign.create(tmp_path / "same.askance", config(petals, validation=0.0, budget=20, warmup=5, batch=5))
    with_one.step()
    for task in with_one.ask("ann", 5):
        with_one.tell("ann", task, "1.0")
    assert with_one.step().fit is None
    for task in with_one.ask("ann", 5):
        with_one.tell("ann", task, "2.0")
    assert with_one.step().fit is not None
    with_one.close()


def test_an_audit_is_of_classes(campaign: Campaign) -> None:
    from askance.campaign.audited import audited

    with pytest.raises(BadLabel, match="an audit is of labels that are classes"):
        audited(campaign)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"learner": "linear"}, "labels are numbers, and the learner 'linear' predicts none; ridge, gp"),
        ({"labels": "class"}, "the learner 'ridge' predicts numbers, and labels are classes; say labels = 'number'"),
        ({"labels": "boxes"}, "labels = 'boxes' take the names of what is marked; write classes"),
        ({"strategy": "margin"}, "margin needs probs, and the learner gives"),
        ({"strategy": "alm", "learner": "mlp"}, "alm needs variance, and the learner gives"),
    ],
)
def test_what_does_not_fit_is_told_before_any_work(petals, tmp_path, changes, why) -> None:
    with pytest.raises(BadConfig, match=why):
        Campaign.create(tmp_path / "wrong.askance", config(petals, **changes))
    assert not (tmp_path / "wrong.askance").exists()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"labels": "nubmer"}, "no kind of label is called 'nubmer'; did you mean 'number'"),
        ({"labels": "number(low=3, high=1)"}, "low=3 must be below high=1"),
        ({"classes": ("cat", "dog")}, "classes have no place beside labels = .number"),
    ],
)
def test_bad_settings(petals, changes, why) -> None:
    with pytest.raises(BadConfig, match=why):
        config(petals, **changes)


def test_a_wrong_number_in_the_answer_key_of_the_test_share(petals: Path, tmp_path: Path) -> None:
    with pytest.raises(BadLabel, match=r"the answer key has a wrong label for sample .*from 0 to 1"):
        Campaign.create(tmp_path / "wrong.askance", config(petals, labels="number(low=0, high=1)"))


PLAYED: dict[str, Callable[[], object]] = {
    "ridge": lambda: make_learner("ridge", pool_kind="array"),
    "forest": lambda: make_learner("regressor:RandomForestRegressor(n_estimators=10)", pool_kind="array"),
}


@pytest.mark.parametrize(
    ("learner", "strategy"),
    [("ridge", "igs"), ("ridge", "alm"), ("ridge", "emcm"), ("forest", "emcm_super"), ("forest", "rt_al")],
)
def test_simulations_are_paired_and_the_same_each_time(learner: str, strategy: str) -> None:
    pool = open_pool(X + np.arange(150)[:, None] * 1e-9)  # no two flowers are the same sample
    truth = {i: repr(float(WIDTH[int(n)])) for i, n in zip(pool.ids.tolist(), pool.names, strict=True)}
    settings = {"batch": 10, "warmup": 10, "budget": 30, "seed": 3, "stop": "target(metric='rmse', at=0.01)"}
    ours, again, other = (
        simulate(pool, PLAYED[learner], s, truth, **settings)  # type: ignore[arg-type]
        for s in (strategy, strategy, "random")
    )
    assert [r.picks for r in ours.rounds] == [r.picks for r in again.rounds]
    assert ours.rounds[1].metrics == other.rounds[1].metrics
    assert ours.rounds[1].picks != other.rounds[1].picks
    assert np.isnan(ours.rounds[-1].verdicts[-1].value)  # there is no validation share to decide by


@pytest.mark.parametrize("rule", ["stabilizing", "uncertainty", "classification_change", "oracle_accuracy", "plateau"])
def test_rules_about_classes_say_that_nothing_was_measured(campaign: Campaign, rule: str) -> None:
    from askance import stopping

    campaign.run(AnswerKey(campaign.pool.answers()))
    verdict = stopping.parse(rule)(campaign.history())
    assert not verdict.stop
    assert np.isnan(verdict.value)
    assert verdict.why
