"""The loop around ask, tell and step, for an oracle.  Floor 5."""

from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from askance.campaign import reading
from askance.campaign.questions import Task
from askance.errors import Conflict
from askance.labels import OneClass
from askance.oracles import Quit, Undo, items
from askance.progress import bar
from askance.protocols import Item, Oracle
from askance.stopping import Rule
from askance.store import Lock

if TYPE_CHECKING:
    from askance.campaign.campaign import Campaign

AT_ONCE = 50  # questions leased to an oracle at a time
GROUP = 0.2  # seconds of answers that share one commit: a person's are kept one by one, an answer key's together


def run(campaign: "Campaign", oracle: Oracle, rule: Rule | None, who: str) -> None:
    """Answers what is outstanding, then steps, until there is nothing left to ask or the rule says stop."""
    with Lock(campaign.store).held() as lock, bar("labels", _total(campaign)) as done:
        while rule is None or not rule(campaign.history()).stop:
            try:
                while _answer(campaign, oracle, who):
                    done(_told(campaign))
            except Quit:
                return
            if _finished(campaign):
                return
            campaign.step_holding(lock)


def _total(campaign: "Campaign") -> int:
    shares, budget = campaign.plan.shares, campaign.plan.budget
    askable = len(shares.train) + len(shares.validation)
    return askable if budget is None else min(budget, askable)


def _told(campaign: "Campaign") -> int:
    with campaign.store.reading() as db:
        return reading.counted(db)


def _finished(campaign: "Campaign") -> bool:
    """The last round had nothing left to ask about, and nothing has happened since."""
    with campaign.store.reading() as db:
        done = reading.rounds(db)
        return bool(done) and not done[-1].picks and reading.caught_up(db)


def items_of(campaign: "Campaign", tasks: Sequence[Task]) -> list[Item]:
    ids = np.array([t.id for t in tasks], np.uint64)
    kind = campaign.label_kind
    return items(campaign.pool.take(ids), kind.classes if isinstance(kind, OneClass) else ())


def _answer(campaign: "Campaign", oracle: Oracle, who: str) -> bool:
    """Puts some questions to the oracle.  -> whether there were any."""
    tasks = campaign.ask(who, AT_ONCE)
    answers = _Answers(campaign, who)
    try:
        for task, item in zip(tasks, items_of(campaign, tasks) if tasks else (), strict=True):
            answers.add(task, oracle(item))
    except Undo:
        answers.keep()
        with suppress(Conflict):  # there was nothing to take back
            campaign.undo(who)
    finally:
        answers.keep()  # whatever stops it, also Ctrl-C in the oracle
    return bool(tasks)


class _Answers:
    """Answers on their way to the store: kept together when they come fast, at once when they come slowly."""

    def __init__(self, campaign: "Campaign", who: str):
        self.campaign, self.who = campaign, who
        self.waiting: list[tuple[Task | int, str]] = []
        self.since = monotonic()

    def add(self, task: Task, value: str | None) -> None:
        if value is None:
            self.campaign.skip(self.who, task, "declined")
            return
        self.waiting.append((task, value))
        if monotonic() - self.since > GROUP:
            self.keep()

    def keep(self) -> None:
        waiting, self.waiting = self.waiting, []
        if waiting:
            self.campaign.tell_many(self.who, waiting)
        self.since = monotonic()
