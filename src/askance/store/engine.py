"""Opens a database, SQLite unless the URL says otherwise, and says in one sentence what the database says.  Floor 4."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy import event as hooks
from sqlalchemy.exc import DBAPIError

from askance.errors import AskanceError, BadCampaign, Conflict

PATIENCE = 30  # seconds that a writer waits for another


def connect(url: str) -> Engine:
    """An engine whose commits are on the disk when they return."""
    if not url.startswith("sqlite"):
        return _server(url)
    engine = create_engine(url, connect_args={"timeout": PATIENCE})

    @hooks.listens_for(engine, "connect")
    def prepare(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # sqlite3 must not begin transactions of its own: `begin` below does
        raw.execute("PRAGMA synchronous = FULL")

    @hooks.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its turn at once; a transaction that read first could be refused half-way.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _server(url: str) -> Engine:
    """PostgreSQL.  Writers take turns as SQLite's do, by a lock that the transaction holds to its end."""
    engine = create_engine(url, pool_pre_ping=True)

    @hooks.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7105, hashtext(current_schema()))")

    return engine


def options(engine: Engine, writes: bool) -> dict[str, Any]:
    """Of one transaction.  A reader sees one moment; a writer must see what was written while it waited its turn."""
    if writes or engine.dialect.name == "sqlite":
        return {"writes": writes}
    return {"writes": False, "isolation_level": "REPEATABLE READ"}


def use_wal(engine: Engine) -> None:
    """Readers never wait for the writer.  Kept in the file, so it is said once."""
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            raw.close()


@contextmanager
def plainly(what: str) -> Iterator[None]:
    """Errors of the database as one sentence about `what`, the campaign."""
    try:
        yield
    except DBAPIError as e:
        raise in_words(what, str(e.orig)) or e from e


def in_words(what: str, said: str) -> AskanceError | None:
    """What the database said, for people; None where it is a fault of ours."""
    s = said.lower()
    if "full" in s:
        return BadCampaign(f"cannot write to {what}: the disk is full; free some space and go on, nothing is lost")
    if "locked" in s:
        return Conflict(f"{what} is busy: another process has been writing to it for {PATIENCE} s")
    if "readonly" in s or "read-only" in s:
        return BadCampaign(f"cannot write to {what}: it is read-only")
    if "unable to open" in s:
        return BadCampaign(f"cannot open {what}: its database cannot be read, or its folder not written to")
    if "not a database" in s or "malformed" in s or "no such table" in s or "no such column" in s:
        return BadCampaign(f"{what} is damaged, or no campaign ({said}); bring campaign.db back from a copy")
    if "connection" in s and ("refused" in s or "failed" in s or "closed" in s or "terminat" in s):
        return BadCampaign(f"the PostgreSQL server of {what} cannot be reached ({said.splitlines()[0]})")
    if "disk i/o" in s:
        return BadCampaign(f"cannot read or write {what}: the disk reports an error ({said})")
    return None
