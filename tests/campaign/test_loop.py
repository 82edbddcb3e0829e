"""Rounds: what is fitted, measured and chosen, by hand and by `run`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from askance.campaign import Campaign, PoolConfig
from askance.errors import BadConfig, BadLabel, BadLearner, BadPool, Conflict, FormatError
from askance.history import History, Round
from askance.learners.spec import make_learner
from askance.oracles import AnswerKey, NoisyKey
from askance.pools import open_pool
from askance.protocols import FitReport, Item
from askance.samples import Samples
from askance.signals import Signals
from askance.simulate import simulate


def key(c: Campaign) -> AnswerKey:
    return AnswerKey(c.pool.answers())


def told(rounds: Sequence[Round]) -> list[str]:
    """All of the rounds but how long they took, as text, in which NaN is NaN."""
    return [repr(replace(r, seconds={}, fit=r.fit and replace(r.fit, seconds=0))) for r in rounds]


def test_the_loop_learns_and_ends_with_the_budget(campaign) -> None:
    c = campaign(budget=36, test=0.3, strategy="entropy", stop_set=50)
    history = c.run(key(c))
    assert history.labels == 36 == len(c.labels())
    assert [len(r.picks) for r in history.rounds] == [8, 8, 8, 8, 4, 0]
    first, last = history.rounds[0], history.rounds[-1]
    assert (first.fit, first.metrics) == (None, {})
    assert last.fit is not None
    assert last.metrics["accuracy@test"].value > 0.85
    assert len(last.stop_set) == 50
    assert set(last.stop_set) <= {"setosa", "versicolor", "virginica"}
    assert sum(last.class_counts.values()) == 36
    assert all(p.why for r in history.rounds for p in r.picks)
    assert not any(v.stop for r in history.rounds[:-1] for v in r.verdicts if v.rule.startswith("budget"))


def test_it_ends_with_the_pool(campaign) -> None:
    c = campaign(batch=50)
    history = c.run(key(c))
    assert history.labels == len(c.pool)
    assert history.rounds[-1].unlabeled == 0
    assert c.step().picks == (), "there is nothing left, and that is no error"


def test_a_campaign_makes_the_very_rounds_of_a_simulation(campaign) -> None:
    settings = {"batch": 8, "warmup": 8, "budget": 32, "seed": 3, "test": 0.3, "validation": 0.2, "stop_set": 40}
    c = campaign(strategy="margin | top(x=3) | kcenter", **settings)
    history = c.run(key(c))
    again = simulate(
        c.pool,
        lambda: make_learner(c.config.learner, pool_kind="table"),
        c.config.strategy,
        c.pool.answers(),
        **settings,
    )
    assert told(history.rounds) == told(again.rounds)


def test_the_configuration_it_writes_recreates_it(campaign, tmp_path: Path) -> None:
    from askance.campaign import from_text

    c = campaign(budget=30, seed=5, validation=0.1)
    c.run(key(c))
    twin = Campaign.create(tmp_path / "twin.askance", from_text(c.config_text()))
    twin.run(key(twin))
    assert twin.config == c.config
    assert told(twin.history().rounds) == told(c.history().rounds)


def test_what_was_left_open_is_filled_in(campaign, config) -> None:
    c = campaign(learner="")
    assert c.config.classes == ("setosa", "versicolor", "virginica")
    assert c.config.learner == "linear"


# ---- several batches, pending items, skipped ones


def test_pending_samples_count_as_picked(campaign) -> None:
    c = campaign(strategy="margin | top(x=3) | kcenter")
    c.step()
    picks = [p.id for _ in range(5) for p in c.step().picks]
    assert len(picks) == len(set(picks)) == 40
    assert c.status()["pending"] == 48


def test_pending_samples_are_told_to_the_strategy(campaign) -> None:
    """k-center keeps away from what is pending: were it not told, the second batch would be next to the first."""
    c = campaign(strategy="kcenter", warmup=20, batch=10)
    c.step()
    for task in c.ask("ann", 20):
        c.tell("ann", task, c.pool.answers()[task.id])
    first, second = c.step(), c.step()
    assert not {p.id for p in first.picks} & {p.id for p in second.picks}
    samples = {
        i: c.learner.signals(c.pool.take(np.array([i], np.uint64)), frozenset({"embeddings"})) for i in c.pool.ids
    }
    x = {i: s["embeddings"][0] for i, s in samples.items()}
    gap = min(np.linalg.norm(x[a.id] - x[b.id]) for a in first.picks for b in second.picks)
    assert gap > 0.2


def test_the_warm_up_goes_on_until_two_classes_are_known(campaign) -> None:
    c = campaign(warmup=5, batch=4)
    c.step()
    for task in c.ask("ann", 9):
        c.tell("ann", task, "setosa")
    second = c.step()
    assert (second.fit, second.strategy, len(second.picks)) == (None, "random", 4)
    for task in c.ask("ann", 9):
        c.tell("ann", task, "virginica")
    assert c.step().fit is not None


def test_the_warm_up_may_be_spread_over_the_pool(campaign) -> None:
    """Typiclust looks at the embeddings alone, and here finds all three species in three questions."""
    c = campaign(learner="linear", warmup_strategy="typiclust", warmup=3)
    first = c.step()
    assert first.strategy == "typiclust"
    assert len({c.pool.answers()[p.id] for p in first.picks}) == 3


def test_one_class_alone_is_told_at_the_end(campaign) -> None:
    c = campaign(budget=12, warmup=5)
    with pytest.raises(BadLearner, match="all 12 labels are 'setosa', two classes are needed"):
        c.run(lambda item: "setosa")
    assert len(c.labels()) == 12
    c = campaign(warmup=100, batch=100)
    with pytest.raises(BadLearner, match="no sample has a label"):
        c.run(lambda item: None)


def test_declined_samples_never_come_back(campaign) -> None:
    c = campaign(batch=20)
    asked: list[int] = []

    def picky(item: Item) -> str | None:
        asked.append(item.id)
        return None if item.id % 3 == 0 else c.pool.answers()[item.id]

    c.run(picky)
    assert len(asked) == len(set(asked)) == len(c.pool)
    assert c.status()["skipped"] == sum(i % 3 == 0 for i in asked) > 20


# ---- shares


def test_the_test_share_is_never_asked_about(campaign) -> None:
    c = campaign(test=0.3, batch=60)
    c.run(key(c))
    test = set(c.plan.shares.test.tolist())
    assert len(test) > 25
    assert not test & c.labels().keys()
    assert c.history().rounds[-1].metrics["accuracy@test"].n == len(test)


def test_the_validation_share_is_kept_aside_and_counts_in_the_budget(campaign) -> None:
    c = campaign(validation=0.25, budget=80, batch=24)
    history = c.run(key(c))
    drawn = [p for r in history.rounds for p in r.picks if p.why == "drawn at random to measure on"]
    assert len(drawn) == 20
    assert [p.id for p in drawn] == c.plan.shares.validation[:20].tolist(), "in an order that no strategy has a say in"
    last = history.rounds[-1]
    assert last.labeled == 80
    assert last.metrics["accuracy@validation"].n == 20
    assert not set(c.plan.shares.train.tolist()) & {p.id for p in drawn}


def test_the_validation_share_is_not_learned_from(campaign) -> None:
    """Turning all its labels around changes what is measured, and no pick of the strategy."""

    def wrong_on_validation(item: Item) -> str:
        right = c.pool.answers()[item.id]
        if item.id not in set(c.plan.shares.validation.tolist()):
            return right
        return {"setosa": "virginica", "virginica": "versicolor", "versicolor": "setosa"}[right]

    c = campaign(validation=0.25, budget=60, batch=26)
    honest = c.run(key(c))
    c = campaign(validation=0.25, budget=60, batch=26)
    turned = c.run(wrong_on_validation)
    assert [r.picks for r in honest.rounds] == [r.picks for r in turned.rounds]
    assert honest.rounds[-1].metrics["accuracy@validation"].value > 0.8
    assert turned.rounds[-1].metrics["accuracy@validation"].value < 0.3


def test_a_test_share_needs_an_answer_key(config, tmp_path: Path, flowers: Path) -> None:
    blind = replace(config(classes=("a", "b"), test=0.2).pool, label="")
    with pytest.raises(BadConfig, match="`truth` has a label for none"):
        Campaign.create(tmp_path / "x.askance", config(pool=blind, classes=("a", "b"), test=0.2))
    with pytest.raises(BadLabel, match="the answer key has a wrong label"):
        Campaign.create(tmp_path / "x.askance", config(classes=("setosa", "virginica"), test=0.2))
    assert not (tmp_path / "x.askance").exists(), "nothing half-made stays behind"


# ---- stopping


def test_verdicts_are_shown_and_do_not_act(campaign) -> None:
    c = campaign(stop_set=100, batch=20)
    history = c.run(key(c))
    assert any(v.stop for r in history.rounds[:-3] for v in r.verdicts), "a rule would have stopped"
    assert history.labels == len(c.pool)


@pytest.mark.parametrize("where", ["config", "until"])
def test_a_stopping_rule_acts_when_asked(campaign, where: str) -> None:
    rule = "budget(labels=24)"
    c = campaign(stop=rule if where == "config" else "")
    history = c.run(key(c), until=rule if where == "until" else "")
    assert history.labels == 24
    assert c.run(key(c), until=rule).labels == 24, "and it stays stopped"
    assert c.run(key(c), until="budget(labels=40)").labels == 40


# ---- what cannot be read, or is not there


class Blind:
    """A logistic regression that cannot read some samples, as one of images cannot read a truncated file."""

    provides = frozenset({"probs", "embeddings"})
    cold = frozenset({"embeddings"})
    classes: tuple[str, ...] = ()

    def __init__(self, unreadable: set[int]):
        self.unreadable, self.model = unreadable, LogisticRegression()

    def _read(self, samples: Samples) -> tuple[Samples, np.ndarray]:
        seen = samples.take(~np.isin(samples.ids, list(self.unreadable)))
        return seen, np.column_stack([c.to_numpy() for c in seen.data.columns]) if len(seen) else np.zeros((0, 4))

    def fit(self, samples: Samples, labels: Sequence[str], *, seed: int = 0, validation: object = None) -> FitReport:
        seen, x = self._read(samples)
        by_id = dict(zip(samples.ids.tolist(), labels, strict=True))
        self.model.fit(x, [by_id[i] for i in seen.ids.tolist()])
        self.classes = tuple(self.model.classes_)
        return FitReport()

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        seen, x = self._read(samples)
        columns = {"embeddings": x}
        if "probs" in needs:
            columns["probs"] = self.model.predict_proba(x) if len(x) else np.zeros((0, len(self.classes)))
        skipped = {i: "truncated" for i in samples.ids.tolist() if i in self.unreadable}
        return Signals(seen.ids, columns, skipped=skipped)

    def save(self, folder: Path) -> None:
        np.save(folder / "coef.npy", self.model.coef_)

    def load(self, folder: Path) -> None:
        self.model.coef_ = np.load(folder / "coef.npy")


def test_unreadable_samples_are_left_out_and_listed(config, tmp_path: Path) -> None:
    c = config(test=0.2, stop_set=150, batch=40)
    pool = open_pool(c.pool.source, features=list(c.pool.features), id="key", label="species")
    bad = set(pool.ids[::7].tolist())
    c = Campaign.create(tmp_path / "b.askance", c, learner=Blind(bad))
    history = c.run(key(c))
    assert not any(p.id in bad for r in history.rounds[1:] for p in r.picks), "the warm-up reads nothing"
    left_out = c.status()["left_out"]
    assert c.status()["unreadable"] == len(left_out) > 10
    assert set(left_out.values()) == {"truncated"}
    assert history.rounds[-1].unlabeled == 0
    strict = Campaign.create(tmp_path / "s.askance", replace(c.config, strict=True), learner=Blind(bad))
    with pytest.raises(BadPool, match="cannot be read: truncated"):
        strict.run(key(strict))


def test_a_labelled_sample_that_left_the_pool_is_listed(campaign, flowers: Path, tmp_path: Path) -> None:
    c = campaign(budget=40)
    c.step()
    gone = c.ask("oracle")[0]
    c.run(key(c), until="budget(labels=16)")
    lines = [line for line in flowers.read_text().splitlines() if not line.startswith(gone.name + ",")]
    (tmp_path / "fewer.csv").write_text("\n".join(lines))
    fewer = open_pool(tmp_path / "fewer.csv", features=["a", "b", "c", "d"], id="key", label="species")
    again = Campaign.open(c.folder.root, pool=fewer)
    again.step()
    assert again.status()["left_out"] == {gone.name: "it is no longer in the pool"}
    assert gone.id in again.labels(), "its label is kept"


def test_a_learner_that_lacks_a_signal_is_found_before_any_work(config, tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="bald needs members, and the learner gives"):
        Campaign.create(tmp_path / "x.askance", config(strategy="bald"))
    with pytest.raises(BadConfig, match="before it has learned anything"):
        Campaign.create(tmp_path / "x.askance", config(warmup_strategy="margin"))
    with pytest.raises(BadConfig, match="none is known"):
        Campaign.create(tmp_path / "x.askance", config(pool=replace(config().pool, label="")))


def test_a_pool_from_memory_must_be_given_again(tmp_path: Path, config) -> None:
    x = np.random.default_rng(0).normal(size=(40, 3))
    pool = open_pool(x)
    made = Campaign.create(tmp_path / "m.askance", config(pool=PoolConfig(), classes=("a", "b")), pool=pool)
    truth = {int(i): "a" if row[0] > 0 else "b" for i, row in zip(pool.ids, x, strict=True)}
    assert made.run(AnswerKey(truth), until="budget(labels=16)").labels == 16
    again = Campaign.open(tmp_path / "m.askance", pool=pool)
    assert again.run(AnswerKey(truth)).labels == 40
    with pytest.raises(BadConfig, match="a pool from memory is passed on opening"):
        Campaign.open(tmp_path / "m.askance").step()


# ---- labels in and out


def write_key(path: Path, rows: Mapping[str, str]) -> Path:
    path.write_text("\n".join(["name,label", *(f"{name},{label}" for name, label in rows.items())]) + "\n")
    return path


def test_imported_labels_are_learned_from(campaign, tmp_path: Path) -> None:
    c = campaign(budget=40)
    rows = {f"flower-{i}": "setosa" if i < 50 else "virginica" for i in (1, 2, 101, 102)}
    assert c.import_labels(write_key(tmp_path / "k.csv", rows)) == 4
    assert c.import_labels(write_key(tmp_path / "k.csv", rows)) == 0, "the same again is fine"
    first = c.step()
    assert first.fit is not None, "two classes are known, so no warm-up is needed"
    assert first.labeled == 4
    assert not {p.name for p in first.picks} & rows.keys()


@pytest.mark.parametrize(
    ("row", "error", "said"),
    [
        (("flower-3", "sitosa"), BadLabel, "flower-3: 'sitosa' is not one of .*did you mean 'setosa'"),
        (("flower-999", "setosa"), BadLabel, "row 2 .*flower-999"),
        (("flower-1", "virginica"), Exception, "flower-1"),
    ],
)
def test_one_wrong_row_and_nothing_is_imported(campaign, tmp_path: Path, row, error, said) -> None:
    c = campaign()
    path = tmp_path / "k.csv"
    path.write_text(f"name,label\nflower-1,setosa\nflower-2,setosa\n{row[0]},{row[1]}\n")
    with pytest.raises(error, match=said):
        c.import_labels(path)
    assert c.labels() == {}


def test_an_import_that_contradicts_a_label_is_a_conflict(campaign, tmp_path: Path) -> None:
    c = campaign()
    c.import_labels(write_key(tmp_path / "a.csv", {"flower-1": "setosa"}))
    with pytest.raises(Conflict, match="says 'virginica' of flower-1, and it is labelled 'setosa' already"):
        c.import_labels(write_key(tmp_path / "b.csv", {"flower-2": "setosa", "flower-1": "virginica"}))
    assert len(c.labels()) == 1


def test_an_import_answers_the_question_that_is_out(campaign, tmp_path: Path) -> None:
    c = campaign()
    c.step()
    task = c.ask("ann")[0]
    c.import_labels(write_key(tmp_path / "a.csv", {task.name: "setosa"}))
    assert c.status()["pending"] == 7
    assert c.tell("ann", task, "virginica") is False
    assert c.labels()[task.id] == "setosa"


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_what_is_exported_can_be_imported(campaign, tmp_path: Path, format: str) -> None:
    c = campaign(budget=20)
    c.run(key(c))
    path = tmp_path / f"out.{format}"
    assert c.export(path).answers == 20
    fresh = campaign()
    assert fresh.import_labels(path) == 20
    assert fresh.labels() == c.labels()
    assert list(tmp_path.glob(".*part")) == []


def test_an_export_is_there_whole_or_not_at_all(campaign, tmp_path: Path) -> None:
    c = campaign()
    (tmp_path / "o.csv").write_text("before")
    with pytest.raises(FormatError, match=r"no format is named 'cvs'.*did you mean 'csv'"):
        c.export(tmp_path / "o.csv", "cvs")
    with pytest.raises(Exception, match=r"cannot write .*nowhere"):
        c.export(tmp_path / "nowhere" / "o.csv")
    assert (tmp_path / "o.csv").read_text() == "before"


# ---- looking


def test_the_status_is_json(campaign) -> None:
    c = campaign(budget=30, validation=0.2)
    c.run(NoisyKey(c.pool.answers(), 0.2))
    c.step()
    status = c.status()
    assert json.loads(json.dumps(status)) is not None
    assert (status["labels"], status["samples"], status["people"]) == (30, 150, {"oracle": 30})
    assert status["running"] is None


def test_the_last_model_is_kept(campaign) -> None:
    c = campaign(budget=40)
    assert c.model() is None
    c.run(key(c))
    assert [p.name for p in c.folder.models.iterdir()] == [f"round-{len(c.history().rounds) - 1}"]
    everything = c.pool.take(c.pool.ids)
    said = c.learner.signals(everything, frozenset({"probs"}))["probs"]
    again = Campaign.open(c.folder.root).model()
    np.testing.assert_array_equal(again.signals(everything, frozenset({"probs"}))["probs"], said)


def test_a_history_reads_back_as_it_was(campaign) -> None:
    c = campaign(budget=30, test=0.2, validation=0.1, stop_set=20)
    rounds = []
    c.step()
    while c.status()["pending"]:
        for task in c.ask("ann", 99):
            c.tell("ann", task, c.pool.answers()[task.id])
        rounds.append(c.step())
    history = c.history()
    assert isinstance(history, History)
    assert history.budget == 30
    assert repr(history.rounds[1:]) == repr(tuple(rounds))
