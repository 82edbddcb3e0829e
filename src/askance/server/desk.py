"""One campaign as the server holds it open: questions out, answers in, and what there is to see.  Floor 6."""

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from sqlalchemy import Connection, func, select

from askance.audio import open_sound
from askance.campaign import Campaign, landscape, questions, reading, trials
from askance.campaign.landscape import Landscape
from askance.campaign.settings import in_force
from askance.errors import BadLabel, BadPool, Conflict
from askance.images import upright_size
from askance.labels.distance import right
from askance.labels.text import kind_name
from askance.ops import hex_id, parse_id
from askance.oracles import items
from askance.protocols import Item, LabelKind
from askance.server import shapes
from askance.server.writer import Writer
from askance.store.schema import event, label, lock, remark, round_, slot, task

LEASE = 600.0  # seconds
UNSAID = "Chosen for you; why is not said while some questions are there to see how people do."
REMEMBERED = 2000  # samples whose content is at hand
LONGEST = 200_000  # characters of a text that are shown
DRAWN = {"boxes", "polygons", "keypoints", "mask"}  # kinds of label with coordinates in a picture


class Desk:
    """Thread-safe: what writes goes through the one writer, what reads sees one moment."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.id = folder.name.removesuffix(".askance")
        self.campaign = Campaign.open(folder)
        self.store = self.campaign.store
        self.kind = self.campaign.config.kind
        self.writer = Writer(self.store)
        self._contents: OrderedDict[int, shapes.Content] = OrderedDict()
        self._pool_lock, self._contents_lock = threading.Lock(), threading.Lock()
        self._pool_ids: np.ndarray | None = None
        self._fitted: dict[tuple[int, float], bool] = {}
        self._landscape: tuple[float, Landscape | None] = (0.0, None)

    def close(self) -> None:
        self.writer.close()
        self.campaign.close()

    # ---- content

    @property
    def content_kind(self) -> str:
        with self._pool_lock:
            return str(self.campaign.pool.kind)

    def items(self, ids: Sequence[int]) -> list[Item]:
        """A sample that the pool does not have is a BadPool."""
        with self._pool_lock:  # a pool may read a file: one thread at a time
            return items(self.campaign.pool.take(np.array(ids, np.uint64)), ())

    def contents(self, ids: Sequence[int]) -> dict[int, shapes.Content]:
        with self._contents_lock:
            found = {i: self._contents[i] for i in ids if i in self._contents}
        missing = [i for i in dict.fromkeys(ids) if i not in found]
        sized = self.kind.name in DRAWN
        here = self.still_there(missing)
        new = {item.id: shown(item, self.id, sized) for item in self.items(here)} if here else {}
        with self._contents_lock:
            self._contents.update(new)
            while len(self._contents) > REMEMBERED:
                self._contents.popitem(last=False)
        return {i: gone(i) for i in missing} | found | new

    def still_there(self, ids: Sequence[int]) -> list[int]:
        """Those that the pool has; a file that somebody has taken away or changed must not hold up the rest."""
        if not ids:
            return []
        with self._pool_lock:
            if self._pool_ids is None:  # sorted once: with a million samples looking through all of them takes too long
                self._pool_ids = np.sort(self.campaign.pool.ids)
            known = self._pool_ids
        wanted = np.array(ids, np.uint64)
        at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
        there = known[at] == wanted if len(known) else np.zeros(len(wanted), bool)
        return [i for i, has in zip(ids, there.tolist(), strict=True) if has]

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
        contents = self.contents([t.id for t in held])
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
        contents = self.contents([parse_id(sample) for _, sample, _, _ in newest])
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
        picks = [[hex_id(item.id), item.name] for item in self.items(ids)]

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
        self.items([parse_id(sample)])  # one that is not in the pool is an error
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
        page = page_settings(self.folder)
        with self.store.reading() as db:
            config, counts, gold = in_force(db), reading.counts(db), trials.had(db, who)
            return shapes.Campaign(
                id=self.id,
                role=role,
                form=self.campaign.label_kind.form(),
                content=self.content_kind,  # type: ignore[arg-type]
                guide=page["guide"],
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
                blind=page["blind"],
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


def shown(item: Item, campaign: str, sized: bool = False) -> shapes.Content:
    """Text is sent as text, a photo as the address of our own copy of it, a row as its fields.

    sized: with the size of the picture itself, which our copy may not have
    """
    match item.kind:
        case "image":
            address = f"/api/v1/campaigns/{quote(campaign, safe='')}/media/{hex_id(item.id)}"
            width, height = _size(item) if sized else (None, None)
            return shapes.Content(kind="image", name=item.name, image=address, width=width, height=height)
        case "audio":
            address = f"/api/v1/campaigns/{quote(campaign, safe='')}/media/{hex_id(item.id)}"
            return shapes.Content(kind="audio", name=item.name, audio=address, seconds=_seconds(item))
        case "text":
            return shapes.Content(kind="text", name=item.name, text=str(item.content)[:LONGEST])
        case "table":
            return shapes.Content(kind="table", name=item.name, fields={k: plain(v) for k, v in item.content.items()})
        case "array":
            values = np.asarray(item.content).ravel()[:1024]
            return shapes.Content(kind="array", name=item.name, fields={str(n): plain(v) for n, v in enumerate(values)})
    return shapes.Content(kind=item.kind, name=item.name)


def gone(id: int) -> shapes.Content:
    """In place of a sample that was in the pool when it was chosen."""
    return shapes.Content(kind="text", name=hex_id(id), text="This sample is no longer in the pool: skip it.")


def _seconds(item: Item) -> float | None:
    """Of the recording; None as in `_size`."""
    try:
        with open_sound(str(item.content)) as sound:
            return sound.seconds
    except BadPool:
        return None


def _size(item: Item) -> tuple[int, int] | tuple[None, None]:
    """Of the picture; of one that cannot be read any more there is none, and the other questions go on."""
    try:
        return upright_size(str(item.content))
    except BadPool:
        return None, None


def plain(value: Any) -> Any:
    """As JSON has it; NaN and the infinite as words."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else str(float(value))
    return str(value)


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


PAGE = "page.json"


def page_settings(folder: Path) -> dict[str, Any]:
    """What an owner has set for the page: the guideline, and whether suggestions are hidden at first."""
    usual = {"guide": "", "blind": True}
    path = folder / PAGE
    if not path.exists():
        return usual
    try:
        return usual | json.loads(path.read_text("utf-8"))
    except ValueError:
        raise Conflict(f"{path} is damaged; correct or remove it") from None
