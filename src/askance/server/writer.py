"""One thread writes for all: what waits is put into one transaction, so many answers share one commit.  Floor 6.

A commit that is on the disk costs milliseconds, however much is in it.  With fifty people answering, each answer waits
for the commit before it and for its own, and none is acknowledged before it is durable.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection

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
        self._thread = threading.Thread(target=self._run, name="askance-writer", daemon=True)
        self._thread.start()

    def do(self, work: Callable[[Connection], T]) -> T:
        """What it raises undoes what it did, and nobody else's."""
        if not self._thread.is_alive():
            raise Conflict(f"{self.store.what} is being closed; try again")
        job = Job(work)
        self._jobs.put(job)
        result: T = job.done.result(PATIENCE)
        return result

    def close(self) -> None:
        self._jobs.put(None)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            jobs, last = [first], False
            while len(jobs) < TOGETHER and not self._jobs.empty():
                job = self._jobs.get()
                if job is None:
                    last = True
                    break
                jobs.append(job)
            self._write(jobs)
            if last:
                return

    def _write(self, jobs: list[Job]) -> None:
        try:
            with self.store.writing() as db:
                found = [(job, *_tried(db, job)) for job in jobs]

        except BaseException as e:  # the commit failed: none of it is on the disk, and everybody is told
            for job in jobs:
                job.done.set_exception(e)
            return
        for job, result, wrong in found:
            if wrong is None:
                job.done.set_result(result)
            else:
                job.done.set_exception(wrong)


def _tried(db: Connection, job: Job) -> tuple[Any, BaseException | None]:
    try:
        with db.begin_nested():
            return job.work(db), None
    except Exception as e:
        return None, e
