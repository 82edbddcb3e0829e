"""Questions out and answers in, over HTTP, by one hand and by many."""

import threading
from collections import Counter
from typing import Any

import pytest
from served import QUESTIONS, Served, answer, at, fault, tasks
from sqlalchemy.event import listens_for


@pytest.mark.parametrize("people", [1, 2, 8])
def test_whatever_their_number_people_are_served_the_top_of_the_ranking(team: Served, people: int) -> None:
    """What Label Studio's 'uncertainty sampling' does for one person only."""
    clients = team.annotators(people)
    held = [task for c in clients for task in tasks(c, n=16 // people)]
    assert [t["rank"] for t in held] == list(range(1, 17))
    for c in clients:
        for task in tasks(c, n=16 // people):
            assert c.post(at("one", "answers"), json=answer(task)).status_code == 200
    assert sorted(t["rank"] for c in clients for t in tasks(c, n=8 // people)) == list(range(17, 25))


def test_two_people_a_question_and_never_one_of_them_twice(team: Served) -> None:
    clients = team.annotators(3, "pair")
    ranks = [[t["rank"] for t in tasks(c, "pair", 6)] for c in clients]
    assert ranks == [[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]]
    first = tasks(clients[0], "pair", 1)[0]
    for c in clients[:2]:
        assert c.post(at("pair", "answers"), json=answer(first)).json()["kept"][0]["counts"] is True
    for c in clients:
        assert first["id"] not in {t["id"] for t in tasks(c, "pair", 50)}


def test_the_same_key_is_the_same_answer(team: Served) -> None:
    ann = team.of("ann")
    task = tasks(ann)[0]
    body = answer(task, key="the-same-key")
    first = ann.post(at("one", "answers"), json=body).json()
    again = ann.post(at("one", "answers"), json=body).json()
    assert first == again
    assert first["labels"] == 1
    other = answer(tasks(ann)[1], key="the-same-key")
    assert "a key of its own" in fault(ann.post(at("one", "answers"), json=other), 409, "conflict")
    assert len(ann.get(at("one", "history")).json()["done"]) == 1


def test_answers_are_kept_all_or_none(team: Served) -> None:
    ann = team.of("ann")
    a, b = tasks(ann, n=2)
    both = answer(a)["answers"] + answer(b, "zebra")["answers"]
    assert "'zebra' is not one of" in fault(ann.post(at("one", "answers"), json={"answers": both}), 422, "BadLabel")
    assert ann.get(at("one", "history")).json() == {"done": []}


def test_undo_goes_back_over_submits_and_skips(team: Served) -> None:
    ann = team.of("ann")
    a, b, c = tasks(ann, n=3)
    ann.post(at("one", "answers"), json=answer(a, "x"))
    ann.post(at("one", "answers"), json=answer(b, "y"))
    assert ann.post(at("one", "skips"), json={"key": "skip-key-1", "id": c["id"], "why": "dark"}).status_code == 204
    said = [ann.post(at("one", "undo")).json() for _ in range(3)]
    assert [(s["task"]["id"], s["value"]) for s in said] == [(c["id"], None), (b["id"], "y"), (a["id"], "x")]
    assert "no answer by ann" in fault(ann.post(at("one", "undo")), 409)
    assert {t["id"] for t in tasks(ann, n=3)} == {a["id"], b["id"], c["id"]}, "they are hers again"


def test_a_late_answer_is_kept_beside_the_one_that_counts(team: Served) -> None:
    ann, bob, clock = team.of("ann"), team.of("bob"), [1000.0]
    team.desk().store.clock = lambda: clock[0]
    task = tasks(ann, n=1)[0]
    clock[0] += 601
    assert tasks(bob, n=1)[0]["id"] == task["id"]
    assert ann.post(at("one", "answers"), json=answer(task, "y")).json()["kept"][0]["counts"] is False
    assert bob.post(at("one", "answers"), json=answer(task, "x")).json()["kept"][0]["counts"] is True
    answers = team.of("rita").get(at("one", f"samples/{task['id']}")).json()
    assert answers["label"] == "x"
    assert [(a["who"], a["value"], a["counts"]) for a in answers["answers"]] == [
        ("ann", "y", False),
        ("bob", "x", True),
    ]


def test_a_late_answer_counts_while_its_question_is_free(team: Served) -> None:
    ann, clock = team.of("ann"), [1000.0]
    team.desk().store.clock = lambda: clock[0]
    task = tasks(ann, n=1)[0]
    clock[0] += 10**6
    assert ann.post(at("one", "answers"), json=answer(task)).json()["kept"][0]["counts"] is True


def test_a_heartbeat_holds_what_would_run_out(team: Served) -> None:
    ann, bob, clock = team.of("ann"), team.of("bob"), [1000.0]
    team.desk().store.clock = lambda: clock[0]
    a, b = tasks(ann, n=2)
    clock[0] += 500
    assert ann.post(at("one", "heartbeat"), json={"ids": [a["id"]]}).json() == {"until": 2100.0}
    clock[0] += 200
    assert tasks(bob, n=1)[0]["id"] == b["id"]
    assert a["id"] not in {t["id"] for t in tasks(bob, n=5)}


def test_a_heartbeat_takes_nothing_from_others(team: Served) -> None:
    ann, bob = team.of("ann"), team.of("bob")
    task = tasks(ann, n=1)[0]
    bob.post(at("one", "heartbeat"), json={"ids": [task["id"]]})
    bob.post(at("one", "release"), json={"ids": [task["id"]]})
    assert task["id"] not in {t["id"] for t in tasks(bob, n=50)}
    assert "bob was not asked" in fault(bob.post(at("one", "answers"), json=answer(task)), 409)


def test_what_is_released_goes_to_the_next(team: Served) -> None:
    ann, bob = team.of("ann"), team.of("bob")
    held = tasks(ann, n=3)
    assert ann.post(at("one", "release"), json={"ids": [t["id"] for t in held]}).status_code == 204
    assert [t["id"] for t in tasks(bob, n=3)] == [t["id"] for t in held]


def test_what_the_page_has_is_not_sent_again_and_is_held_for_longer(team: Served) -> None:
    ann = team.of("ann")
    first = tasks(ann, n=3)
    more = tasks(ann, n=5, have=tuple(t["id"] for t in first))
    assert [t["rank"] for t in more] == [4, 5]
    assert [t["rank"] for t in tasks(ann, n=5)] == [1, 2, 3, 4, 5], "after a reload it is there again"


def test_an_empty_queue_says_why(team: Served) -> None:
    ann, bob = team.of("ann"), team.of("bob")
    assert len(tasks(ann, n=50)) == QUESTIONS
    said = bob.post(at("one", "queue"), json={"n": 1}).json()
    assert (said["tasks"], said["empty_why"]) == ([], "the next questions have not been chosen yet")


def test_a_thousand_simultaneous_claims_and_nothing_is_handed_out_twice(folder, config_of_many) -> None:
    """On Label Studio's default database 40 % of such claims got a task that somebody else had got as well."""
    from askance.campaign import questions
    from askance.server.desk import Desk

    desk = Desk(config_of_many(1000))
    got: list[int] = []
    start = threading.Barrier(20)

    def claims(who: str) -> None:
        start.wait()
        for n in range(50):
            held = desk.writer.do(lambda db, n=n: questions.asked(desk.store, db, f"{who}-{n}", 1, 600))
            got.extend(t.id for t in held)

    threads = [threading.Thread(target=claims, args=(f"p{i}",)) for i in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    desk.close()
    assert len(got) == 1000
    assert Counter(got).most_common(1)[0][1] == 1


CLAIMS = """
import sys, threading
from askance.campaign import questions
from askance.store import Store
store, me, got = Store(sys.argv[1]), sys.argv[2], []
print("ready", flush=True)
sys.stdin.readline()
def claims(thread):
    for n in range(50):
        got.extend(t.id for t in questions.ask(store, f"{me}-{thread}-{n}", 1))
threads = [threading.Thread(target=claims, args=(i,)) for i in range(5)]
[t.start() for t in threads]
[t.join() for t in threads]
print(*got)
"""


def test_a_thousand_claims_by_several_processes_and_nothing_is_handed_out_twice(config_of_many) -> None:
    """Each with connections of its own: nothing takes turns for them but the database."""
    import subprocess
    import sys

    url = f"sqlite:///{config_of_many(1000) / 'campaign.db'}"
    words = [sys.executable, "-c", CLAIMS, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen([*words, f"p{i}"], **pipes) for i in range(4)]
    for p in running:
        assert p.stdout.readline() == "ready\n"
    for p in running:  # all at once
        p.stdin.write("go\n")
        p.stdin.flush()
    got = [int(i) for p in running for i in p.communicate(timeout=120)[0].split()]
    assert len(got) == len(set(got)) == 1000


@pytest.fixture
def config_of_many(tmp_path):
    """config_of_many(n) -> the folder of a campaign with n questions open."""
    from askance.campaign import Campaign, Config, PoolConfig

    def make(n: int):
        path = tmp_path / "many.csv"
        path.write_text("key,a\n" + "".join(f"s{i},{i % 7}\n" for i in range(n)))
        pool = PoolConfig(str(path), features=("a",), id="key")
        config = Config(pool=pool, classes=("x", "y"), warmup=n, batch=8, warmup_strategy="random", stop_set=0)
        campaign = Campaign.create(tmp_path / "many.askance", config)
        campaign.step()
        campaign.close()
        return campaign.folder.root

    return make


# ---- the next questions come with the receipt


def test_the_next_questions_come_with_the_receipt(team: Served) -> None:
    ann, bob = team.of("ann"), team.of("bob")
    a, b, c = tasks(ann, n=3)
    assert [t["rank"] for t in tasks(bob, n=1)] == [4]
    said = ann.post(at("one", "answers"), json=answer(a) | {"want": {"n": 5, "have": [b["id"], c["id"]]}}).json()
    assert [t["rank"] for t in said["queue"]["tasks"]] == [5, 6, 7], "three more, and none that bob holds"
    assert (said["labels"], said["queue"]["labels"], said["queue"]["empty_why"]) == (1, 1, "")
    assert ann.post(at("one", "answers"), json=answer(b)).json()["queue"] is None, "where none were wanted"


def test_what_is_just_being_answered_may_be_named_as_held(team: Served) -> None:
    """The page cannot know what has arrived: it names what is under way too."""
    ann = team.of("ann")
    a, b = tasks(ann, n=2)
    said = ann.post(at("one", "answers"), json=answer(a) | {"want": {"n": 3, "have": [a["id"], b["id"]]}}).json()
    assert [t["rank"] for t in said["queue"]["tasks"]] == [3]


def test_a_refused_answer_hands_nothing_out(team: Served) -> None:
    ann, bob = team.of("ann"), team.of("bob")
    a = tasks(ann, n=1)[0]
    body = answer(a, "zebra") | {"want": {"n": 5, "have": []}}
    fault(ann.post(at("one", "answers"), json=body), 422, "BadLabel")
    assert [t["rank"] for t in tasks(bob, n=2)] == [2, 3]


def test_the_same_answer_sent_again_brings_the_same_questions(team: Served) -> None:
    """The receipt was lost on the way: nothing is handed out twice, and nothing is held that nobody sees."""
    ann, bob = team.of("ann"), team.of("bob")
    a, b = tasks(ann, n=2)
    body = answer(a, key="lost-on-the-way") | {"want": {"n": 4, "have": [b["id"]]}}
    first, again = (ann.post(at("one", "answers"), json=body).json() for _ in range(2))
    assert [t["id"] for t in first["queue"]["tasks"]] == [t["id"] for t in again["queue"]["tasks"]]
    assert again["labels"] == 1
    assert [t["rank"] for t in tasks(bob, n=1)] == [6]


def test_what_has_long_to_run_is_not_written_down_again(team: Served) -> None:
    """Each lease is a line in the log: asking for more says nothing of those at hand until half their time is over."""
    ann, clock = team.of("ann"), [1000.0]
    store = team.desk().store
    store.clock = lambda: clock[0]

    def leases() -> list[list[str]]:
        with store.reading() as db:
            return [e.body["samples"] for e in store.events(db) if e.kind == "lease"]

    a, b = (t["id"] for t in tasks(ann, n=2))
    clock[0] += 299
    (c,) = (t["id"] for t in tasks(ann, n=3, have=(a, b)))
    assert leases() == [[a, b], [c]]
    clock[0] += 2
    (d,) = (t["id"] for t in tasks(ann, n=4, have=(a, b, c)))
    assert leases()[2:] == [sorted([a, b]), [d]]


def statements(store: Any) -> list[tuple[str, str]]:
    """What the database is asked from now on: (thread, statement)."""
    asked: list[tuple[str, str]] = []

    @listens_for(store.engine, "before_cursor_execute")
    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append((threading.current_thread().name, statement))

    return asked


def test_an_answer_with_the_next_questions_is_one_transaction_of_the_writers_thread(team: Served) -> None:
    """Fifty people at once waited three times as long when each had a thread: the threads waited for each other."""
    ann = team.of("ann")
    a, b, c = tasks(ann, n=3)
    asked = statements(team.desk().store)
    said = ann.post(at("one", "answers"), json=answer(a) | {"want": {"n": 4, "have": [b["id"], c["id"]]}}).json()
    assert len(said["queue"]["tasks"]) == 2
    assert {thread for thread, _ in asked} == {"askance-writer"}
    assert [statement for _, statement in asked if statement.startswith("BEGIN")] == ["BEGIN IMMEDIATE"]
    assert len(asked) <= 26, "each statement costs a fifth of a millisecond, and fifty people wait for it"


def test_who_asks_is_looked_up_in_one_statement(team: Served) -> None:
    ann = team.of("ann")
    tasks(ann)
    asked = statements(team.house.people)
    assert ann.post(at("one", "queue"), json={"n": 1}).status_code == 200
    assert [statement.split()[0] for _, statement in asked] == ["BEGIN", "SELECT"]
