"""What a reviewer sees and decides.  Floor 6."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection, select

from askance.campaign.golden import set_gold
from askance.ops import parse_id
from askance.server import shapes
from askance.server.routes import HERE, Reviewer
from askance.server.sample import disagreements, sample_of
from askance.store.schema import event

router = APIRouter(prefix=HERE, tags=["review"])
Skip = Annotated[int, Query(ge=0, le=10**9)]
Place = Annotated[int, Query(ge=0, lt=2**53, description="The number of an entry")]


@router.get("/disagreements")
def differing(at: Reviewer, n: int = 50, skip: Skip = 0) -> shapes.Disagreements:
    """Samples that people answered differently and nobody has decided, the closest first; skip: how many to pass."""
    return disagreements(at.desk, max(1, min(n, 500)), skip)


@router.put("/samples/{sample}/decision")
def decide(at: Reviewer, sample: shapes.SampleId, said: shapes.Decision) -> shapes.Sample:
    """Stands above all answers; with `gold` others are asked about it as well, to see how they do."""
    desk = at.desk
    name = desk.contents.items([parse_id(sample)])[0].name
    value = None if said.value is None else desk.campaign.label_kind.check(said.value)

    def work(db: Connection) -> None:
        desk.store.record(db, "review", at.who, {"sample": sample, "value": value})
        known = {sample: value if said.gold else None}
        set_gold(desk.store, db, at.who, known, {sample: name})

    desk.writer.do(work)
    return sample_of(desk, parse_id(sample))


@router.get("/log")
def log(at: Reviewer, before: Place = 0, n: int = 100) -> shapes.Log:
    """Who did what, newest first: the campaign's own log."""
    found = select(event).order_by(event.c.seq.desc()).limit(max(1, min(n, 1000)))
    with at.desk.store.reading() as db:
        rows = list(db.execute(found.where(event.c.seq < before) if before > 0 else found))
    entries = [shapes.Entry(seq=r.seq, at=r.at, who=r.who, kind=r.kind, what=r.body[:2000]) for r in rows]
    return shapes.Log(entries=entries)
