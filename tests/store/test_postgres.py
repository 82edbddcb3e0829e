"""The same books on PostgreSQL: a real server, its locks, its plans."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import postgres
import pytest
from sqlalchemy import create_engine, select, text

from askance.campaign import questions, reading
from askance.errors import Conflict
from askance.store import Lock, Store
from askance.store.schema import FOLDED

MakeStore = Callable[[], Store]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from postgres.server(tmp_path_factory.mktemp("postgres"))


@pytest.fixture
def store(url: str) -> Iterator[MakeStore]:
    """store() -> a new campaign's, in a schema of its own."""
    made: list[Store] = []

    def make() -> Store:
        name = f"campaign_{make.n}"  # type: ignore[attr-defined]
        make.n += 1  # type: ignore[attr-defined]
        engine = create_engine(url)
        with engine.begin() as db:
            db.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
            db.execute(text(f"CREATE SCHEMA {name}"))
        engine.dispose()
        made.append(Store(f"{url}?options=-csearch_path%3D{name}", "this campaign"))
        made[-1].create()
        return made[-1]

    make.n = 0  # type: ignore[attr-defined]
    yield make
    for s in made:
        s.close()


def ask_about(s: Store, n: int, wanted: int = 1) -> Store:
    picks = [[f"{i:016x}", f"n{i}", i, 0.5, "why", "train"] for i in range(n)]
    with s.writing() as db:
        s.record(db, "create", "askance", {"config": "", "samples": str(n)})
        body = {"number": 0, "record": "{}", "picks": picks, "unreadable": {}, "wanted": wanted}
        s.record(db, "round", "askance", body | {"guesses": {f"{1:016x}": [["x", 0.5]]}})
    return s


def tables(s: Store) -> dict[str, list[Any]]:
    with s.reading() as db:
        return {t.name: sorted(map(repr, db.execute(select(t)).all())) for t in FOLDED}


def a_days_work(s: Store) -> None:
    """Everything that can happen, on a clock that the test sets."""
    now = [1000.0]
    s.clock = lambda: now[0]
    ask_about(s, 12, wanted=2)
    for who in ("ann", "bob"):
        questions.ask(s, who, 4, 60)
    questions.tell(s, "ann", [(0, "x"), (1, "y")])
    questions.skip(s, "bob", 2, "too dark")
    now[0] += 100
    questions.ask(s, "eve", 3)
    questions.tell(s, "bob", [(3, "y")])
    questions.undo(s, "ann")
    with s.writing() as db:
        questions.told(s, db, "ann", 1, "x", "key-1", {"ms": 7})
        questions.release(s, db, "eve", [3])
        s.record(db, "import", "file", {"labels": {f"{i:016x}": "x" for i in (7, 8)}})
        s.record(db, "wish", "ann", {"picks": [[f"{99:016x}", "n99"]], "why": "map"})
        s.record(db, "review", "rita", {"sample": f"{1:016x}", "value": "y"})
        s.record(db, "gold", "rita", {"answers": {f"{1:016x}": "y"}})
        s.record(db, "remark", "ann", {"sample": f"{1:016x}", "flagged": True, "note": "Zürich 🙂"})


def test_the_books_are_those_that_sqlite_keeps(store: MakeStore, tmp_path: Path) -> None:
    here, there = store(), Store(f"sqlite:///{tmp_path / 'campaign.db'}")
    there.create()
    for s in (here, there):
        a_days_work(s)
    assert tables(here) == tables(there)
    with here.reading() as a, there.reading() as b:
        for read in (reading.counts, reading.labels, reading.left_out, reading.untouched, reading.caught_up):
            assert read(a) == read(b)
    before = tables(here)
    here.rebuild()
    assert tables(here) == before
    there.close()


def test_what_raises_leaves_nothing(store: MakeStore) -> None:
    s = ask_about(store(), 4)
    questions.ask(s, "ann", 2)
    before = tables(s)
    with pytest.raises(Conflict):
        questions.tell(s, "ann", [(0, "x"), (3, "x")])
    assert tables(s) == before


