"""An append-only log; one transaction writes an event and its effect, so a crash leaves both or neither.  Floor 4."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from askance.errors import BadCampaign
from askance.store.effects import EFFECTS, Event
from askance.store.engine import connect, options, plainly, use_wal
from askance.store.migrate import revision_of, upgrade
from askance.store.schema import FOLDED, REVISION, event

APPEND = insert(event)


class Store:
    """One campaign's database.  `what`: how messages call it.  `clock`: seconds since 1970."""

    def __init__(self, url: str, what: str = "", clock: Callable[[], float] = time.time):
        self.url, self.what, self.clock = url, what or url, clock
        self.engine = connect(url)
        self._pid = os.getpid()

    def create(self) -> None:
        """Makes the tables, or brings older ones up to date."""
        with plainly(self.what):
            use_wal(self.engine)
        self.upgrade()

    def upgrade(self) -> None:
        """Brings the tables to this version; a newer version's are a BadCampaign."""
        with self.reading() as db:
            current = revision_of(db) == REVISION
        if not current:
            with self.writing() as db:
                upgrade(db, self.what)
                self._replay(db)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write.  Writers of all processes take turns."""
        with self._transaction(True) as db:
            yield db

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: everything read in it is of one moment, and no writer waits for it."""
        with self._transaction(False) as db:
            yield db

    @contextmanager
    def _transaction(self, writes: bool) -> Iterator[Connection]:
        if self._pid != os.getpid():  # a forked child must not use its parent's connections
            self.engine.dispose(close=False)
            self._pid = os.getpid()
        with plainly(self.what), self.engine.execution_options(**options(self.engine, writes)).begin() as db:
            yield db

    def record(self, db: Connection, kind: str, who: str, body: Mapping[str, Any], at: float | None = None) -> Event:
        """Appends one event and applies its effect, in the caller's transaction.

        at: when it happened, for a caller that has decided by the clock already: a second reading may be another
        """
        at, text = self.clock() if at is None else at, json.dumps(body, sort_keys=True, allow_nan=False)
        done = db.execute(APPEND, {"at": at, "kind": kind, "who": who, "body": text})
        happened = Event(int(done.inserted_primary_key[0]), at, kind, who, body)  # type: ignore[index]
        EFFECTS[kind](db, happened)
        return happened

    def events(self, db: Connection, after: int = 0) -> Iterator[Event]:
        """The log, oldest first, from behind `after`."""
        for row in db.execute(select(event).where(event.c.seq > after).order_by(event.c.seq)):
            yield Event(row.seq, row.at, row.kind, row.who, json.loads(row.body))

    def rebuild(self) -> int:
        """Makes the tables again from the log alone.  -> how many events were replayed."""
        with self.writing() as db:
            return self._replay(db)

    def _replay(self, db: Connection) -> int:
        for table in FOLDED:
            db.execute(delete(table))
        log = list(self.events(db))
        for e in log:
            if e.kind not in EFFECTS:
                raise BadCampaign(
                    f"{self.what} has an event {e.kind!r} that this version does not know; upgrade askance"
                )
            EFFECTS[e.kind](db, e)
        return len(log)

    def close(self) -> None:
        self.engine.dispose()
