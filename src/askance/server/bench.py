"""A process beside the server in which selections are made, so that no label waits for one.  Floor 6."""

import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, TypeVar

from askance.server.refused import Refused

T = TypeVar("T")
WAITING = 8  # selections that wait for their turn
PATIENCE = 300.0  # seconds that one takes at most, its wait included


class Bench:
    """bench.do(function, argument) in a process of its own, one after another; it is started when it is first used."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._lock, self._there = threading.Lock(), 0

    def do(self, work: Callable[[Any], T], given: Any) -> T:
        """What `work` raises is raised here."""
        with self._lock:
            if self._there >= WAITING:
                raise Refused(429, "busy", f"{WAITING} selections are waiting already; try again in a moment")
            self._there += 1
            self._pool = self._pool or ProcessPoolExecutor(1, mp_context=get_context("spawn"))
            waiting = self._pool.submit(work, given)
        try:
            return waiting.result(PATIENCE)
        except TimeoutError:
            self._afresh()
            raise Refused(422, "too_long", f"this took more than {PATIENCE:.0f} s; choose from fewer samples") from None
        except BrokenProcessPool:
            self._afresh()
            raise Refused(
                422, "too_large", "the selection ended without an answer, most likely for lack of memory; send less"
            ) from None
        finally:
            with self._lock:
                self._there -= 1

    def _afresh(self) -> None:
        """Without the process that does not answer; the next selection starts another."""
        with self._lock:
            gone, self._pool = self._pool, None
        if gone is not None:
            for process in list(gone._processes.values()):
                process.kill()
            gone.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        with self._lock:
            gone, self._pool = self._pool, None
        if gone is not None:
            gone.shutdown(wait=True, cancel_futures=True)
