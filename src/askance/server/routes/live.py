"""What has changed, as it changes.  Floor 6."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from askance.campaign import reading, trials
from askance.server.access import At, Visit
from askance.server.desk import Desk
from askance.server.refused import Refused
from askance.server.routes import HERE, Annotator

router = APIRouter(prefix=HERE, tags=["live"])
EVERY = 1.0  # seconds between looks
QUIET = 20.0  # seconds after which a comment keeps the line open


@router.get("/events", response_class=StreamingResponse)
async def events(at: Annotator, request: Request) -> StreamingResponse:
    """Server-sent events: `state` {labels, model, training, left} whenever one of them is another."""
    return StreamingResponse(_told(at, request), media_type="text/event-stream")


async def _told(at: Visit, request: Request) -> AsyncIterator[str]:
    before, quiet = "", 0.0
    while not await request.is_disconnected():
        if not await run_in_threadpool(still, request, at.desk.id):
            return
        now = json.dumps(await run_in_threadpool(state, at.desk, at.who), sort_keys=True)
        if now != before:
            before, quiet = now, 0.0
            yield f"event: state\ndata: {now}\n\n"
        elif quiet >= QUIET:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(EVERY)
        quiet += EVERY


def still(request: Request, campaign: str) -> bool:
    """Whether they may listen on: who was let out, or has signed out elsewhere, hears no more."""
    try:
        At("annotator").visit(request, campaign)
    except Refused:
        return False
    return True


def state(desk: Desk, who: str) -> dict[str, object]:
    with desk.store.reading() as db:
        counts, gold = reading.counts(db), trials.had(db, who, trials.trials_of(db))
        version = desk.version(db)
    labels, left = counts["labels"] + gold.answered, max(0, counts["pending"] - gold.done)
    return {"labels": labels, "left": left, "model": version, "training": desk.training()}
