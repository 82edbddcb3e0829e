"""The event log: durable, replayed exactly, and plain about what is wrong with its database."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from askance.errors import BadCampaign, Conflict
from askance.store import Store
from askance.store.migrate import known_revisions, revision_of
from askance.store.schema import REVISION, event, label, metadata, slot


def opened(path: Path) -> Store:
    return Store(f"sqlite:///{path}", str(path))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    s = opened(tmp_path / "s.db")
    s.create()
    yield s
    s.close()


def say(store: Store, n: int, value: str = "cat") -> None:
    with store.writing() as db:
        store.record(db, "label", "ann", {"sample": f"{n:016x}", "value": value, "counted": True})


def told(store: Store) -> dict[str, str]:
    with store.reading() as db:
        return {r.sample: r.value for r in db.execute(select(label))}


def test_an_event_and_its_effect_are_both_there_or_neither(store: Store) -> None:
    say(store, 1)

    def both() -> None:
        with store.writing() as db:
            store.record(db, "label", "ann", {"sample": f"{2:016x}", "value": "cat", "counted": True})
            store.record(db, "round", "askance", turn)

    turn = {"number": 0, "record": "{}", "picks": [], "unreadable": {}}
    with store.writing() as db:
        store.record(db, "round", "askance", turn)
    with pytest.raises(IntegrityError):
        both()
    with store.reading() as db:
        assert [e.seq for e in store.events(db)] == [1, 2]
    assert told(store) == {f"{1:016x}": "cat"}, "a round cannot be there twice"


def test_a_commit_is_on_the_disk(store: Store) -> None:
    with store.reading() as db:
        assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 2, "FULL"
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    with store.reading() as db:
        before = db.execute(select(label)).all()
        say(store, 1)
        assert db.execute(select(label)).all() == before == []
    assert len(told(store)) == 1


def test_the_tables_are_made_again_from_the_log_alone(store: Store) -> None:
    for n in range(5):
        say(store, n)
    with store.writing() as db:
        db.execute(label.delete())
    assert told(store) == {}
    assert store.rebuild() == 5
    assert len(told(store)) == 5


def test_numbers_of_events_are_never_used_again(store: Store) -> None:
    say(store, 1)
    with store.writing() as db:
        db.execute(event.delete())
    say(store, 2)
    with store.reading() as db:
        assert [e.seq for e in store.events(db)] == [2]


def test_a_forked_child_does_not_use_its_parents_connection(store: Store) -> None:
    say(store, 1)
    pid = os.fork()
    if not pid:
        code = 1
        try:
            for n in range(2, 22):
                say(store, n)
            code = 0
        finally:
            os._exit(code)
    for n in range(22, 42):
        say(store, n)
    assert os.waitpid(pid, 0)[1] == 0
    assert len(told(store)) == 41
    with store.reading() as db:
        assert db.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


# ---- migrations


def test_the_migrations_make_the_schema_that_the_code_uses(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.reading() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
        assert revision_of(db) == REVISION
        found = {i["name"] for t in inspect(db).get_table_names() for i in inspect(db).get_indexes(t)}
    assert {"slot_next", "slot_who", "task_state", "label_counted", "label_who"} <= found
    assert known_revisions()[-1] == REVISION


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    say(store, 1)
    store.upgrade()
    store.create()
    assert len(told(store)) == 1


def test_an_upgrade_that_is_cut_off_leaves_the_old_schema(tmp_path: Path) -> None:
    s = opened(tmp_path / "s.db")
    pid = os.fork()
    if not pid:
        hooks.listen(s.engine, "commit", lambda _: os.kill(os.getpid(), 9))
        s.upgrade()
    assert os.waitpid(pid, 0)[1] == 9
    with s.reading() as db:
        assert inspect(db).get_table_names() == []
    s.create()
    say(s, 1)
    s.close()


def test_a_newer_versions_database_is_refused_in_one_sentence(store: Store) -> None:
    with store.writing() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadCampaign, match=r"made by a newer Askance \(its data is at revision 9999.*upgrade askance"):
        store.upgrade()


def test_an_event_of_a_newer_version_is_not_left_out_of_a_rebuild(store: Store) -> None:
    say(store, 1)
    with store.writing() as db:
        db.execute(event.insert().values(at=0, kind="teleport", who="x", body="{}"))
    with pytest.raises(BadCampaign, match="an event 'teleport' that this version does not know"):
        store.rebuild()
    assert len(told(store)) == 1


# ---- what is wrong with a database


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("CREATE TABLE songs (name)")
    db.close()
    with pytest.raises(BadCampaign, match="made by another program"):
        opened(tmp_path / "other.db").upgrade()


@pytest.mark.parametrize("damage", ["text", "cut", "middle"])
def test_a_damaged_database_is_said_to_be_damaged(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "s.db"
    s = opened(path)
    s.create()
    for n in range(20):
        say(s, n)
    s.close()
    whole = path.read_bytes()
    path.write_bytes({"text": b"no database " * 999, "cut": whole[:5000], "middle": whole[:100] + bytes(9000)}[damage])
    with pytest.raises(BadCampaign, match=r"s\.db is damaged"):
        opened(path).upgrade()


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadCampaign, match=r"cannot open .*nowhere"):
        opened(tmp_path / "nowhere" / "s.db").upgrade()


def test_a_writer_that_waits_too_long_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askance.store.engine.PATIENCE", 0.1)
    other = Store(store.url, store.what)
    with store.writing(), pytest.raises(Conflict, match=r"is busy: another process has been writing"), other.writing():
        pass
    other.close()


def test_a_database_that_may_not_grow_says_that_the_disk_is_full(store: Store) -> None:
    """As SQLite reports a full disk, by its own limit on pages."""
    say(store, 0)

    @hooks.listens_for(store.engine, "begin")
    def limit(db):  # a connection's limit holds for that connection
        db.exec_driver_sql("PRAGMA max_page_count = 60")

    done = fill(store)
    hooks.remove(store.engine, "begin", limit)
    check_full(store, done)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounting a tiny file system needs root")
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    place = tmp_path / "tiny"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", place], check=False).returncode:
        pytest.skip("a tiny file system cannot be mounted here")
    try:
        s = opened(place / "s.db")
        s.create()
        done = fill(s)
        check_full(s, done, room=lambda: subprocess.run(["mount", "-o", "remount,size=4m", place], check=True))
        s.close()
    finally:
        subprocess.run(["umount", place], check=True)


def fill(store: Store) -> list[int]:
    """Says things until the disk is full.  -> what was acknowledged."""
    done: list[int] = []

    def more() -> None:
        for n in range(5000):
            say(store, n, "x" * 500)
            done.append(n)

    with pytest.raises(BadCampaign, match="the disk is full; free some space and go on, nothing is lost"):
        more()
    assert done
    return done


def check_full(store: Store, done: list[int], room=lambda: None) -> None:
    assert {f"{n:016x}" for n in done} == told(store).keys(), "all that was acknowledged, and nothing else"
    room()
    say(store, 10**6)
    with store.reading() as db:
        assert db.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    before = told(store)
    store.rebuild()
    assert told(store) == before


def test_a_campaign_of_the_first_schema_is_brought_up_to_date_from_its_log(tmp_path: Path) -> None:
    from alembic import command

    from askance.store.engine import use_wal
    from askance.store.migrate import _config

    old = opened(tmp_path / "old.db")
    use_wal(old.engine)
    sample = f"{7:016x}"
    turn = {"number": 0, "record": "{}", "unreadable": {}, "picks": [[sample, "seven", 1, 0.5, "margin 0.5", "train"]]}
    log = [
        ("create", "askance", {"config": "batch = 3"}),
        ("round", "askance", turn),
        ("lease", "ann", {"samples": [sample], "until": 9e9}),
        ("label", "ann", {"sample": sample, "value": "cat", "counted": True}),
    ]
    with old.writing() as db:
        config = _config()
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        for kind, who, body in log:
            db.execute(event.insert().values(at=1.0, kind=kind, who=who, body=json.dumps(body)))
    old.upgrade()
    assert told(old) == {sample: "cat"}
    with old.reading() as db:
        assert revision_of(db) == REVISION
        assert [(r.n, r.state, r.who) for r in db.execute(select(slot))] == [(0, "done", "ann")]
    old.close()


def test_a_campaign_from_before_gold_slots_opens_with_all_it_had(tmp_path: Path) -> None:
    from alembic import command

    from askance.store.engine import use_wal
    from askance.store.migrate import _config
    from askance.store.schema import gold, tested, verdict

    old = opened(tmp_path / "old.db")
    use_wal(old.engine)
    one, two = (f"{n:016x}" for n in (7, 8))
    picks = [[one, "seven", 1, 0.5, "margin", "train"], [two, "eight", 2, 0.4, "margin", "train"]]
    log = [
        ("create", "askance", {"config": "overlap = 2"}),
        ("round", "askance", {"number": 0, "record": "{}", "unreadable": {}, "picks": picks, "wanted": 2}),
        ("lease", "ann", {"samples": [one, two], "until": 9e9}),
        ("label", "ann", {"sample": one, "value": "cat", "counted": True}),
        ("review", "rita", {"sample": one, "value": "dog"}),
        ("gold", "rita", {"answers": {one: "dog"}}),
    ]
    with old.writing() as db:
        config = _config()
        config.attributes["connection"] = db
        command.upgrade(config, "0002")
        for kind, who, body in log:
            db.execute(event.insert().values(at=1.0, kind=kind, who=who, body=json.dumps(body)))
    old.upgrade()
    with old.reading() as db:
        assert revision_of(db) == REVISION
        found = [
            (r.sample, r.n, r.state, r.who, bool(r.gold)) for r in db.execute(select(slot).order_by(slot.c.sample))
        ]
        assert found == [
            (one, 0, "done", "ann", False),
            (one, 1, "open", None, False),  # gold from before leaves what was asked as it was
            (two, 0, "leased", "ann", False),
            (two, 1, "open", None, False),
        ]
        assert [(r.sample, r.value, r.who, r.name) for r in db.execute(select(gold))] == [(one, "dog", "rita", "")]
        assert [(r.value, bool(r.gold)) for r in db.execute(select(label))] == [("cat", False)]
        assert [r.value for r in db.execute(select(verdict))] == ["dog"]
        assert db.execute(select(tested)).all() == []
    old.close()
