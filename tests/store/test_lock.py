"""One process at a time steps a campaign; a dead one does not stand in the way."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from askance.errors import Conflict
from askance.store import Lock, Store
from askance.store import lock as module
from askance.store.schema import lock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    s = Store(f"sqlite:///{tmp_path / 's.db'}", "photos.askance")
    s.create()
    yield s
    s.close()


def test_a_second_one_gets_one_clear_sentence(store: Store) -> None:
    said = rf"process {os.getpid()} on .* is running photos\.askance; wait"
    with Lock(store).held(), pytest.raises(Conflict, match=said), Lock(store).held():
        pass
    with Lock(store).held():
        pass


def test_it_is_freed_when_the_work_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), Lock(store).held():
        1 / 0
    with Lock(store).held():
        pass


def held_by_a_child(store: Store) -> int:
    """A child process that holds the lock, and waits."""
    ready, said = os.pipe()
    pid = os.fork()
    if not pid:
        with Lock(store).held():
            os.write(said, b".")
            signal.pause()
    os.read(ready, 1)
    return pid


def test_a_killed_owner_is_taken_over_at_once(store: Store) -> None:
    pid = held_by_a_child(store)
    try:
        with pytest.raises(Conflict, match=f"process {pid}"), Lock(store).held():
            pass
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    with Lock(store).held():
        pass


def test_an_owner_elsewhere_is_waited_for_until_its_lease_runs_out(store: Store) -> None:
    os.kill(pid := held_by_a_child(store), signal.SIGKILL)
    os.waitpid(pid, 0)
    with store.writing() as db:
        db.execute(update(lock).values(host="other-machine pid:[1]"))
    with pytest.raises(Conflict, match=f"process {pid} on other-machine is"), Lock(store).held():
        pass
    now = store.clock()
    store.clock = lambda: now + module.LASTS + 1
    with Lock(store).held():
        pass


def test_it_is_renewed_while_it_is_held(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(module, "RENEW", 0.02)
    with Lock(store).held():
        until = _until(store)
        deadline = time.monotonic() + 20
        while _until(store) <= until:
            assert time.monotonic() < deadline, "the lease was not renewed"
            time.sleep(0.01)


def _until(store: Store) -> float:
    with store.reading() as db:
        return float(db.execute(select(lock.c.until)).scalar_one())


def test_who_has_lost_it_notices_before_writing(store: Store) -> None:
    with Lock(store).held() as mine:
        with store.writing() as db:
            mine.check(db)
            db.execute(update(lock).values(token="somebody else's"))
        with store.reading() as db, pytest.raises(Conflict, match="another process has taken over"):
            mine.check(db)
