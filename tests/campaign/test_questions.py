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


# ---- several people a question


@pytest.fixture
def shared(campaign) -> Campaign:
    """Eight questions, each to two people."""
    c = campaign(overlap=2)
    c.step()
    c.now = 1000.0
    c.store.clock = lambda: c.now
    return c


def test_two_people_get_the_same_best_questions_and_a_third_none_of_them(shared: Campaign) -> None:
    ann, bob, eve = (shared.ask(who, 4) for who in ("ann", "bob", "eve"))
    assert [t.rank for t in ann] == [t.rank for t in bob] == [1, 2, 3, 4]
    assert [t.rank for t in eve] == [5, 6, 7, 8]
    assert [t.rank for t in shared.ask("ann", 99)] == [1, 2, 3, 4, 5, 6, 7, 8], "never two of one question"
    assert [t.rank for t in shared.ask("joe", 99)] == []


def test_when_all_leases_have_lapsed_the_next_gets_as_many_as_there_are(shared: Campaign) -> None:
    """Two lapsed slots of one question are one question: they must not crowd out the next."""
    best = [t.id for t in shared.ask("ann", 3)]
    assert [t.id for t in shared.ask("bob", 3)] == best
    shared.ask("cid", 99)
    shared.ask("dan", 99)
    shared.now += 601
    assert [t.id for t in shared.ask("eve", 3)] == best


def test_most_people_decide_then_the_first_and_a_reviewer_above_all(shared: Campaign) -> None:
    task = shared.ask("ann")[0]
    shared.ask("bob")
    assert shared.tell("ann", task, "setosa") is True
    assert (shared.labels(), shared.status()["pending"]) == ({task.id: "setosa"}, 8), "one answer is still wanted"
    assert shared.tell("bob", task, "virginica") is True
    assert (shared.labels(), shared.status()["pending"]) == ({task.id: "setosa"}, 7), "as many each: the first"
    shared.tell("ann", task, "virginica")
    assert shared.labels() == {task.id: "virginica"}
    with shared.store.writing() as db:
        shared.store.record(db, "review", "rev", {"sample": f"{task.id:016x}", "value": "versicolor"})
    assert shared.labels() == {task.id: "versicolor"}
    assert shared.status()["labels"] == 1


def test_one_may_skip_what_another_answers(shared: Campaign) -> None:
    task = shared.ask("ann")[0]
    shared.ask("bob")
    shared.skip("ann", task, "too dark")
    assert shared.status()["skipped"] == 0
    shared.tell("bob", task, "setosa")
    assert shared.labels() == {task.id: "setosa"}
    assert shared.status()["pending"] == 7
    other = shared.ask("ann")[0]
    shared.ask("bob")
    shared.skip("ann", other, "blurred")
    shared.skip("bob", other, "blurred")
    assert shared.status()["skipped"] == 1


def test_a_late_answer_takes_a_slot_that_is_free(shared: Campaign) -> None:
    task = shared.ask("ann", seconds=60)[0]
    shared.now += 61
    shared.ask("bob"), shared.ask("eve")
    assert shared.tell("ann", task, "setosa") is False, "both its slots are others'"
    other = shared.ask("joe", seconds=60)[0]
    shared.now += 61
    shared.ask("kim")
    assert shared.tell("joe", other, "setosa") is True


def test_a_key_makes_an_answer_one_whatever_happened_since(asked: Campaign) -> None:
    from askance.campaign import questions

    task = asked.ask("ann")[0]

    def say(key: str, value: str) -> bool:
        with asked.store.writing() as db:
            return questions.told(asked.store, db, "ann", task.id, value, key, {"ms": 900})

    assert say("k1", "setosa") is True
    asked.undo("ann")
    assert say("k1", "setosa") is True, "the retry of an answer that arrived says what became of it"
    assert asked.labels() == {}, "and does not bring it back"
    with pytest.raises(Conflict, match="'k1' was used for another answer"), asked.store.writing() as db:
        questions.told(asked.store, db, "bob", task.id, "setosa", "k1")


def test_what_is_given_back_goes_to_the_next(asked: Campaign) -> None:
    from askance.campaign import questions

    a, b = asked.ask("ann", 2)
    with asked.store.writing() as db:
        questions.release(asked.store, db, "ann", [a.id, b.id])
    assert [t.id for t in asked.ask("bob", 2)] == [a.id, b.id]
    with asked.store.writing() as db:
        assert questions.renew(asked.store, db, "ann", [a.id], 60) == asked.now + 60
    asked.now += 300
    assert asked.ask("ann")[0].id not in {a.id, b.id}, "she holds nothing of bob's"


# ---- a queue that follows the newest model


def test_afresh_takes_back_what_nobody_began(asked: Campaign) -> None:
    held = asked.ask("ann", 2)
    done = asked.ask("bob", 2)
    for task, value in zip(done, ("setosa", "virginica"), strict=True):
        asked.tell("bob", task, value)
    asked.step(afresh=True)
    again = asked.ask("ann", 99)
    assert [t.id for t in again[:2]] == [t.id for t in held], "what one holds stays"
    assert [(t.round, t.rank) for t in again[2:]] == [(1, r) for r in range(1, 9)], "then the newest ranking alone"
    assert asked.status()["pending"] == 10
    assert [len(r.picks) for r in asked.history().rounds] == [8, 8], "history keeps what each round chose"


def test_what_is_begun_while_the_model_is_fitted_stays_with_its_owner(asked: Campaign, monkeypatch) -> None:
    from askance.campaign import campaign as module

    for task, value in zip(asked.ask("bob", 2), ("setosa", "virginica"), strict=True):
        asked.tell("bob", task, value)
    began: list[int] = []
    real = module.next_round

    def slowly(*given):
        turn = real(*given)
        began.extend(t.id for t in asked.ask("ann", 6))
        return turn

    monkeypatch.setattr(module, "next_round", slowly)
    asked.step(afresh=True)
    assert [t.id for t in asked.ask("ann", 6)] == began
    assert not {t.id for t in asked.ask("eve", 99)} & set(began)


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
        assert "USING INDEX slot_" in plan, plan
        assert "SCAN" not in plan
        assert "TEMP B-TREE" not in plan, "nothing is sorted"
