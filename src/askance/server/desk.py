"""One campaign as the server holds it open: questions out, answers in, and what there is to see.  Floor 6."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select
from starlette.concurrency import run_in_threadpool

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
from askance.server.handing import LEASE, Handed, Handing
from askance.server.writer import Writer
from askance.store.schema import event, label, lock, round_, slot

T = TypeVar("T")
SHORT = 1000  # characters of a label that is looked at without another thread


@dataclass(frozen=True)
class Kept:
    """What became of some answers.  counts: of each; feedback: {sample: (first answer, what is known)}; labels: as the
    person is told of them; handed: the next questions, where some were wanted."""

    counts: Sequence[bool]
    feedback: Mapping[str, tuple[str, str]]
    labels: int
    handed: Handed | None


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
        self.handing = Handing(self.store, self.contents, self.version)
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

    async def queue(self, who: str, want: shapes.Want) -> shapes.Queue:
        """Tops up what `who` holds to n; what the page has already is held for longer, and not sent again."""
        handed = await self.writer.written(lambda db: self.handing.handed(db, who, want, trials.trials_of(db)))
        return await self._in_words(handed, lambda: self._queue(handed))

    async def answers(
        self, who: str, given: Sequence[shapes.Answer], want: shapes.Want | None = None
    ) -> shapes.Receipt:
        """All in one transaction: all are kept or, where one is wrong, none.  The next questions come in the same."""
        kind = self.campaign.label_kind
        values = await _here_if(all(map(_short, given)), lambda: [_checked(kind, a) for a in given])
        kept = await self.writer.written(lambda db: self._kept(db, who, given, values, want))
        return await self._in_words(kept.handed, lambda: self._receipt(kind, given, values, kept))

    def _kept(
        self,
        db: Connection,
        who: str,
        given: Sequence[shapes.Answer],
        values: Sequence[str],
        want: shapes.Want | None,
    ) -> "Kept":
        both = zip(given, values, strict=True)
        counts = [questions.told(self.store, db, who, parse_id(a.id), v, a.key, about(a)) for a, v in both]
        rule = trials.trials_of(db)
        handed = self.handing.handed(db, who, want, rule) if want else None
        labels = handed.told if handed else reading.counted(db) + trials.had(db, who, rule).answered
        return Kept(counts, trials.feedback(db, who, [a.id for a in given], rule), labels, handed)

    def _receipt(
        self, kind: LabelKind, given: Sequence[shapes.Answer], values: Sequence[str], kept: "Kept"
    ) -> shapes.Receipt:
        rows = [
            shapes.Kept(key=a.key, id=a.id, counts=counted, value=value, feedback=judged(kind, kept.feedback.get(a.id)))
            for a, value, counted in zip(given, values, kept.counts, strict=True)
        ]
        return shapes.Receipt(kept=rows, labels=kept.labels, queue=self._queue(kept.handed) if kept.handed else None)

    def _queue(self, handed: Handed) -> shapes.Queue:
        empty = "" if handed.tasks or handed.beside else self.nothing(handed.left)
        return self.handing.queue(handed, empty)

    async def _in_words(self, handed: Handed | None, words: Callable[[], T]) -> T:
        """Here where that takes microseconds; in another thread where it asks the pool or the database."""
        quick = handed is None or ((bool(handed.tasks) or handed.beside) and self.handing.at_hand(handed))
        return await _here_if(quick, words)

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

    def beat(self, who: str, ids: Sequence[str]) -> float:
        return self.writer.do(lambda db: questions.renew(self.store, db, who, [parse_id(i) for i in ids], LEASE))

    def give_back(self, who: str, ids: Sequence[str]) -> None:
        self.writer.do(lambda db: questions.release(self.store, db, who, [parse_id(i) for i in ids]))

    def skip(self, who: str, skip: shapes.Skip) -> None:
        self.writer.do(lambda db: questions.skipped(self.store, db, who, parse_id(skip.id), skip.why, skip.key))

    def undo(self, who: str) -> shapes.Undone:
        def work(db: Connection) -> tuple[Handed, str | None]:
            task, value = questions.undone(self.store, db, who, LEASE)
            return self.handing.about(db, who, [task], trials.trials_of(db)), value

        again, value = self.writer.do(work)
        return shapes.Undone(task=self.handing.tasks(again)[0], value=value)

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
            config, counts = in_force(db), reading.counts(db)
            gold = trials.had(db, who, trials.rule_of(config))
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
            counts, gold = reading.counts(db), trials.had(db, who, trials.trials_of(db))
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


def judged(kind: LabelKind, said: tuple[str, str] | None) -> shapes.Feedback | None:
    """said: the first answer, and what is known."""
    return shapes.Feedback(right=right(kind, *said), known=said[1]) if said else None


def about(a: shapes.Answer) -> dict[str, Any]:
    """What is kept beside an answer."""
    said = {"ms": a.ms, "keys": a.keys, "suggested": a.suggested, "shown": a.shown, "model": a.model}
    return {k: v for k, v in said.items() if v is not None}


_NEWEST = select(round_.c.number, round_.c.at).order_by(round_.c.number.desc()).limit(20)


def _refuse_hoarding(db: Connection, who: str, more: int) -> None:
    """Nobody keeps a campaign's questions from the others by holding them all."""
    mine = select(func.count()).select_from(slot).where(slot.c.who == who, slot.c.state == "leased")
    held = int(db.execute(mine).scalar() or 0)
    if held + more > questions.MOST:
        raise Conflict(f"you hold {held} questions, and {questions.MOST} is the most; answer or release some first")


async def _here_if(quick: bool, work: Callable[[], T]) -> T:
    """Another thread costs more than what takes microseconds."""
    return work() if quick else await run_in_threadpool(work)


def _short(a: shapes.Answer) -> bool:
    return not isinstance(a.value, list | dict) and len(str(a.value)) < SHORT


def _checked(kind: Any, a: shapes.Answer) -> str:
    try:
        value: str = kind.check(a.value)
        return value
    except BadLabel as e:
        raise BadLabel(f"{a.id}: {e}") from None
