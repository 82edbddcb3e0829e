"""Fits and chooses behind the people who label, in a process of its own.  Floor 6.

It watches the campaigns of a folder and takes the next step of any that is due.  It may run anywhere that sees the
folder; two of them do not step one campaign at once, because stepping takes the campaign's lock.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, func, select

from askance.campaign import Campaign, landscape
from askance.errors import AskanceError, Conflict
from askance.server.hall import ENDING
from askance.store.schema import event, slot

LOG = logging.getLogger("askance.worker")
EVERY = 0.5  # seconds between looks
ASKED = "train.now"  # a file that asks for a step, whatever there is
WRONG = "training.error"  # a file with why the latest step failed
ANSWERED = ("label", "import", "skip", "review")


def due(db: Connection, batch: int, asked: bool) -> bool:
    """Whether the campaign wants its next step: a batch of answers since the last, or nothing left to hand out."""
    last = db.execute(select(func.max(event.c.seq)).where(event.c.kind == "round")).scalar()
    if last is None or asked:
        return True
    since = select(func.count()).select_from(event).where(event.c.seq > last, event.c.kind.in_(ANSWERED))
    told = int(db.execute(since).scalar() or 0)
    open_ = db.execute(select(slot.c.sample).where(slot.c.state == "open").limit(1)).first()
    return told >= batch or (told > 0 and open_ is None)


def ahead(db: Connection, batch: int) -> int:
    """How many questions to choose: what people answer while the next model is fitted, and what they hold meanwhile."""
    held = db.execute(select(func.count()).select_from(slot).where(slot.c.state == "leased")).scalar()
    return 2 * batch + int(held or 0)


class Worker:
    """root: the folder of the campaigns; only: the one that is looked after, where not all are."""

    def __init__(self, root: Path, only: str = ""):
        self.root, self.only = root, only.removesuffix(ENDING)
        self._open: dict[Path, Campaign] = {}

    def round(self) -> int:
        """Steps every campaign that is due.  -> how many were."""
        folders = [p for p in sorted(self.root.glob(f"*{ENDING}")) if self.only in ("", p.name.removesuffix(ENDING))]
        return sum(self._look_after(folder) for folder in folders)

    def _look_after(self, folder: Path) -> bool:
        asked = folder / ASKED
        try:
            campaign = self._campaign(folder)
            batch = campaign.config.batch
            with campaign.store.reading() as db:
                wanted, n = due(db, batch, asked.exists()), ahead(db, batch)
            if not wanted:
                return False
            asked.unlink(missing_ok=True)
            self._step(campaign, folder, n)
        except Conflict:  # somebody else is at it
            return False
        except AskanceError as e:
            self._failed(folder, str(e))
        except Exception as e:
            LOG.exception("%s", folder)
            self._failed(folder, f"{type(e).__name__}: {e}")
        return True

    def _campaign(self, folder: Path) -> Campaign:
        if folder not in self._open:
            self._open[folder] = Campaign.open(folder)
        return self._open[folder]

    def _step(self, campaign: Campaign, folder: Path, n: int) -> None:
        began = time.monotonic()
        done = campaign.step(afresh=True, n=n)
        (folder / WRONG).unlink(missing_ok=True)
        if done.fit is not None:
            landscape.write(folder, landscape.survey(campaign.learner, campaign.pool, done.number))
        LOG.info("%s: round %d, %d labels, %.1f s", folder.name, done.number, done.labeled, time.monotonic() - began)

    def _failed(self, folder: Path, why: str) -> None:
        """Said once; the next attempt waits for the next answers."""
        path = folder / WRONG
        if not path.exists() or path.read_text("utf-8") != why:
            LOG.warning("%s: %s", folder.name, why)
            path.write_text(why, "utf-8")
        time.sleep(EVERY)

    def close(self) -> None:
        for campaign in self._open.values():
            campaign.close()


def forever(root: Path, only: str = "", going: Callable[[], bool] = lambda: True) -> None:
    worker = Worker(root, only)
    try:
        while going():
            if not worker.round():
                time.sleep(EVERY)
    finally:
        worker.close()
