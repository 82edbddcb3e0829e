"""One thread writes for all: what waits is put into one transaction, so many answers share one commit.  Floor 6.

A commit that is on the disk costs milliseconds, however much is in it.  With fifty people answering, each answer waits
for the commit before it and for its own, and none is acknowledged before it is durable.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from askance.errors import Conflict
from askance.store import Store

T = TypeVar("T")
TOGETHER = 64  # jobs of one transaction
PATIENCE = 60.0  # seconds that anybody waits for the disk


@dataclass
class Job:
    work: Callable[[Connection], Any]
    done: "Future[Any]" = field(default_factory=Future)


class Writer:
    """writer.do(lambda db: ...) runs it in a transaction, and returns when it is on the disk."""

    def __init__(self, store: Store):
        self.store = store
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._open, self._closed = threading.Lock(), False
        self._thread = threading.Thread(target=self._run, name="askance-writer", daemon=True)
        self._thread.start()

    def do(self, work: Callable[[Connection], T]) -> T:
        """What it raises undoes what it did, and nobody else's."""
        try:
            return self._begun(work).result(PATIENCE)
        except TimeoutError:
            raise self._busy() from None

    async def written(self, work: Callable[[Connection], T]) -> T:
        """As `do`, where no thread may wait: it is done, or not, whether or not anybody still waits for it."""
        done = asyncio.wrap_future(self._begun(work))
        try:
            return await asyncio.wait_for(asyncio.shield(done), PATIENCE)
        except TimeoutError:
            raise self._busy() from None

    def _begun(self, work: Callable[[Connection], T]) -> "Future[T]":
        job = Job(work)
        with self._open:
            if self._closed:
                raise Conflict(f"{self.store.what} is being closed; try again")
            self._jobs.put(job)
        return job.done

    def _busy(self) -> Conflict:
        return Conflict(f"{self.store.what} is busy: its disk has not answered for {PATIENCE:.0f} s")

    def close(self) -> None:
        """What waits is written first."""
        with self._open:
            self._closed = True
            self._jobs.put(None)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        last = False
        while not last and (first := self._jobs.get()) is not None:
            jobs = [first]
            while len(jobs) < TOGETHER and not self._jobs.empty():
                job = self._jobs.get()
                if job is None:
                    last = True
                    break
                jobs.append(job)
            self._write(jobs)

    def _write(self, jobs: list[Job]) -> None:
        try:
            with self.store.writing() as db:
                found = [(job, *_tried(db, job)) for job in jobs] if len(jobs) > 1 else [_alone(db, jobs[0])]
        except Spoiled:  # whose fault it was shows where each has a transaction of its own
            for job in jobs:
                self._write([job])
            return
        except BaseException as e:  # the commit failed: everybody is told, for it is not known to be on the disk
            for job in jobs:
                job.done.set_exception(e)
            return
        for job, result, wrong in found:
            if wrong is None:
                job.done.set_result(result)
            else:
                job.done.set_exception(wrong)


class Spoiled(Exception):
    """The database refused something, and with it perhaps the transaction of everybody."""


def _alone(db: Connection, job: Job) -> tuple[Job, Any, None]:
    """What it raises ends the transaction."""
    return job, job.work(db), None


def _tried(db: Connection, job: Job) -> tuple[Any, Exception | None]:
    """What a job raises undoes the job.  What the database raises undoes all: a full disk ends the transaction of
    SQLite, and what came after would be in another, and what came before lost without a word."""
    try:
        with db.begin_nested():
            return job.work(db), None
    except DBAPIError as e:
        raise Spoiled from e
    except Exception as e:
        return None, e
