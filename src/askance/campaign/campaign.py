"""The campaign: ask and tell, and the loop around them.  Floor 5.

campaign = Campaign.create("photos.askance", Config(pool=PoolConfig("photos"), classes=("cat", "dog")))
campaign.step()                                # chooses the first batch
for task in campaign.ask("ann", n=5):
    campaign.tell("ann", task, "cat")          # on the disk when it returns
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from askance import stopping
from askance.campaign import export, golden, imports, loop, questions, reading, record, settings, setup
from askance.campaign.config import Config, from_text, rooted
from askance.campaign.documents import document
from askance.campaign.folder import Folder
from askance.campaign.guesses import HISTORY, Guesses
from askance.campaign.plan import Plan, check_learner
from askance.campaign.questions import Task
from askance.campaign.round import next_round
from askance.campaign.suggested import suggested
from askance.errors import BadCampaign, BadConfig, BadLabel
from askance.formats import Report, write_annotations
from askance.history import History, Metric, Round
from askance.labels import OneClass
from askance.ops import hex_id
from askance.protocols import Item, LabelKind, Learner, Oracle, Pool
from askance.store import Lock, Store, places


class Campaign:
    """Made by `create` or `open`.  Any number of processes may ask and tell; one at a time may step or run."""

    def __init__(self, folder: Folder, store: Store, config: Config, pool: Pool | None, learner: Learner | None):
        self.folder, self.store, self.config = folder, store, config
        self._pool, self._learner = pool, learner

    # ---- making and opening

    @classmethod
    def create(
        cls,
        folder: str | Path,
        config: Config,
        *,
        pool: Pool | None = None,
        learner: Learner | None = None,
        database: str = "",
    ) -> "Campaign":
        """Checks everything the configuration names, then makes the folder; all of it or nothing.

        pool, learner  from memory, in place of those that the configuration names; `open` must then be given them too
        database       a PostgreSQL server for the answers, postgresql://user:password@host/name or env:VARIABLE that
                       holds one; "" keeps them in a file of the folder
        """
        place, config = Folder(Path(folder).expanduser().resolve()), rooted(config, Path.cwd())
        with place.made():
            pool = pool or setup.open_pool(config, place.features)
            config = setup.with_classes(config, pool)
            config = config if learner else setup.with_learner(config, pool)
            learner = setup.prepared(learner or setup.make_learner(config, pool, place.features), pool)
            config = setup.with_strategies(config, learner)
            setup.check_labels(config, learner)
            check_learner(setup.make_plan(config, pool), learner)
            _keep_books(place, config, len(pool), database)
        made = cls.open(place.root, pool=pool)
        made.learner = learner  # it is prepared already
        return made

    @classmethod
    def open(cls, folder: str | Path, *, pool: Pool | None = None, learner: Learner | None = None) -> "Campaign":
        """A folder that is no campaign, is damaged, or is a newer version's, is a BadCampaign."""
        place = Folder(Path(folder).expanduser().resolve())
        place.check()
        store = Store(place.url(), str(place.root))
        store.upgrade()
        with store.reading() as db:
            text = reading.setting(db, "config")
        if text is None:
            raise BadCampaign(f"{place.root} is damaged: its database has no configuration; bring it back from a copy")
        return cls(place, store, from_text(text, f"the configuration in {place.root}"), pool, learner)

    def close(self) -> None:
        self.store.close()

    # ---- what it works with, opened when it is first needed

    @cached_property
    def pool(self) -> Pool:
        return self._pool or setup.open_pool(self.config, self.folder.features)

    @cached_property
    def learner(self) -> Learner:
        made = self._learner or setup.make_learner(self.config, self.pool, self.folder.features)
        return setup.prepared(made, self.pool)

    @cached_property
    def plan(self) -> Plan:
        plan = setup.make_plan(self.config, self.pool)
        check_learner(plan, self.learner)
        return plan

    def model(self) -> Learner | None:
        """The learner with what it learned in the last round; None before the first fit."""
        saved = self.folder.model()
        if saved is None:
            return None
        self.learner.load(saved)
        return self.learner

    def config_text(self) -> str:
        """The TOML that recreates it."""
        return self.config.text()

    @property
    def label_kind(self) -> LabelKind:
        kind = self.config.kind
        return kind.grown(self.labels().values()) if isinstance(kind, OneClass) and kind.open else kind

    # ---- questions and answers

    def ask(self, who: str, n: int = 1, seconds: float = 600) -> list[Task]:
        """Up to n questions, leased to `who`: first the ones they hold already, then the best that are free."""
        return questions.ask(self.store, _person(who), n, seconds)

    def item(self, task: Task) -> Item:
        """What the question is about: the text, the path of the image, the columns."""
        return loop.items_of(self, [task])[0]

    def tell(self, who: str, task: Task | int, value: str) -> bool:
        """One answer, on the disk when this returns.  -> whether it counts; a late one is kept beside it."""
        return self.tell_many(who, [(task, value)])[0]

    def tell_many(self, who: str, answers: Sequence[tuple[Task | int, str]]) -> list[bool]:
        """All of them in one transaction: all are kept or, where one is wrong, none."""
        kind = self.label_kind
        checked = [(_id(task), _checked(kind, task, value)) for task, value in answers]
        return questions.tell(self.store, _person(who), checked)

    def skip(self, who: str, task: Task | int, why: str = "") -> None:
        """The question does not come back, and its sample is never chosen again."""
        questions.skip(self.store, _person(who), _id(task), why)

    def set_gold(self, who: str, known: Mapping[int, str | None]) -> int:
        """Questions whose answer is known, put among the others to see how people do; None: gold no longer.

        -> how many are another now.  `who` is not asked about them.
        """
        with self.store.writing() as db:
            return golden.put_gold(self.store, db, self.pool, self.label_kind, _person(who), known)

    def import_gold(self, who: str, path: str | Path, drop: bool = False) -> int:
        """`set_gold` from a file in any format that labels are imported from; drop: they are gold no longer."""
        return golden.import_gold(self.store, self.pool, self.label_kind, Path(path), _person(who), drop)

    def gold(self) -> list[golden.Gold]:
        """Every gold question, and how many had it right."""
        with self.store.reading() as db:
            return golden.questions(db, self.config.kind)

    def skill(self) -> dict[str, Metric]:
        """{person: share of gold questions that they had right}, with its 95 % interval."""
        with self.store.reading() as db:
            return golden.skill(db, self.config.kind)

    def change(self, who: str, **changes: Any) -> Config:
        """Settings that may be another while people label: overlap, aggregate, gold, gold_feedback, control."""
        with self.store.writing() as db:
            self.config = settings.change(self.store, db, _person(who), changes)
        return self.config

    def undo(self, who: str) -> Task:
        """Takes back the latest answer or skip of `who`, and hands them the question again."""
        return questions.undo(self.store, _person(who))

    def import_labels(self, path: str | Path, format: str = "", question: str = "") -> int:
        """Labels from elsewhere, all of the file or none.  -> how many are new."""
        return self.import_annotations(path, format, question).new

    def import_annotations(self, path: str | Path, format: str = "", question: str = "") -> imports.Imported:
        """`import_labels` with the report of what could not be carried.

        format    a name of `askance.formats`; without one it is known by the content
        question  which answers, where the file has those to several questions
        """
        return imports.import_labels(self.store, self.pool, self.label_kind, Path(path), format, question)

    # ---- the loop

    def step(self, afresh: bool = False, n: int = 0) -> Round:
        """Fits on the labels so far, measures, chooses the next batch and queues it.  One process at a time.

        afresh  questions that nobody has begun are taken back first and may be chosen again, so that whoever asks next
                is handed the top of the newest ranking
        n       how many questions; 0 for the configuration's batch
        """
        with Lock(self.store).held() as lock:
            return self.step_holding(lock, afresh, n)

    def step_holding(self, lock: Lock, afresh: bool = False, n: int = 0) -> Round:
        """`step`, for whoever holds the lock already."""
        with self.store.reading() as db:
            known, past = reading.known(db), reading.rounds(db)
            back = reading.untouched(db) if afresh else frozenset()
            config, tests = settings.in_force(db), reading.gold_questions(db)
        known = replace(known, pending=known.pending - back)
        known = replace(known, guesses=self._looked_back_on(len(past)))
        plan = replace(self.plan, control=config.control)
        plan = replace(plan, batch=n, warmup=n) if n else plan
        turn = next_round(plan, self.learner, known, past)
        if (
            turn.guesses is not None
        ):  # before the event: where it is not written, the step is done again, and so is this
            self.folder.keep_guesses(turn.round.number, turn.guesses)
        part = self.folder.save(self.learner, turn.round.number) if turn.round.fit else None
        role = {True: "validation", False: "train"}
        body: dict[str, Any] = {
            "number": turn.round.number,
            "record": record.to_text(turn.round),
            "picks": [
                [hex_id(p.id), p.name, p.rank, p.utility, p.why, role[p.id in turn.validation]]
                for p in turn.round.picks
            ],
            "unreadable": {hex_id(i): why for i, why in turn.unreadable.items()},
        }
        shown = [*(p.id for p in turn.round.picks), *tests]
        if turn.round.fit and (found := suggested(self.learner, self.pool, shown)):
            body["guesses"] = found
        if config.overlap > 1:
            body["wanted"] = config.overlap
        with self.store.writing() as db:
            lock.check(db)
            self.store.record(db, "round", "askance", body | self._taken_back(db, back, body))
        if part:
            self.folder.keep(part)
        return turn.round

    def _taken_back(self, db: Connection, back: frozenset[int], body: Mapping[str, Any]) -> dict[str, Any]:
        """What only the moment of writing knows: somebody may have begun a question while the model was fitted."""
        if not back:
            return {}
        still = reading.untouched(db) & back
        begun = {hex_id(i) for i in back - still}
        return {
            "withdrawn": sorted(map(hex_id, still)),
            "picks": [pick for pick in body["picks"] if pick[0] not in begun],
        }

    def _looked_back_on(self, rounds: int) -> tuple[Guesses, ...]:
        return self.folder.guesses(rounds) if HISTORY in self.plan.strategy.needs else ()

    def run(self, oracle: Oracle, until: str = "", who: str = "oracle") -> History:
        """Asks the oracle, tells, steps, until the budget or the pool is used up, or a stopping rule says so.

        until: text of the stopping rule; else the configuration's, where it has one.  Killed at any moment, it loses no
        answer that was told, and run again it goes on with the very picks it would have made.
        """
        text = until or self.config.stop
        loop.run(self, oracle, stopping.parse(text) if text else None, _person(who))
        return self.history()

    # ---- looking

    def labels(self) -> dict[int, str]:
        """{id: label}, the answers that count, in the order in which they came."""
        with self.store.reading() as db:
            return reading.labels(db)

    def history(self) -> History:
        with self.store.reading() as db:
            done, told = reading.rounds(db), len(reading.labels(db))
        return History(self.config.plain(), done, told, self.config.budget)

    def status(self) -> dict[str, Any]:
        """Where it stands, as plain data; it reads neither the pool nor a model."""
        with self.store.reading() as db:
            return reading.status(db, self.config, str(self.folder.root), self.store.clock())

    def export(self, path: str | Path, format: str = "") -> Report:
        """Writes the labels that count; format: a name of `askance.formats`, else by that of the file.

        -> the report: how many answers, and what the format could not carry.
        """
        chosen = export.format_of(Path(path), format)
        with self.store.reading() as db:
            found = export.rows(db)
        pool = None if chosen.name in export.TABLES else self.pool
        told = document(found, self.config.labels, self.config.classes, pool)
        return write_annotations(told, path, chosen.name)

    def rebuild(self) -> int:
        """Makes the tables again from the event log.  -> how many events there are."""
        return self.store.rebuild()


def _keep_books(place: Folder, config: Config, samples: int, database: str) -> None:
    if database:
        with places.new_schema(database, place.root.stem) as schema:
            _first_event(Store(places.in_schema(database, schema), str(place.root)), config, samples)
            place.keep_elsewhere(database, schema)
        return
    name = f"campaign.db.new-{uuid.uuid4().hex}"
    _first_event(Store(place.url(name), str(place.root)), config, samples)
    place.put_in_place(name)


def _first_event(store: Store, config: Config, samples: int) -> None:
    store.create()
    with store.writing() as db:
        body = {"config": config.text(), "made_by": f"askance {version('askance')}", "samples": str(samples)}
        store.record(db, "create", "askance", body)
    store.close()


def _person(who: str) -> str:
    if not who.strip():
        raise BadConfig("say who answers: a name that is not empty")
    return who


def _id(task: Task | int) -> int:
    return task.id if isinstance(task, Task) else int(task)


def _checked(kind: LabelKind, task: Task | int, value: str) -> str:
    try:
        return kind.check(value)
    except BadLabel as e:
        name = task.name if isinstance(task, Task) else hex_id(task)
        raise BadLabel(f"{name}: {e}") from None
