"""Leases, late answers, skips and undo, by one hand and by many."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from askance.campaign import Campaign
from askance.errors import BadConfig, BadLabel, Conflict


@pytest.fixture
def asked(campaign) -> Campaign:
    """A campaign with eight questions open, whose clock stands where the test sets it."""
    c = campaign()
    c.step()
    c.now = 1000.0
    c.store.clock = lambda: c.now
    return c


def test_questions_come_best_first_and_asking_again_gives_what_one_holds(asked: Campaign) -> None:
    first = asked.ask("ann", 3)
    assert [t.rank for t in first] == [1, 2, 3]
    assert [t.id for t in asked.ask("ann", 3)] == [t.id for t in first]
    assert [t.rank for t in asked.ask("bob", 2)] == [4, 5]
    assert [t.rank for t in asked.ask("ann", 99)] == [1, 2, 3, 6, 7, 8]
    assert asked.ask("eve") == []


def test_an_answer_counts_and_the_same_again_is_no_second_one(asked: Campaign) -> None:
    task = asked.ask("ann")[0]
    assert asked.tell("ann", task, "setosa") is True
    assert asked.tell("ann", task.id, "setosa") is True
    assert asked.labels() == {task.id: "setosa"}
    with asked.store.reading() as db:
        assert [e.kind for e in asked.store.events(db)].count("label") == 1


def test_another_answer_by_the_same_person_takes_the_place_of_the_first(asked: Campaign) -> None:
    task = asked.ask("ann")[0]
    asked.tell("ann", task, "setosa")
    asked.tell("ann", task, "virginica")
    assert asked.labels() == {task.id: "virginica"}
    with asked.store.reading() as db:
        assert [e.body["value"] for e in asked.store.events(db) if e.kind == "label"] == ["setosa", "virginica"]


def test_a_label_outside_the_classes_is_refused_by_name(asked: Campaign) -> None:
    task = asked.ask("ann")[0]
    with pytest.raises(BadLabel, match=rf"{task.name}: 'setsoa' is not one of .*did you mean 'setosa'"):
        asked.tell("ann", task, "setsoa")
    assert asked.labels() == {}


def test_many_answers_are_kept_all_or_none(asked: Campaign) -> None:
    a, b = asked.ask("ann", 2)
    for wrong in ([(a, "setosa"), (b, "nonsense")], [(a, "setosa"), (12345, "setosa")]):
        with pytest.raises((BadLabel, Conflict)):
            asked.tell_many("ann", wrong)
        assert asked.labels() == {}
    assert asked.tell_many("ann", [(a, "setosa"), (b, "virginica")]) == [True, True]


def test_an_answer_to_what_was_never_asked_is_a_conflict(asked: Campaign) -> None:
    task = asked.ask("ann")[0]
    with pytest.raises(Conflict, match=f"bob was not asked about {task.name}"):
        asked.tell("bob", task, "setosa")
    with pytest.raises(Conflict, match="nobody was asked about sample 0000000000003039"):
        asked.tell("bob", 12345, "setosa")
    with pytest.raises(BadConfig, match="say who"):
        asked.ask(" ")


def test_a_lease_that_runs_out_puts_its_question_back(asked: Campaign) -> None:
    task = asked.ask("ann", seconds=60)[0]
    assert asked.ask("bob")[0].id != task.id
    asked.now += 61
    assert task.id in {t.id for t in asked.ask("bob", 8)}


def test_a_late_answer_counts_while_nobody_else_was_asked(asked: Campaign) -> None:
    task = asked.ask("ann", seconds=60)[0]
    asked.now += 3600
    assert asked.tell("ann", task, "setosa") is True


@pytest.mark.parametrize("bob_answers_first", [True, False])
def test_a_late_answer_is_kept_beside_the_one_that_counts(asked: Campaign, bob_answers_first: bool) -> None:
    task = asked.ask("ann", seconds=60)[0]
    asked.now += 61
    asked.ask("bob", 8)
    if bob_answers_first:
        assert asked.tell("bob", task, "virginica") is True
    assert asked.tell("ann", task, "setosa") is False
    assert asked.tell("bob", task, "virginica") is True
    assert asked.labels() == {task.id: "virginica"}
    assert asked.status()["extra"] == 1
    assert asked.status()["people"] == {"ann": 1, "bob": 1}


def test_skipped_questions_do_not_come_back(asked: Campaign) -> None:
    task = asked.ask("ann")[0]
    asked.skip("ann", task, "blurred")
    asked.now += 10**6
    assert task.id not in {t.id for t in asked.ask("bob", 99)}
    assert asked.status()["left_out"] == {task.name: "blurred"}
    for _ in range(20):
        assert task.id not in {p.id for p in asked.step().picks}


def test_what_was_answered_is_not_skipped(asked: Campaign) -> None:
    task = asked.ask("ann")[0]
    asked.tell("ann", task, "setosa")
    with pytest.raises(Conflict, match="take that back first"):
        asked.skip("ann", task)


def test_undo_takes_back_the_latest_and_then_the_one_before(asked: Campaign) -> None:
    a, b, c = asked.ask("ann", 3)
    asked.tell("ann", b, "setosa")
    asked.tell("ann", a, "virginica")
    asked.skip("ann", c)
    assert [asked.undo("ann").id for _ in range(3)] == [c.id, a.id, b.id]
    assert asked.labels() == {}
    assert {t.id for t in asked.ask("ann", 3)} == {a.id, b.id, c.id}, "they are hers again"
    with pytest.raises(Conflict, match="no answer by ann"):
        asked.undo("ann")
    with asked.store.reading() as db:
        kinds = [e.kind for e in asked.store.events(db)]
    assert (kinds.count("label"), kinds.count("skip"), kinds.count("undo")) == (2, 1, 3), "the log keeps it all"


def test_undo_takes_back_ones_own_only(asked: Campaign) -> None:
    a, b = asked.ask("ann")[0], asked.ask("bob")[0]
    asked.tell("ann", a, "setosa")
    asked.tell("bob", b, "setosa")
    asked.undo("ann")
    assert asked.labels() == {b.id: "setosa"}


def test_undoing_a_late_answer_leaves_the_one_that_counts(asked: Campaign) -> None:
    task = asked.ask("ann", seconds=60)[0]
    asked.now += 61
    asked.ask("bob", 8)
    asked.tell("bob", task, "virginica")
    asked.tell("ann", task, "setosa")
    asked.undo("ann")
    assert asked.labels() == {task.id: "virginica"}
    assert asked.status()["extra"] == 0
    assert task.id not in {t.id for t in asked.ask("ann", 99)}


def test_a_late_answer_counts_once_its_question_comes_to_them_again(asked: Campaign) -> None:
    task = asked.ask("ann", seconds=60)[0]
    asked.now += 61
    asked.ask("bob", 8)
    asked.tell("bob", task, "virginica")
    asked.tell("ann", task, "setosa")
    asked.undo("bob")
    asked.now += 10**6
    assert task.id in {t.id for t in asked.ask("ann", 8)}
    assert asked.tell("ann", task, "setosa") is True
    assert asked.labels() == {task.id: "setosa"}


def test_an_open_list_of_classes_grows(campaign) -> None:
    c = campaign(open_classes=True)
    c.step()
    a, b = c.ask("ann", 2)
    c.tell("ann", a, "hybrida")
    assert "hybrida" in c.label_kind.classes
    with pytest.raises(BadLabel):
        c.tell("ann", b, "")


def test_several_processes_tell_at_once(asked: Campaign) -> None:
    """Three real processes share the questions: nobody gets another's, and no answer is lost."""
    for _ in range(3):
        asked.step()
    outstanding = asked.status()["pending"]
    children = []
    for who in ("ann", "bob", "eve"):
        pid = os.fork()
        if not pid:
            _answer_all(asked.folder.root, who)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
    status = asked.status()
    assert (status["labels"], status["pending"], status["extra"]) == (outstanding, 0, 0)
    assert sum(status["people"].values()) == outstanding


