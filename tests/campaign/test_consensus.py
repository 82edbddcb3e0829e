"""What counts of several answers: every rule for every kind, at any time, and the same however it was come to."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from askance.annotators import dawid_skene, gather
from askance.campaign import Config, consensus, reading
from askance.campaign.settings import change
from askance.campaign.settling import settled
from askance.errors import BadConfig
from askance.labels import parse_kind
from askance.labels.structured import write
from askance.ops import hex_id
from askance.store import Store

CLASSES = ("a", "b", "c")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 's.db'}")
    made.create()
    begin(made, Config(classes=CLASSES))
    yield made
    made.close()


def begin(store: Store, config: Config) -> None:
    with store.writing() as db:
        store.record(db, "create", "olga", {"config": config.text(), "samples": "9"})


def say(store: Store, rows: list[tuple[int, str, str]], counted: bool = True) -> None:
    with store.writing() as db:
        for i, who, value in rows:
            store.record(db, "label", who, {"sample": hex_id(i), "value": value, "counted": counted})


def rule(store: Store, name: str) -> dict[int, str]:
    with store.writing() as db:
        change(store, db, "olga", {"aggregate": name})
    return labels(store)


def labels(store: Store) -> dict[int, str]:
    with store.reading() as db:
        return reading.labels(db)


def test_the_rule_may_be_another_at_any_time(store: Store) -> None:
    say(store, [(1, "ann", "b"), (1, "bob", "a"), (1, "eve", "a"), (2, "ann", "c"), (3, "bob", "b"), (3, "ann", "a")])
    assert rule(store, "first") == {1: "b", 2: "c", 3: "b"}
    assert rule(store, "majority") == {1: "a", 2: "c", 3: "b"}, "of as many the first, as it always was"
    assert list(rule(store, "first")) == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "values", "wanted"),
    [
        ("class", ["a", "b", "b"], "b"),
        ("class", ["a", "b"], "a"),
        ("preference", ["left", "tie", "tie"], "tie"),
        ("classes", [["a", "b"], ["b"], ["b", "c"]], ["b"]),
        ("classes", [["a", "b"], ["b", "c"]], ["a", "b"]),  # half of them: as the first says
        ("classes(least=1)", [["a"], ["b"], ["c"]], ["a"]),  # nothing has a majority, and nothing is no answer
        ("number", ["1.0", "9.0", "2.0"], "2.0"),
        ("number", ["1.0", "2.0"], "1.5"),
        ("rating", ["5", "2", "4", "3"], "4"),  # 3 and 4 are in the middle, and 4 came first
        ("text", ["one", "two", "two"], "two"),
    ],
)
def test_what_suits_each_kind(kind: str, values: list[Any], wanted: Any) -> None:
    of = parse_kind(kind, CLASSES if kind.startswith("class") else ())
    made = [v if isinstance(v, str) else write(v) for v in values]
    assert settled(of, "majority", made) == (wanted if isinstance(wanted, str) else write(wanted))
    assert settled(of, "first", made) == made[0]


def test_of_marks_the_answer_that_agrees_most_with_the_others() -> None:
    kind = parse_kind("boxes", ("cat",))
    off, one, near = (write([{"x": x, "y": 0, "w": 10, "h": 10, "label": "cat"}]) for x in (90, 0, 1))
    assert settled(kind, "majority", [off, one, near]) == one
    assert settled(kind, "majority", [off, one]) == off, "of two the first"
    assert settled(kind, "first", [off, one, near]) == off


def test_a_decision_stands_above_every_rule(store: Store) -> None:
    say(store, [(1, "ann", "a"), (1, "bob", "a"), (2, "ann", "b")])
    with store.writing() as db:
        store.record(db, "review", "rita", {"sample": hex_id(1), "value": "c"})
        store.record(db, "review", "rita", {"sample": hex_id(9), "value": "b"})
    for name in ("first", "majority", "dawid_skene"):
        assert rule(store, name) == {1: "c", 2: "b", 9: "b"}


def test_dawid_skene_is_the_librarys_with_what_is_known(store: Store) -> None:
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 3, 120)
    people = {"ann": 0.95, "bob": 0.6, "eve": 0.35, "joe": 0.6}
    rows = [
        (i, who, CLASSES[truth[i] if draw.random() < people[who] else draw.integers(3)])
        for i in range(100)
        for who in sorted(draw.choice(sorted(people), 3, replace=False))
    ]
    say(store, rows)
    known = {i: CLASSES[truth[i]] for i in range(100, 120)}
    test = [(i, who, CLASSES[truth[i]] if who == "ann" else "a") for i in known for who in people]
    with store.writing() as db:
        store.record(db, "gold", "olga", {"answers": {hex_id(i): v for i, v in known.items()}})
        for i, who, value in test:
            body = {"sample": hex_id(i), "value": value, "counted": False, "gold": "untold"}
            store.record(db, "label", who, body)
    found = rule(store, "dawid_skene")
    kinds = {"smoothing": consensus.SMOOTHING, "trust": consensus.TRUST, "tolerance": consensus.TOLERANCE}
    fit = dawid_skene(gather(rows + test, classes=CLASSES), known=known, **kinds)
    assert found == {i: v for i, v in fit.consensus.labels.items() if i < 100}
    with store.reading() as db:
        probs, weights = consensus.posterior(db, hex_id(3))
        row = fit.consensus.ids.tolist().index(3)
        assert list(probs.values()) == pytest.approx(fit.consensus.probs[row], abs=1e-4)
        assert weights == {who: pytest.approx(q, abs=1e-4) for who, q in fit.consensus.quality.items()}
        one = consensus.consensus(db)[hex_id(3)]
        assert one.agreement == pytest.approx(probs[one.value], abs=1e-4)
    assert found != rule(store, "majority")


def test_single_answers_stay_what_they_are_by_dawid_skene(store: Store) -> None:
    """Without trust everything becomes one class: what people say need then not mean what they say."""
    draw = np.random.default_rng(1)
    rows = [(i, ("ann", "bob")[i % 2], CLASSES[draw.integers(3)]) for i in range(60)]
    say(store, rows)
    assert rule(store, "dawid_skene") == {i: v for i, _, v in rows}


def test_what_is_kept_is_what_would_be_made_anew(store: Store) -> None:
    draw = np.random.default_rng(2)
    people = ("ann", "bob", "eve")
    for turn in range(60):
        i, who = int(draw.integers(12)), people[draw.integers(3)]
        value = CLASSES[draw.integers(3)]
        with store.writing() as db:
            match draw.integers(6):
                case 0:
                    store.record(db, "review", "rita", {"sample": hex_id(i), "value": value})
                case 1:
                    store.record(db, "review", "rita", {"sample": hex_id(i), "value": None})
                case 2:
                    store.record(db, "undo", who, {"sample": hex_id(i), "back": False, "until": 0})
                case _:
                    late = bool(draw.random() < 0.8)
                    store.record(db, "label", who, {"sample": hex_id(i), "value": value, "counted": late})
        with store.reading() as db:
            kept = consensus.consensus(db)
        with store.writing() as db:  # one that writes makes its own
            anew = consensus.consensus(db)
        assert list(kept.items()) == list(anew.items()), turn


def test_a_transaction_that_is_undone_leaves_nothing_behind(store: Store) -> None:
    say(store, [(1, "ann", "a")])
    assert labels(store) == {1: "a"}

    def undone() -> None:
        with store.writing() as db:
            store.record(db, "label", "bob", {"sample": hex_id(2), "value": "b", "counted": True})
            assert reading.labels(db) == {1: "a", 2: "b"}
            raise KeyError

    with pytest.raises(KeyError):
        undone()
    assert labels(store) == {1: "a"}
    say(store, [(3, "eve", "c")])
    assert labels(store) == {1: "a", 3: "c"}


@pytest.mark.parametrize(("seconds", "seen"), [(0.2, {1: "a", 2: "b"}), (60.0, {1: "a"})])
def test_what_is_dear_may_be_shown_as_it_was_lately_and_never_learned_from(
    store: Store, monkeypatch: pytest.MonkeyPatch, seconds: float, seen: dict[int, str]
) -> None:
    say(store, [(1, "ann", "a")])
    with store.reading() as db:
        pool, one = db.engine.pool, consensus.kept(db)
    monkeypatch.setitem(consensus._kept, pool, replace(one, seconds=seconds))
    say(store, [(2, "bob", "b")])
    with store.reading() as db:
        assert {int(s, 16): o.value for s, o in consensus.lately(db).items()} == seen
        assert reading.labels(db) == {1: "a", 2: "b"}


def test_agreement_and_lead(store: Store) -> None:
    say(store, [(1, w, v) for w, v in zip("pqrs", "aaab", strict=True)] + [(2, "p", "a"), (3, "p", "a"), (3, "q", "a")])
    say(store, [(2, "q", "b")], counted=False)
    with store.reading() as db:
        found = consensus.consensus(db)
    assert (found[hex_id(1)].agreement, found[hex_id(1)].lead, found[hex_id(1)].differing) == (0.75, 0.5, True)
    assert (found[hex_id(2)].agreement, found[hex_id(2)].differing, found[hex_id(2)].lead) == (None, True, 0.0)
    assert (found[hex_id(3)].agreement, found[hex_id(3)].differing) == (1.0, False)


def test_settings_that_do_not_go_together() -> None:
    with pytest.raises(BadConfig, match=r"aggregate must be one of .*'majorty'; did you mean 'majority'"):
        Config(classes=CLASSES, aggregate="majorty")
    with pytest.raises(BadConfig, match="dawid_skene is for labels that are one class of several, not 'number'"):
        Config(labels="number", aggregate="dawid_skene")
    with pytest.raises(BadConfig, match="2 or more, or 0 for none"):
        Config(classes=CLASSES, control=1)


def test_what_cannot_change_stays(store: Store) -> None:
    with pytest.raises(BadConfig, match="batch stays as it is"), store.writing() as db:
        change(store, db, "olga", {"batch": 3})
    with store.reading() as db:
        assert [e.kind for e in store.events(db)] == ["create"]


def test_the_export_says_how_far_the_answers_speak_for_each_label(campaign: Any, tmp_path: Path) -> None:
    c = campaign(overlap=3)
    c.step()
    first, second = c.ask("ann", 2)
    for who, value in (("ann", "setosa"), ("bob", "setosa"), ("eve", "virginica")):
        c.ask(who, 2)
        c.tell(who, first, value)
    c.tell("ann", second, "virginica")
    c.export(tmp_path / "out.jsonl")
    rows = {r["label"]: r for r in map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())}
    assert rows["setosa"]["agreement"] == 0.6667
    assert rows["setosa"]["who"] == "ann, bob"
    assert rows["virginica"].get("agreement") is None
