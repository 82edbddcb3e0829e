"""What has changed, as it changes.  Floor 6."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from askance.campaign import reading
from askance.server.desk import Desk, model_version
from askance.server.routes import HERE, Annotator

router = APIRouter(prefix=HERE, tags=["live"])
EVERY = 1.0  # seconds between looks
QUIET = 20.0  # seconds after which a comment keeps the line open


@router.get("/events", response_class=StreamingResponse)
async def events(at: Annotator, request: Request) -> StreamingResponse:
    """Server-sent events: `state` {labels, model, training, left} whenever one of them is another."""
    return StreamingResponse(_told(at.desk, request), media_type="text/event-stream")


async def _told(desk: Desk, request: Request) -> AsyncIterator[str]:
    before, quiet = "", 0.0
    while not await request.is_disconnected():
        now = json.dumps(await run_in_threadpool(state, desk), sort_keys=True)
        if now != before:
            before, quiet = now, 0.0
            yield f"event: state\ndata: {now}\n\n"
        elif quiet >= QUIET:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(EVERY)
        quiet += EVERY


def state(desk: Desk) -> dict[str, object]:
    with desk.store.reading() as db:
        counts = reading.counts(db)
        version = model_version(db)
    return {"labels": counts["labels"], "left": counts["pending"], "model": version, "training": desk.training()}
