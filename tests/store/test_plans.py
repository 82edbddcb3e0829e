"""SQLite finds a question by its index, however many were answered before: what it goes through is looked at."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.dialects import sqlite

from askance.campaign import questions, reading
from askance.store import effects
from askance.store.schema import metadata

BY_SAMPLE = "SEARCH slot USING INDEX sqlite_autoindex_slot_1 (sample=?"


@pytest.fixture
def db() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def plan(db: Connection, statement: object) -> str:
    text = str(statement.compile(dialect=sqlite.dialect())).replace("(__[POSTCOMPILE_these])", "(?)")  # type: ignore[attr-defined]
    return "\n".join(r[3] for r in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (1,) * text.count("?")))


def test_a_question_is_settled_by_its_own_slots(db: Connection) -> None:
    found = plan(db, effects.SETTLE)
    assert found.count(BY_SAMPLE) == 3, found
    assert "state=" not in found, "by the state it would go through all that were ever done"


def test_what_somebody_holds_is_found_by_them(db: Connection) -> None:
    assert "slot_who (who=? AND state=?)" in plan(db, questions._MINE)


@pytest.mark.parametrize("statement", [questions._OPEN, questions._LAPSED])
def test_what_is_free_is_found_in_order_without_their_past(db: Connection, statement: object) -> None:
    found = plan(db, statement)
    assert "SEARCH slot USING INDEX slot_next (state=?" in found
    assert "slot_who" not in found, "by the person it would go through all that they ever had"
    assert "TEMP B-TREE" not in found, "nothing is sorted"


def test_labels_are_counted_in_their_index(db: Connection) -> None:
    assert plan(db, reading._COUNTED).splitlines()[-1].endswith("USING INDEX label_counted")
