"""A campaign's tables as plain rows, and what a queue should do with them, written a second time."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import func, select

from askance.store import Store
from askance.store.schema import FOLDED, event, label, lease, slot


class Clock:
    """Seconds since 1970.  drift: by how much each reading is another, as where a clock is being set."""

    def __init__(self) -> None:
        self.now, self.drift = 1000.0, 0.0

    def __call__(self) -> float:
        self.now += self.drift
        return self.now


class Tables:
    """What the tables hold; each is read once until there is a new event."""

    def __init__(self, store: Store):
        self.store = store
        self._newest, self._rows = -1, dict[Any, list[Any]]()

    def __call__(self, table: Any, afresh: bool = False) -> list[Any]:
        with self.store.reading() as db:
            newest = int(db.execute(select(func.max(event.c.seq))).scalar() or 0)
            if newest != self._newest or afresh:
                self._newest, self._rows = newest, {}
            if table not in self._rows:
                self._rows[table] = list(db.execute(select(table)))
        return self._rows[table]

    def log(self) -> list[Any]:
        return sorted(self(event), key=lambda e: e.seq)

    def every(self, *but: str) -> dict[str, list[str]]:
        """All that is folded from the log, read from the database itself."""
        return {t.name: sorted(map(repr, self(t, afresh=True))) for t in FOLDED if t.name not in but}

    def every_but_until(self) -> dict[str, list[str]]:
        """Without when a lease ends."""
        slots = sorted(repr((s.sample, s.n, s.round, s.rank, s.state, s.who, s.seq, s.reason)) for s in self(slot))
        return self.every("slot") | {"slot": slots}

    def slots(self) -> dict[str, list[Any]]:
        """Of each sample, those of gold questions too."""
        found = defaultdict(list)
        for s in sorted(self(slot), key=lambda s: s.n):
            found[s.sample].append(s)
        return found

    def held_by(self, who: str) -> list[str]:
        return sorted(s.sample for s in self(slot) if s.who == who and s.state == "leased")

    def done_by(self, who: str) -> list[str]:
        return sorted({s.sample for s in self(slot) if s.who == who and s.state in ("done", "skipped")})

    def held_by_others(self, who: str) -> list[Any]:
        return sorted((s for s in self(slot) if s.who not in (who, None)), key=lambda s: (s.sample, s.n))

    def handed_to(self, who: str) -> set[str]:
        """All that ever was."""
        return {r.sample for r in self(lease) if r.who == who}

    def latest_of(self, who: str) -> Any:
        """(the event, the sample) of what they answered or skipped last; None where they have done nothing."""
        answers = [(r.seq, r.sample) for r in self(label) if r.who == who]
        skips = [(s.seq, s.sample) for s in self(slot) if s.who == who and s.state == "skipped"]
        return max([*answers, *skips], default=None)


def takes(slots: list[Any], who: str, now: float) -> tuple[bool, bool]:
    """Whether an answer of `who` counts: (it is in a gold slot, there is a slot for it)."""
    mine = [s for s in slots if s.who == who and s.state in ("leased", "done", "skipped")]
    return any(s.gold for s in mine), bool(mine) or any(is_free(s, now) for s in slots)


def is_free(s: Any, now: float) -> bool:
    return not s.gold and (s.state == "open" or (s.state == "leased" and s.until < now))


def served_to(slots: dict[str, list[Any]], who: str, now: float) -> list[tuple[tuple[int, int], str]]:
    """((round, rank), sample): first what they hold, then all that is open to them, each by the ranking."""
    mine, free = [], []
    for sample, found in slots.items():
        theirs = [s for s in found if s.who == who]
        place = next(((s.round, s.rank) for s in (*theirs, *found) if not s.gold or s in theirs), (0, 0))
        if any(s.state == "leased" for s in theirs):
            mine.append((place, sample))
        elif not theirs and any(is_free(s, now) for s in found):
            free.append((place, sample))
    return [*sorted(mine), *sorted(free)]


def check_slots(slots: dict[str, list[Any]], answers: list[Any], wanted: int) -> None:
    """Never more answers than are wanted, of one person one, and those that count are those that have a slot."""
    counted = {(r.sample, r.who) for r in answers if r.counted and not imported(r.who)}
    for sample, n in Counter(sample for sample, _ in counted).items():
        assert n <= wanted, f"{n} answers to {sample} count, and {wanted} are wanted"
    for sample, every in slots.items():
        usual = [s for s in every if not s.gold]
        assert len(usual) <= wanted, usual
        people = Counter(s.who for s in every if s.who and not imported(s.who))
        assert set(people.values()) <= {1}, f"{sample} is somebody's twice: {every}"
        assert all(s.who and s.until is not None for s in every if s.state == "leased"), every
        assert all(s.who is None for s in every if s.state == "open"), every
        done = {s.who for s in usual if s.state == "done" and s.who and not imported(s.who)}
        assert done == {who for s, who in counted if s == sample}, f"{sample}: {every}, {counted}"


def check_tasks(tasks: list[Any], slots: dict[str, list[Any]]) -> None:
    """A question is in the state that its slots say."""
    for t in tasks:
        states = {s.state for s in slots[t.sample] if not s.gold}
        usual = next((s for s in ("done", "skipped") if s in states), "withdrawn")
        assert t.state == ("open" if states & {"open", "leased"} else usual), (t, slots[t.sample])


def imported(who: str) -> bool:
    return who.startswith("import:")
