"""One campaign as the server holds it open: questions out, answers in, and what there is to see.  Floor 6."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from askance.campaign import Campaign, landscape, questions, reading, trials
from askance.campaign.landscape import Landscape
from askance.campaign.settings import in_force
from askance.errors import BadLabel, Conflict
from askance.labels.distance import right
from askance.labels.text import kind_name
from askance.ops import hex_id, parse_id
from askance.protocols import LabelKind
from askance.server import page, shapes
from askance.server.contents import Contents
from askance.server.writer import Writer
from askance.store.schema import event, label, lock, remark, round_, slot, task

LEASE = 600.0  # seconds
UNSAID = "Chosen for you; why is not said while some questions are there to see how people do."


class Desk:
    """Thread-safe: what writes goes through the one writer, what reads sees one moment."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.id = folder.name.removesuffix(".askance")
        self.campaign = Campaign.open(folder)
        self.store = self.campaign.store
        self.kind = self.campaign.config.kind
        self.writer = Writer(self.store)
        self.contents = Contents(self.campaign, self.id)
        self._fitted: dict[tuple[int, float], bool] = {}
        self._landscape: tuple[float, Landscape | None] = (0.0, None)

    def close(self) -> None:
        self.writer.close()
        self.campaign.close()

    def landscape(self) -> Landscape | None:
        """The newest; read again when its file has changed."""
        path = self.folder / landscape.FILE
        at = path.stat().st_mtime if path.exists() else 0.0
        if at != self._landscape[0]:
            self._landscape = (at, landscape.read(self.folder))
        return self._landscape[1]

    # ---- the queue

    def queue(self, who: str, want: shapes.Want) -> shapes.Queue:
        """Tops up what `who` holds to n; what the page has already is held for longer, and not sent again."""
        held = self.writer.do(lambda db: self._handed(db, who, want))
        with self.store.reading() as db:
            return self._queue(db, who, held, bool(want.have), reading.counted(db), trials.had(db, who))

    def _handed(self, db: Connection, who: str, want: shapes.Want) -> list[questions.Task]:
        have = [parse_id(i) for i in want.have]
        if have:
            questions.renew(self.store, db, who, have, LEASE, left=LEASE / 2)
        more = max(0, want.n - len(have))
        return questions.asked(self.store, db, who, more, LEASE, have) if more else []

    def _queue(
        self, db: Connection, who: str, held: Sequence[questions.Task], have: bool, labels: int, gold: trials.Had
    ) -> shapes.Queue:
        """What was handed out, as the page is told.  have: there are others at hand; labels: that count."""
        left, version = _open(db), self.version(db)
        tasks, told = self.tasks(db, held, who, version), labels + gold.answered
        why = "" if tasks or have else self.nothing(left)
        return shapes.Queue(tasks=tasks, left=max(0, left - gold.begun), model=version, labels=told, empty_why=why)

    def nothing(self, left: int) -> str:
        if left:
            return "every question that is open is somebody else's just now"
        if self.training():
            return "the model is learning from the latest answers; the next questions come in a moment"
        budget = self.campaign.config.budget
        with self.store.reading() as db:
            told, done = reading.counted(db), reading.rounds(db)
        if budget is not None and told >= budget:
            return f"the budget of {budget} labels is used up"
        if done and not done[-1].picks:
            return "there is nothing left to ask about"
        return "the next questions have not been chosen yet"

    def tasks(self, db: Connection, held: Sequence[questions.Task], who: str, version: int) -> list[shapes.Task]:
        keys = [hex_id(t.id) for t in held]
        guesses = {r.sample: r.guesses for r in db.execute(select(task).where(task.c.sample.in_(keys)))}
        mine = (remark.c.who == who) & remark.c.sample.in_(keys)
        said = {r.sample: r for r in db.execute(select(remark).where(mine))}
        contents = self.contents.of([t.id for t in held])
        if in_force(db).gold:  # where some are gold, nothing is said of any that would tell which
            guesses |= trials.guesses_of(db, who, keys)
            held = [replace(t, round=version, rank=0, utility=0.0, why=UNSAID) for t in held]
        return [
            shapes.Task(
                id=key,
                round=t.round,
                rank=t.rank,
                utility=t.utility,
                why=t.why,
                until=t.until,
                model=version,
                content=contents[t.id],
                guesses=guessed(guesses.get(key)),
                flagged=bool(said[key].flagged) if key in said else False,
                note=said[key].note if key in said else "",
            )
            for key, t in zip(keys, held, strict=True)
        ]

    def beat(self, who: str, ids: Sequence[str]) -> float:
        return self.writer.do(lambda db: questions.renew(self.store, db, who, [parse_id(i) for i in ids], LEASE))

    def give_back(self, who: str, ids: Sequence[str]) -> None:
        self.writer.do(lambda db: questions.release(self.store, db, who, [parse_id(i) for i in ids]))

    def answers(self, who: str, given: Sequence[shapes.Answer], want: shapes.Want | None = None) -> shapes.Receipt:
        """All in one transaction: all are kept or, where one is wrong, none.  The next questions come in the same."""
        kind = self.campaign.label_kind
        checked = [(a, _checked(kind, a)) for a in given]

        def work(db: Connection) -> tuple[list[bool], list[questions.Task]]:
            counts = [questions.told(self.store, db, who, parse_id(a.id), v, a.key, about(a)) for a, v in checked]
            return counts, self._handed(db, who, want) if want else []

        counts, held = self.writer.do(work)
        with self.store.reading() as db:
            labels, gold = reading.counted(db), trials.had(db, who)
            how = trials.feedback(db, who, [a.id for a in given])
            following = self._queue(db, who, held, bool(want.have), labels, gold) if want else None
        kept = [
            shapes.Kept(key=a.key, id=a.id, counts=counted, value=value, feedback=judged(kind, how.get(a.id)))
            for (a, value), counted in zip(checked, counts, strict=True)
        ]
        return shapes.Receipt(kept=kept, labels=labels + gold.answered, queue=following)

    def skip(self, who: str, skip: shapes.Skip) -> None:
        self.writer.do(lambda db: questions.skipped(self.store, db, who, parse_id(skip.id), skip.why, skip.key))

    def undo(self, who: str) -> shapes.Undone:
        held, value = self.writer.do(lambda db: questions.undone(self.store, db, who, LEASE))
        with self.store.reading() as db:
            again = self.tasks(db, [held], who, self.version(db))[0]
        return shapes.Undone(task=again, value=value)

    def history(self, who: str, n: int) -> shapes.History:
        """Answers and skips of one person, newest first."""
        answered = select(label.c.sample, label.c.value, label.c.at, label.c.seq).where(label.c.who == who)
        left = (
            select(slot.c.sample, event.c.at, slot.c.seq)
            .join(event, event.c.seq == slot.c.seq)
            .where(slot.c.who == who, slot.c.state == "skipped")
        )
        with self.store.reading() as db:
            told = db.execute(answered.order_by(label.c.seq.desc()).limit(n))
            done = [(r.seq, r.sample, r.value, r.at) for r in told]
            skipped = db.execute(left.order_by(slot.c.seq.desc()).limit(n))
            done += [(r.seq, r.sample, None, r.at) for r in skipped]
        newest = sorted(done, reverse=True, key=lambda d: d[0])[:n]
        contents = self.contents.of([parse_id(sample) for _, sample, _, _ in newest])
        return shapes.History(
            done=[
                shapes.Past(id=s, name=contents[parse_id(s)].name, value=v, at=at, content=contents[parse_id(s)])
                for _, s, v, at in newest
            ]
        )

    def wish(self, who: str, ids: Sequence[int], why: str, lease: bool) -> float | None:
        """Puts samples before the questions of all rounds.  lease: they are `who`'s at once.  -> until when."""
        if not ids:
            return None
        picks = [[hex_id(item.id), item.name] for item in self.contents.items(ids)]

        def work(db: Connection) -> float | None:
            if lease:
                _refuse_hoarding(db, who, len(picks))
            self.store.record(db, "wish", who, {"picks": picks, "why": why, "wanted": self.campaign.config.overlap})
            until = self.store.clock() + LEASE
            if lease:
                self.store.record(db, "lease", who, {"samples": [p[0] for p in picks], "until": until})
            return until if lease else None

        return self.writer.do(work)

    def remark(self, who: str, sample: str, said: shapes.Remark) -> None:
        self.contents.items([parse_id(sample)])  # one that is not in the pool is an error
        body = {"sample": sample, "flagged": said.flagged, "note": said.note}
        self.writer.do(lambda db: self.store.record(db, "remark", who, body))

    # ---- around it

    def training(self) -> bool:
        with self.store.reading() as db:
            return db.execute(select(lock.c.pid).where(lock.c.until > self.store.clock())).first() is not None

    def version(self, db: Connection) -> int:
        """The number of the newest round that a model was fitted in; 0 for none.

        Asked with every question: the body of a round, which lists every pick, is read once.
        """
        for number, at in db.execute(_NEWEST).all():
            if (number, at) not in self._fitted:
                body = db.execute(select(round_.c.body).where(round_.c.number == number)).scalar_one()
                self._fitted[number, at] = bool(json.loads(body).get("fit"))
            if self._fitted[number, at]:
                return int(number)
        return 0

    def model(self, db: Connection) -> shapes.Model:
        row = db.execute(select(round_.c.number, round_.c.at).order_by(round_.c.number.desc()).limit(1)).first()
        busy = db.execute(select(lock.c.pid).where(lock.c.until > self.store.clock())).first() is not None
        wrong = self.folder / "training.error"
        error = wrong.read_text("utf-8")[:2000] if wrong.exists() else None
        version = self.version(db)
        at = float(row.at) if row is not None and version else None
        return shapes.Model(version=version, labeled=reading.counted(db), at=at, training=busy, error=error)

    def about(self, role: Any, who: str) -> shapes.Campaign:
        own = page.settings(self.folder)
        with self.store.reading() as db:
            config, counts, gold = in_force(db), reading.counts(db), trials.had(db, who)
            return shapes.Campaign(
                id=self.id,
                role=role,
                form=self.campaign.label_kind.form(),
                content=self.contents.kind,  # type: ignore[arg-type]
                guide=own["guide"],
                strategy=config.strategy,
                learner=config.learner,
                batch=config.batch,
                overlap=config.overlap,
                aggregate=config.aggregate,  # type: ignore[arg-type]
                gold=None if role == "annotator" else config.gold,
                gold_feedback=config.gold_feedback,
                control=config.control,
                budget=config.budget,
                samples=int(reading.setting(db, "samples") or 0),
                labels=counts["labels"] + gold.answered,
                mine=counts["people"].get(who, 0),
                pending=max(0, counts["pending"] - gold.done),
                skipped=counts["skipped"],
                model=self.model(db),
                blind=own["blind"],
            )

    def summary(self, role: Any, who: str) -> shapes.Summary:
        with self.store.reading() as db:
            counts, gold = reading.counts(db), trials.had(db, who)
            rounds = int(db.execute(select(func.count()).select_from(round_)).scalar() or 0)
            samples = int(reading.setting(db, "samples") or 0)
        return shapes.Summary(
            id=self.id,
            role=role,
            samples=samples,
            labels=counts["labels"] + gold.answered,
            pending=max(0, counts["pending"] - gold.done),
            rounds=rounds,
            kind=kind_name(self.campaign.config.labels),
        )

    def newest(self) -> int:
        """The number of the latest event: it changes whenever anything has."""
        with self.store.reading() as db:
            return int(db.execute(select(func.max(event.c.seq))).scalar() or 0)


