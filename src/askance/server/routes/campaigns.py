"""The campaigns that there are, and what an owner may set.  Floor 6."""

from typing import Any

from fastapi import APIRouter, Request

from askance.campaign.settings import CHANGEABLE
from askance.campaign.settings import change as change_settings
from askance.server import page, shapes
from askance.server.access import house
from askance.server.routes import HERE, Annotator, Anybody, Owner

router = APIRouter(tags=["campaigns"])


@router.get("/campaigns")
def campaigns(who: Anybody, request: Request) -> list[shapes.Summary]:
    """Those that you have a part in."""
    at, found = house(request), []
    for name in at.hall.names():
        role: Any = "owner" if at.local else at.people.role(name, who) if at.people else None
        if role:
            found.append(at.hall.desk(name).summary(role, who.name))
    return found


@router.get(HERE)
def campaign(at: Annotator) -> shapes.Campaign:
    """What the page needs to begin."""
    return at.desk.about(at.role, at.who)


@router.patch(HERE)
def change(at: Owner, settings: shapes.Settings) -> shapes.Campaign:
    """The guideline, whether suggestions are hidden at first, and how several people work on it."""
    wanted = settings.model_dump(exclude_none=True)
    changes = {name: wanted.pop(name) for name in CHANGEABLE if name in wanted}
    if changes:
        at.desk.writer.do(lambda db: change_settings(at.desk.store, db, at.who, changes))
    page.change(at.desk.folder, wanted)
    return at.desk.about(at.role, at.who)
