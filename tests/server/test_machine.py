"""The queue under everything at once, in any order; and queues that are broken, each of which is found out."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test
from queue_machine import Queue
from sqlalchemy import delete, false

from askance.campaign import questions
from askance.store import Store, effects, store
from askance.store.schema import event, slot

HOW = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    max_examples=15,
    stateful_step_count=30,
)


@pytest.fixture(scope="module")
def books() -> Any:
    """SQLite in memory."""
    made = Store("sqlite://", "this campaign")
    made.create()
    yield made
    made.close()


def drive(books: Store, how: settings = HOW) -> None:
    run_state_machine_as_test(type("Here", (Queue,), {"make": staticmethod(lambda: books)}), settings=how)


def test_whatever_happens_in_whatever_order(books: Store) -> None:
    drive(books)


@pytest.mark.slow
def test_much_more_of_it(books: Store) -> None:
    drive(books, settings(HOW, max_examples=60, stateful_step_count=50))


# ---- queues that are broken

Patch = pytest.MonkeyPatch


def no_lease_holds(patch: Patch) -> None:
    """Whoever asks is handed what others hold."""
    patch.setattr(questions, "_LAPSED", questions._BEST.where(slot.c.state == "leased", ~questions._ASKED_ME))
    patch.setattr(effects, "free", lambda db, sample, now: FREE(db, sample, 1e12))


def no_lease_ends(patch: Patch) -> None:
    patch.setattr(questions, "_LAPSED", questions._BEST.where(false()))


def overlap_is_ignored(patch: Patch) -> None:
    """Any answer counts, whether there is a slot for it or not."""
    patch.setattr(questions, "free", lambda db, sample, now: 0)


def one_person_may_be_asked_twice(patch: Patch) -> None:
    patch.setattr(questions, "_OPEN", questions._BEST.where(slot.c.state == "open"))


def the_ranking_is_turned_round(patch: Patch) -> None:
    turned = questions._OPEN.order_by(None).order_by(slot.c.round.desc(), slot.c.rank.desc())
    patch.setattr(questions, "_OPEN", turned)


def keys_are_ignored(patch: Patch) -> None:
    patch.setattr(questions, "_said_before", lambda *given: None)


def the_clock_is_read_twice(patch: Patch) -> None:
    """Once to decide and once to write, as it was."""
    patch.setattr(store.Store, "record", lambda self, db, kind, who, body, at=None: RECORD(self, db, kind, who, body))


def undo_gives_nothing_back(patch: Patch) -> None:
    def undo(db: Any, e: effects.Event) -> None:
        EFFECTS["undo"](db, effects.Event(e.seq, e.at, e.kind, e.who, {**e.body, "back": False}))

    patch.setitem(effects.EFFECTS, "undo", undo)


def an_answer_after_a_skip_takes_another_slot(patch: Patch) -> None:
    patch.setattr(questions, "ONES_OWN", ("leased", "done"))
    patch.setattr(effects, "ONES_OWN", ("leased", "done"))


def a_round_takes_what_was_picked_by_hand(patch: Patch) -> None:
    patch.setattr(effects, "_wanted_by_hand", lambda db: set())


def an_effect_asks_the_time(patch: Patch) -> None:
    """A replay is another day."""

    def lease(db: Any, e: effects.Event) -> None:
        seen.append(e.seq)
        EFFECTS["lease"](
            db, effects.Event(e.seq, e.at, e.kind, e.who, {**e.body, "until": e.body["until"] + len(seen)})
        )

    seen: list[int] = []
    patch.setitem(effects.EFFECTS, "lease", lease)


def the_log_forgets(patch: Patch) -> None:
    def release(db: Any, e: effects.Event) -> None:
        EFFECTS["release"](db, e)
        db.execute(delete(event).where(event.c.kind == "lease", event.c.who == e.who))

    patch.setitem(effects.EFFECTS, "release", release)


def late_answers_are_dropped(patch: Patch) -> None:
    def label(db: Any, e: effects.Event) -> None:
        if e.body["counted"]:
            EFFECTS["label"](db, e)

    patch.setitem(effects.EFFECTS, "label", label)


# `the_clock_is_read_twice` takes more luck than a test may: by hand, `drive` with thousands of examples finds it.
FREE, RECORD, EFFECTS = effects.free, store.Store.record, dict(effects.EFFECTS)
BROKEN = (
    no_lease_holds,
    no_lease_ends,
    overlap_is_ignored,
    one_person_may_be_asked_twice,
    the_ranking_is_turned_round,
    keys_are_ignored,
    undo_gives_nothing_back,
    an_answer_after_a_skip_takes_another_slot,
    a_round_takes_what_was_picked_by_hand,
    an_effect_asks_the_time,
    the_log_forgets,
    late_answers_are_dropped,
)


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_queue_is_found_out(books: Store, broken: Callable[[Patch], None], monkeypatch: Patch) -> None:
    broken(monkeypatch)
    how = settings(HOW, max_examples=150, stateful_step_count=40, phases=[Phase.generate], verbosity=Verbosity.quiet)
    with pytest.raises((AssertionError, ExceptionGroup)):
        drive(books, settings(how, report_multiple_bugs=False))