def guessed(text: str | None) -> list[shapes.Guess]:
    return [shapes.Guess(label=name, p=p) for name, p in json.loads(text)] if text else []


def judged(kind: LabelKind, said: tuple[str, str] | None) -> shapes.Feedback | None:
    """said: the first answer, and what is known."""
    return shapes.Feedback(right=right(kind, *said), known=said[1]) if said else None


def about(a: shapes.Answer) -> dict[str, Any]:
    """What is kept beside an answer."""
    said = {"ms": a.ms, "keys": a.keys, "suggested": a.suggested, "shown": a.shown, "model": a.model}
    return {k: v for k, v in said.items() if v is not None}


_NEWEST = select(round_.c.number, round_.c.at).order_by(round_.c.number.desc()).limit(20)
_HOW_MANY = select(func.count()).select_from(slot).where(slot.c.state == "open")


def _open(db: Connection) -> int:
    return int(db.execute(_HOW_MANY).scalar() or 0)


def _refuse_hoarding(db: Connection, who: str, more: int) -> None:
    """Nobody keeps a campaign's questions from the others by holding them all."""
    mine = select(func.count()).select_from(slot).where(slot.c.who == who, slot.c.state == "leased")
    held = int(db.execute(mine).scalar() or 0)
    if held + more > questions.MOST:
        raise Conflict(f"you hold {held} questions, and {questions.MOST} is the most; answer or release some first")


def _checked(kind: Any, a: shapes.Answer) -> str:
    try:
        value: str = kind.check(a.value)
        return value
    except BadLabel as e:
        raise BadLabel(f"{a.id}: {e}") from None
