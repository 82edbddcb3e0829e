"""One process at a time steps a campaign; any number may answer.  Floor 4.

The lock is a lease: its owner renews it while alive, so a killed process on this machine frees it at once, and one
that died elsewhere after a minute.
"""

import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, delete, select, update

from askance.errors import AskanceError, Conflict
from askance.store.effects import put
from askance.store.schema import lock
from askance.store.store import Store

LASTS = 60.0  # seconds without a sign of life
RENEW = 15.0


def host_name() -> str:
    """The machine, and on Linux the container: a process number means something only within one."""
    try:
        return f"{socket.gethostname()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return socket.gethostname()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's, so it is there
        return True
    return True


class Lock:
    """with Lock(store).held(): ...  raises Conflict while another process holds it."""

    def __init__(self, store: Store, name: str = "step"):
        self.store, self.name, self.token = store, name, uuid.uuid4().hex

    @contextmanager
    def held(self) -> Iterator["Lock"]:
        with self.store.writing() as db:
            self._take(db)
        over = threading.Event()
        beat = threading.Thread(target=self._renew, args=(over,), name="askance-lock", daemon=True)
        beat.start()
        try:
            yield self
        finally:
            over.set()
            beat.join()
            self._free()

    def check(self, db: Connection) -> None:
        """That it is still ours: a machine that slept for an hour has lost it."""
        row = self._row(db)
        if row is None or row.token != self.token:
            raise Conflict(f"another process has taken over {self.store.what}; this one stops, and nothing is lost")

    def _take(self, db: Connection) -> None:
        row = self._row(db)
        if row is not None and row.until > self.store.clock():
            host, _, _ = row.host.partition(" ")
            if row.host != host_name() or alive(row.pid):
                raise Conflict(
                    f"process {row.pid} on {host} is running {self.store.what}; wait until it is done, or stop it"
                )
        until = self.store.clock() + LASTS
        mine = {"name": self.name, "token": self.token, "host": host_name(), "pid": os.getpid(), "until": until}
        put(db, lock, [mine])

    def _row(self, db: Connection) -> Any:
        return db.execute(select(lock).where(lock.c.name == self.name)).first()

    def _mine(self) -> Any:
        return (lock.c.name == self.name) & (lock.c.token == self.token)

    def _renew(self, over: threading.Event) -> None:
        while not over.wait(RENEW):
            try:
                with self.store.writing() as db:
                    db.execute(update(lock).where(self._mine()).values(until=self.store.clock() + LASTS))
            except AskanceError:  # a full disk or a busy database is reported by the work itself
                continue

    def _free(self) -> None:
        try:
            with self.store.writing() as db:
                db.execute(delete(lock).where(self._mine()))
        except AskanceError:  # whatever failed before must not be hidden by this; the lease runs out by itself
            return
