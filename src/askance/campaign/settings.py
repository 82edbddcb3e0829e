"""The configuration that is in force, and changing what may be changed while people label.  Floor 5."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from askance.campaign.config import Config, from_text
from askance.errors import BadConfig
from askance.store import Store
from askance.store.schema import campaign

CHANGEABLE = ("overlap", "aggregate", "gold", "gold_feedback", "control")  # nothing that was chosen depends on them
TEXT = select(campaign.c.value).where(campaign.c.key == "config")


def in_force(db: Connection) -> Config:
    """What the newest change says; the defaults where there is no campaign yet."""
    text = db.execute(TEXT).scalar()
    return _read(text) if text else Config()


_read = lru_cache(maxsize=64)(from_text)


def change(store: Store, db: Connection, who: str, changes: Mapping[str, Any]) -> Config:
    """In the caller's transaction.  What is as it was already is not written down again."""
    for name in changes:
        if name not in CHANGEABLE:
            raise BadConfig(f"{name} stays as it is in a campaign; what can be changed is {', '.join(CHANGEABLE)}")
    now = in_force(db)
    wanted = replace(now, **changes)
    if wanted != now:
        store.record(db, "configure", who, {"config": wanted.text()})
    return wanted
