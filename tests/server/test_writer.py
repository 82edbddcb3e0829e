"""One writer for all: what is acknowledged is on the disk, and one job's fault is nobody else's."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from askance.errors import AskanceError, BadCampaign, Conflict
from askance.server.writer import Job, Writer
from askance.store import Store
from askance.store.schema import remark


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(f"sqlite:///{tmp_path / 'campaign.db'}", "this campaign")
    made.create()
    yield made
    made.close()


@pytest.fixture
def writer(store: Store) -> Writer:
    made = Writer(store)
    yield made
    made.close()


def note(store: Store, n: int, long: int = 3) -> Callable[[Connection], int]:
    def work(db: Connection) -> int:
        store.record(db, "remark", "ann", {"sample": f"{n:016x}", "flagged": False, "note": "n" * long})
        return n

    return work


def kept(store: Store) -> list[int]:
    other = Store(store.url)  # another connection sees only what was committed
    with other.reading() as db:
        found = [int(s, 16) for s in db.execute(remark.select().order_by(remark.c.sample)).scalars()]
    other.close()
    return found


def together(writer: Writer, *works: Callable[[Connection], Any]) -> list[Any]:
    """All of them in one transaction.  -> results, or what was raised."""
    jobs = [Job(work) for work in works]
    writer._write(jobs)
    return [job.done.exception() or job.done.result() for job in jobs]


def test_what_is_acknowledged_is_on_the_disk(store: Store, writer: Writer) -> None:
    for n in range(3):
        assert writer.do(note(store, n)) == n
        assert kept(store) == list(range(n + 1))


def test_nothing_is_acknowledged_before_its_commit(store: Store, writer: Writer, monkeypatch: Any) -> None:
    acknowledged: list[bool] = []
    job = Job(note(store, 1))
    with store.engine.connect() as db:
        kind = type(db.connection.dbapi_connection)
    assert kind
    real = store.engine.dialect.do_commit

    def commit(raw: Any) -> None:
        acknowledged.append(job.done.done())
        real(raw)

    monkeypatch.setattr(store.engine.dialect, "do_commit", commit)
    writer._write([job])
    assert acknowledged == [False]
    assert job.done.result(0) == 1


def test_one_jobs_fault_undoes_that_job_alone(store: Store, writer: Writer) -> None:
    def half(db: Connection) -> None:
        note(store, 7)(db)
        raise Conflict("no")

    a, wrong, b = together(writer, note(store, 1), half, note(store, 2))
    assert (a, b) == (1, 2)
    assert isinstance(wrong, Conflict)
    assert kept(store) == [1, 2]


def test_what_the_database_refuses_is_its_jobs_fault_alone(store: Store, writer: Writer) -> None:
    def refused(db: Connection) -> None:
        note(store, 7)(db)
        db.execute(text("INSERT INTO campaign (key) VALUES ('no value')"))

    a, wrong, b = together(writer, note(store, 1), refused, note(store, 2))
    assert (a, b) == (1, 2)
    assert "NOT NULL" in str(wrong)
    assert kept(store) == [1, 2]


def test_a_full_disk_takes_back_nothing_that_was_acknowledged(store: Store, writer: Writer) -> None:
    """SQLite ends the whole transaction when the disk is full, and a commit after that says nothing."""
    with store.engine.connect() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar()
    store.engine.dispose()

    from sqlalchemy import event

    @event.listens_for(store.engine, "connect")
    def small(raw: Any, _: Any) -> None:
        raw.execute(f"PRAGMA max_page_count = {pages + 12}")

    said = together(writer, note(store, 1), note(store, 2, 400_000), note(store, 3))
    told = [n for n in said if isinstance(n, int)]
    assert told == [1, 3]
    assert isinstance(said[1], BadCampaign)
    assert "the disk is full" in str(said[1])
    assert kept(store) == told


def test_where_the_commit_fails_everybody_is_told(store: Store, writer: Writer, monkeypatch: Any) -> None:
    def broken(raw: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(store.engine.dialect, "do_commit", broken)
        said = together(writer, note(store, 1), note(store, 2))
    assert all(isinstance(s, AskanceError) and "disk" in str(s) for s in said), said
    assert kept(store) == []
    assert writer.do(note(store, 3)) == 3, "it goes on"


def test_many_answers_share_a_commit(store: Store, writer: Writer, monkeypatch: Any) -> None:
    commits, real, gate = [0], store.engine.dialect.do_commit, threading.Event()

    def commit(raw: Any) -> None:
        commits[0] += 1
        real(raw)

    monkeypatch.setattr(store.engine.dialect, "do_commit", commit)
    first = threading.Thread(target=writer.do, args=(lambda db: gate.wait(10),))
    first.start()
    rest = [threading.Thread(target=writer.do, args=(note(store, n),)) for n in range(30)]
    for t in rest:
        t.start()
    while writer._jobs.qsize() < 30:
        pass
    gate.set()
    for t in (first, *rest):
        t.join()
    assert kept(store) == list(range(30))
    assert commits[0] <= 3


def test_what_waits_when_it_closes_is_written_and_what_comes_after_is_refused(store: Store) -> None:
    writer, gate = Writer(store), threading.Event()
    threads = [threading.Thread(target=writer.do, args=(lambda db: gate.wait(10),))]
    threads += [threading.Thread(target=writer.do, args=(note(store, n),)) for n in range(5)]
    for t in threads:
        t.start()
    while writer._jobs.qsize() < 5:
        pass
    closing = threading.Thread(target=writer.close)
    closing.start()
    gate.set()
    for t in (*threads, closing):
        t.join(10)
    assert kept(store) == [0, 1, 2, 3, 4]
    with pytest.raises(Conflict, match="being closed"):
        writer.do(note(store, 9))


def test_whoever_waits_without_a_thread_is_told_the_same(store: Store, writer: Writer) -> None:
    def wrong(db: Connection) -> None:
        raise BadCampaign("no")

    async def both() -> int:
        with pytest.raises(BadCampaign, match="no"):
            await writer.written(wrong)
        return await writer.written(note(store, 1))

    assert asyncio.run(both()) == 1
    assert kept(store) == [1]


def test_what_was_begun_is_written_though_nobody_waits_any_more(store: Store, writer: Writer) -> None:
    """A browser that goes away in the middle takes nothing back."""
    held, go_on = threading.Event(), threading.Event()

    def slow(db: Connection) -> int:
        held.set()
        go_on.wait(10)
        return note(store, 1)(db)

    async def leaves() -> None:
        waiting = asyncio.create_task(writer.written(slow))
        await asyncio.to_thread(held.wait, 10)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        go_on.set()
        assert await writer.written(note(store, 2)) == 2

    asyncio.run(leaves())
    assert kept(store) == [1, 2]


def test_a_disk_that_does_not_answer_is_said_to_be_busy(
    store: Store, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askance.server.writer.PATIENCE", 0.05)
    go_on = threading.Event()

    def slow(db: Connection) -> int:
        go_on.wait(10)
        return note(store, 1)(db)

    with pytest.raises(Conflict, match="its disk has not answered"):
        asyncio.run(writer.written(slow))
    with pytest.raises(Conflict, match="its disk has not answered"):
        writer.do(note(store, 2))
    go_on.set()
    monkeypatch.undo()
    assert writer.do(note(store, 3)) == 3
    assert kept(store) == [1, 2, 3], "it is done, or not, whether or not anybody still waits"