def _answer_all(folder: Path, who: str) -> None:
    code = 1
    try:
        c = Campaign.open(folder)
        while tasks := c.ask(who, 2):
            for task in tasks:
                assert c.tell(who, task, "setosa")
        code = 0
    finally:
        os._exit(code)


people = st.sampled_from(["ann", "bob", "eve"])


@pytest.fixture(scope="module")
def template(config, tmp_path_factory) -> Path:
    c = Campaign.create(tmp_path_factory.mktemp("template") / "t.askance", config(classes=("x", "y")))
    c.step()
    c.close()
    return c.folder.root


def test_any_order_of_calls_keeps_the_books(template: Path, tmp_path: Path, tables) -> None:
    """Hypothesis looks for a sequence of calls after which a table is not what the log says."""
    import shutil

    class Books(RuleBasedStateMachine):
        runs = 0

        @initialize()
        def start(self) -> None:
            Books.runs += 1
            folder = tmp_path / f"{Books.runs}.askance"
            shutil.copytree(template, folder)
            self.c, self.now = Campaign.open(folder), 0.0
            self.c.store.clock = lambda: self.now
            self.held: dict[str, dict[int, float]] = {"ann": {}, "bob": {}, "eve": {}}
            self.truth: dict[int, tuple[str, str]] = {}  # sample -> who, value

        @rule(who=people, n=st.integers(1, 4), seconds=st.sampled_from([10, 600]))
        def ask(self, who: str, n: int, seconds: int) -> None:
            for t in self.c.ask(who, n, seconds):
                assert t.id not in self.truth, "what is answered is not asked again"
                for other in self.held:
                    live = self.held[other].get(t.id, -1) >= self.now
                    assert other == who or not live, "two people hold one question"
                self.held[who][t.id] = t.until

        @precondition(lambda self: any(self.held.values()))
        @rule(who=people, value=st.sampled_from(["x", "y"]), pick=st.integers(0, 7))
        def tell(self, who: str, value: str, pick: int) -> None:
            mine = sorted(self.held[who])
            if mine:
                sample = mine[pick % len(mine)]
                if self.c.tell(who, sample, value):
                    self.truth[sample] = (who, value)

        @rule(who=people)
        def undo(self, who: str) -> None:
            try:
                task = self.c.undo(who)
            except Conflict:
                return
            if self.truth.get(task.id, ("", ""))[0] == who:
                del self.truth[task.id]
                self.held[who][task.id] = task.until

        @rule(seconds=st.sampled_from([5, 700]))
        def wait(self, seconds: float) -> None:
            self.now += seconds

        @invariant()
        def labels_are_those_that_were_told(self) -> None:
            if hasattr(self, "c"):
                assert self.c.labels() == {i: value for i, (_, value) in self.truth.items()}

        def teardown(self) -> None:
            if hasattr(self, "c"):
                before = tables(self.c)
                self.c.rebuild()
                assert tables(self.c) == before
                self.c.close()

    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    Books.TestCase.settings = settings(
        max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=checks
    )
    case = Books.TestCase()
    case.runTest()


def test_questions_come_from_the_index_however_many_are_open(asked: Campaign) -> None:
    from sqlalchemy.dialects import sqlite

    from askance.campaign import questions

    for statement in (questions._MINE, questions._OPEN, questions._LAPSED):
        ready = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
        text = str(ready)
        with asked.store.reading() as db:
            params = dict.fromkeys(ready.params, 1) | {"param_1": 0}
            plan = " ".join(r.detail for r in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", params))
        assert "USING INDEX task_next" in plan
        assert "TEMP B-TREE" not in plan, "nothing is sorted"
