"""All that several people, a model and a clock can do to a campaign's queue, in any order that Hypothesis draws."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from queue_state import Clock, Tables, check_slots, check_tasks, served_to, takes
from sqlalchemy import delete

from askance.campaign import Campaign, Config, PoolConfig, golden, questions, reading
from askance.errors import Conflict
from askance.ops import hex_id, parse_id
from askance.store import Store
from askance.store.schema import FOLDED, event, label, slot, task

PEOPLE = ("ann", "bob", "eve", "zoe")
SAMPLES = 12
LEASE = 60.0
WHO, VALUE, N = st.sampled_from(PEOPLE), st.sampled_from("xy"), st.integers(1, 4)
SAMPLE = st.integers(0, SAMPLES - 1)
WHICH = st.integers(0, 9)  # of several: counted round
GOLD, DRIFT = st.sampled_from([0.0] * 4 + [0.5]), st.sampled_from([0.0] * 9 + [30.0, -30.0, -2 * LEASE])
STEPS = [LEASE - 1, LEASE, LEASE + 1, 10 * LEASE, -1.0, -LEASE - 1]


class Queue(RuleBasedStateMachine):
    """make: the store, which each run empties."""

    make: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.store = Clock(), type(self).make()
        self.store.clock = self.clock
        self.now = Tables(self.store)
        self.log: list[Any] = []
        self.round = self.keys = 0
        self.said: dict[tuple[str, str], str] = {}  # answers that were acknowledged, and not taken back
        self.sent: dict[str, tuple[str, str, bool]] = {}  # key -> who, sample, whether it was said to count
        self.plan: tuple[frozenset[int], list[int]] | None = None

    @initialize(overlap=st.integers(1, 3), n=st.integers(2, 5), gold=GOLD, drift=DRIFT)
    def begin(self, overlap: int, n: int, gold: float, drift: float) -> None:
        self.overlap, self.gold, self.clock.drift = overlap, gold, drift
        pool = PoolConfig("nowhere.csv", features=("a",))
        config = Config(pool=pool, classes=("x", "y"), overlap=overlap, gold=gold)
        with self.store.writing() as db:
            for table in (*FOLDED, event):
                db.execute(delete(table))
            self.store.record(db, "create", "askance", {"config": config.text(), "samples": str(SAMPLES)})
        self.write_round(list(range(n)), frozenset())
        self.log = self.now.log()

    def teardown(self) -> None:
        if self.log:
            self.replay()

    # ---- questions out

    @rule(who=WHO, n=N, later=st.sampled_from([0.0, LEASE + 1]))
    def ask(self, who: str, n: int, later: float = 0.0) -> None:
        self.clock.now += later
        before, now, steady = self.now.slots(), self.clock.now, self.clock.drift == 0
        served = questions.ask(self.store, who, n, LEASE)
        ids = [hex_id(t.id) for t in served]
        assert len(ids) == len(set(ids)) <= n
        after = self.now.slots()
        for t, sample in zip(served, ids, strict=True):
            mine = [s for s in after[sample] if s.who == who]
            assert [(s.state, s.until) for s in mine] == [("leased", t.until)], f"{who} holds {sample}: {mine}"
            was = [s for s in before[sample] if s.n == mine[0].n and s.who not in (None, who)]
            assert not steady or not was or was[0].until < now, f"{sample} was {was}, and it is {now}"
        if steady and not self.gold:
            best = served_to(before, who, now)
            places = {sample: place for place, sample in best}
            assert [places.get(i) for i in ids] == [place for place, _ in best[:n]], f"{who} gets {ids} of {best}"

    def some_of(self, who: str) -> list[str]:
        """What they hold, after they have asked as a page does: for as much as it has room for."""
        self.ask(who, 3)
        return self.now.held_by(who)

    # ---- answers in

    @rule(who=WHO, which=WHICH, value=VALUE, keyed=st.booleans())
    def tell(self, who: str, which: int, value: str, keyed: bool) -> None:
        if held := self.some_of(who):
            self.answer(who, held[which % len(held)], value, keyed)

    @rule(who=WHO, which=WHICH, value=VALUE, keyed=st.booleans())
    def think_again(self, who: str, which: int, value: str, keyed: bool) -> None:
        """Another answer, or one after a skip, as from the page's history."""
        if done := self.now.done_by(who):
            self.answer(who, done[which % len(done)], value, keyed)

    @rule(who=WHO, which=WHICH, value=VALUE, keyed=st.booleans())
    def tell_late(self, who: str, which: int, value: str, keyed: bool) -> None:
        """What they were handed once, and hold no longer."""
        if late := sorted(self.now.handed_to(who) - {*self.now.held_by(who), *self.now.done_by(who)}):
            self.answer(who, late[which % len(late)], value, keyed)

    @rule(who=WHO, at=SAMPLE, value=VALUE, keyed=st.booleans())
    def tell_about_anything(self, who: str, at: int, value: str, keyed: bool) -> None:
        """Most likely to what they were never asked."""
        self.answer(who, hex_id(at), value, keyed)

    def answer(self, who: str, sample: str, value: str, keyed: bool) -> None:
        handed, steady = sample in self.now.handed_to(who), self.clock.drift == 0
        trial, slot_left = takes(self.now.slots()[sample], who, self.clock.now)
        self.the_log_only_grows()
        self.keys += keyed
        key = f"key-{self.keys}" if keyed else ""
        try:
            with self.store.writing() as db:
                counts = questions.told(self.store, db, who, parse_id(sample), value, key)
        except Conflict:
            assert not handed, f"{who} was handed {sample}, and their answer must be kept"
            return
        assert handed, f"{who} was never asked about {sample}"
        assert not steady or counts == slot_left, f"{who} on {sample}: {counts}, of {self.now.slots()[sample]}"
        kept = [(r.value, r.counted) for r in self.now(label) if (r.sample, r.who) == (sample, who)]
        assert kept == [(value, counts and not trial)]
        if keyed:
            self.log_has("label", who)
            self.sent[key] = (who, sample, counts)
        self.said[sample, who] = value

    @precondition(lambda self: self.sent)
    @rule(which=WHICH, value=VALUE)
    def tell_twice(self, which: int, value: str) -> None:
        """The same key again, whatever has happened since, does nothing and says what it said."""
        key = sorted(self.sent)[which % len(self.sent)]
        who, sample, counted = self.sent[key]
        before = self.now.every()
        with self.store.writing() as db:
            assert questions.told(self.store, db, who, parse_id(sample), value, key) == counted
        try:
            with self.store.writing() as db:
                questions.told(self.store, db, "mallory", parse_id(sample), value, key)
        except Conflict:
            assert self.now.every() == before
            return
        raise AssertionError("a key is one person's")

    @rule(who=WHO, which=WHICH)
    def skip(self, who: str, which: int) -> None:
        if held := self.some_of(who):
            self.the_log_only_grows()
            sample = held[which % len(held)]
            questions.skip(self.store, who, parse_id(sample), "dark")
            self.log_has("skip", who)
            assert [s.state for s in self.now.slots()[sample] if s.who == who] == ["skipped"]

    @rule(who=WHO)
    def undo(self, who: str) -> None:
        last = self.now.latest_of(who)
        try:
            again = questions.undo(self.store, who, LEASE)
        except Conflict:
            assert last is None, f"{who} has done {last}"
            return
        assert last is not None
        assert hex_id(again.id) == last[1]
        self.log_has("undo", who)
        self.said.pop((last[1], who), None)

    @rule(who=WHO, which=WHICH, value=VALUE, skips=st.booleans())
    def undo_restores(self, who: str, which: int, value: str, skips: bool) -> None:
        """A first answer, or a skip, and its undo leave all as it was but for when the lease ends."""
        held = [s for s in self.some_of(who) if (s, who) not in self.said]
        if not held:
            return
        sample, before = parse_id(held[which % len(held)]), self.now.every_but_until()
        if skips:
            questions.skip(self.store, who, sample, "")
        else:
            questions.tell(self.store, who, [(sample, value)])
        questions.undo(self.store, who, LEASE)
        assert self.now.every_but_until() == before

    # ---- holding on, letting go, and the clock

    @rule(who=WHO, samples=st.lists(SAMPLE, max_size=3))
    def heartbeat(self, who: str, samples: list[int]) -> None:
        held, others = self.now.held_by(who), self.now.held_by_others(who)
        with self.store.writing() as db:
            until = questions.renew(self.store, db, who, samples, LEASE)
        assert (self.now.held_by(who), self.now.held_by_others(who)) == (held, others)
        kept = {hex_id(i) for i in samples} & set(held)
        assert {s.until for s in self.now(slot) if s.who == who and s.sample in kept} <= {until}

    @rule(who=WHO, samples=st.lists(SAMPLE, max_size=3))
    def release(self, who: str, samples: list[int]) -> None:
        held, others = self.now.held_by(who), self.now.held_by_others(who)
        with self.store.writing() as db:
            questions.release(self.store, db, who, samples)
        assert self.now.held_by(who) == sorted(set(held) - {hex_id(i) for i in samples})
        assert self.now.held_by_others(who) == others

    @rule(by=st.sampled_from(STEPS))
    def time_passes(self, by: float) -> None:
        self.clock.now += by

    # ---- the model, and those who look on

    @rule(n=N, afresh=st.booleans())
    def plan_round(self, n: int, afresh: bool) -> None:
        """What a worker reads before it fits; people go on meanwhile."""
        with self.store.reading() as db:
            known = reading.known(db)
            back = reading.untouched(db) if afresh else frozenset()
        out = (known.pending - back) | known.gone | known.labels.keys()
        self.plan = (back, [i for i in reversed(range(SAMPLES)) if i not in out][:n])

    @precondition(lambda self: self.plan)
    @rule()
    def finish_round(self) -> None:
        assert self.plan
        back, picks = self.plan
        self.plan = None
        self.write_round(picks, back)

    def write_round(self, ids: list[int], back: frozenset[int]) -> None:
        begun = {(s.sample, s.n, s.who, s.state) for s in self.now(slot) if s.state in ("leased", "done", "skipped")}
        picks = [[hex_id(i), f"n{i}", rank, 0.5, "why", "train"] for rank, i in enumerate(ids, 1)]
        body: dict[str, Any] = {"number": self.round, "record": "{}", "picks": picks, "unreadable": {}}
        with self.store.writing() as db:
            body |= {"wanted": self.overlap} | Campaign._taken_back(None, db, back, body)  # type: ignore[arg-type]
            self.store.record(db, "round", "askance", body)
        self.round += 1
        now = {(s.sample, s.n, s.who, s.state) for s in self.now(slot)}
        assert begun <= now, f"a round takes nothing from anybody: {begun - now}"

    @rule(who=WHO, samples=st.lists(SAMPLE, min_size=1, max_size=3, unique=True), lease=st.booleans())
    def wish(self, who: str, samples: list[int], lease: bool) -> None:
        """As the map and the grid do: what is begun or answered is left out."""
        begun = {s.sample for s in self.now(slot) if s.state in ("leased", "done", "skipped")}
        with self.store.writing() as db:
            out = reading.labels(db).keys() | reading.known(db).gone
            picks = [[hex_id(i), f"n{i}"] for i in samples if i not in out and hex_id(i) not in begun]
            if picks:
                self.store.record(db, "wish", who, {"picks": picks, "why": "map", "wanted": self.overlap})
            if picks and lease:
                body = {"samples": [p[0] for p in picks], "until": self.clock.now + LEASE}
                self.store.record(db, "lease", who, body)

    @rule(at=SAMPLE, value=VALUE)
    def bring(self, at: int, value: str) -> None:
        """From a file: what has a label already is left out."""
        with self.store.writing() as db:
            if at not in reading.labels(db):
                self.store.record(db, "import", "import:x.csv", {"labels": {hex_id(at): value}})
                self.said[hex_id(at), "import:x.csv"] = value

    @rule(at=SAMPLE, value=st.none() | VALUE)
    def review(self, at: int, value: str | None) -> None:
        with self.store.writing() as db:
            self.store.record(db, "review", "rita", {"sample": hex_id(at), "value": value})
            assert value is None or reading.labels(db)[at] == value

    @precondition(lambda self: self.gold)
    @rule(at=SAMPLE, value=st.none() | VALUE)
    def make_gold(self, at: int, value: str | None) -> None:
        with self.store.writing() as db:
            golden.set_gold(self.store, db, "rita", {hex_id(at): value}, {hex_id(at): f"n{at}"})

    @rule()
    def replay(self) -> None:
        before = self.now.every()
        assert self.store.rebuild() == len(self.now.log())
        assert self.now.every() == before, "the tables are not what the log says"

    # ---- what always holds

    def log_has(self, kind: str, who: str) -> None:
        new = self.now.log()[len(self.log) :]
        assert [(e.kind, e.who) for e in new] == [(kind, who)]

    @invariant()
    def the_log_only_grows(self) -> None:
        now = self.now.log()
        assert now[: len(self.log)] == self.log, "what was written was changed"
        seqs = [e.seq for e in now]
        assert seqs == sorted(set(seqs))
        self.log = now

    @invariant()
    def no_answer_is_lost(self) -> None:
        if self.log:
            assert {(r.sample, r.who): r.value for r in self.now(label)} == self.said

    @invariant()
    def what_is_asked_is_what_is_wanted(self) -> None:
        if self.log:
            check_slots(self.now.slots(), self.now(label), self.overlap)
            check_tasks(self.now(task), self.now.slots())