def test_two_do_not_step_at_once(store: MakeStore) -> None:
    s = store()
    other = Store(s.url)
    other.clock = lambda: s.clock()
    with Lock(s).held(), pytest.raises(Conflict, match="is running"), Lock(other).held():
        pass
    other.close()


@pytest.mark.parametrize("wanted", [1, 2])
def test_a_thousand_simultaneous_claims_and_nothing_is_handed_out_twice(store: MakeStore, wanted: int) -> None:
    """By 20 threads with connections of their own, as processes would have: no writer takes turns for them."""
    s, got, start = ask_about(store(), 1000 // wanted, wanted), [], threading.Barrier(20)

    def claims(me: int) -> None:
        start.wait()
        for n in range(50):
            got.extend((t.id, f"{me}-{n}") for t in questions.ask(s, f"{me}-{n}", 1))

    threads = [threading.Thread(target=claims, args=(i,)) for i in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(got) == len(set(got)) == 1000
    assert set(Counter(sample for sample, _ in got).values()) == {wanted}


def test_answers_of_many_share_a_commit_and_keep_their_faults_to_themselves(store: MakeStore) -> None:
    from askance.server.writer import Job, Writer

    s = ask_about(store(), 8)
    questions.ask(s, "ann", 8)
    writer = Writer(s)

    def broken(db: Any) -> None:
        db.execute(text("INSERT INTO campaign (key) VALUES ('no value')"))

    works = [lambda db, i=i: questions.told(s, db, "ann", i, "x", f"key-{i}") for i in range(3)]
    jobs = [Job(w) for w in (*works, broken, lambda db: questions.told(s, db, "ann", 77, "x", "key-77"))]
    writer._write(jobs)
    assert [j.done.result() for j in jobs[:3]] == [True] * 3
    assert "null value" in str(jobs[3].done.exception())
    assert isinstance(jobs[4].done.exception(), Conflict)
    with s.reading() as db:
        assert reading.counted(db) == 3
    writer.close()


@pytest.mark.slow
def test_a_claim_comes_from_the_index_with_a_million_questions(store: MakeStore) -> None:
    """At a million rows a planner that is left to itself reads and sorts them all."""
    s = store()
    with s.writing() as db:
        db.execute(
            text(
                "INSERT INTO task (sample, round, rank, role, name, utility, why, state) "
                "SELECT lpad(to_hex(i), 16, '0'), 0, i, 'train', 'n' || i, 0.5, 'why', 'open' "
                "FROM generate_series(1, 1000000) i"
            )
        )
        db.execute(
            text(
                "INSERT INTO slot (sample, n, round, rank, state, who, until) "
                "SELECT lpad(to_hex(i), 16, '0'), 0, 0, i, CASE WHEN i <= 200000 THEN 'done' WHEN i % 1000 = 0 "
                "THEN 'leased' ELSE 'open' END, CASE WHEN i <= 200000 OR i % 1000 = 0 THEN 'p' || i % 50 END, 5 "
                "FROM generate_series(1, 1000000) i"
            )
        )
    with s.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))
    given = {"n": 5, "by": "p7", "now": 1e12}
    for statement in (questions._MINE, questions._OPEN, questions._LAPSED):
        ready = statement.compile(dialect=s.engine.dialect)
        with s.reading() as db:
            plan = "\n".join(db.exec_driver_sql(f"EXPLAIN {ready}", {**ready.params, **given}).scalars())
        assert "slot_" in plan, plan
        # One's own few leases may be sorted once the index has found them; what is open may not.
        for slow in ("Seq Scan",) if statement is questions._MINE else ("Seq Scan", "Sort"):
            assert slow not in plan, plan
    assert [t.rank for t in questions.ask(s, "somebody", 3)] == [200001, 200002, 200003]


@pytest.mark.slow
def test_whatever_happens_in_whatever_order(store: MakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state machine that SQLite is put under, here."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "server"))
    from test_machine import HOW, drive

    drive(store(), HOW)
