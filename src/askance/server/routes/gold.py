"""Gold questions: whose answer is known, and how people did on them.  Floor 6."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query

from askance.campaign import golden
from askance.errors import AskanceError
from askance.formats.source import clean
from askance.ops import parse_id
from askance.server import shapes
from askance.server.desk import Desk
from askance.server.routes import HERE, Owner
from askance.server.routes.transfer import File, Naming

router = APIRouter(prefix=HERE, tags=["gold"])
Some = Annotated[int, Query(ge=1, le=1000)]
Skip = Annotated[int, Query(ge=0, le=10**9)]


@router.get("/gold")
def listed(at: Owner, n: Some = 100, skip: Skip = 0) -> shapes.GoldQuestions:
    """By name, with how many have answered each, and how many of them right; and how everybody does."""
    return found(at.desk, n, skip)


@router.put("/gold")
def change(at: Owner, given: shapes.NewGold) -> shapes.GoldQuestions:
    """What is known of samples; null: gold no longer.  Whoever says so is not asked about them."""
    desk, known = at.desk, {parse_id(i): value for i, value in given.answers.items()}
    desk.contents.items(list(known))  # one that is not in the pool is an error
    kind, pool = desk.campaign.label_kind, desk.campaign.pool
    desk.writer.do(lambda db: golden.put_gold(desk.store, db, pool, kind, at.who, known))
    return found(desk, 100, 0)


@router.post("/gold/import")
def bring(at: Owner, name: Naming, content: File) -> shapes.GoldQuestions:
    """What is known of samples, from a file in any format that labels are imported from.  All of it or none."""
    with tempfile.TemporaryDirectory(prefix="askance-gold-") as folder:
        path = Path(folder) / (Path(clean(name)).name or "gold")
        path.write_bytes(content)
        try:
            at.desk.campaign.import_gold(at.who, path)
        except AskanceError as e:  # where we put the file is nobody's business
            raise type(e)(str(e).replace(f"{folder}/", "")) from None
    return found(at.desk, 100, 0)


def found(desk: Desk, n: int, skip: int) -> shapes.GoldQuestions:
    with desk.store.reading() as db:
        every, people = golden.questions(db, desk.kind), golden.skill(db, desk.kind)
    shown = every[skip : skip + n]
    return shapes.GoldQuestions(
        total=len(every),
        items=[shapes.Gold(id=g.sample, name=g.name, value=g.value, asked=g.asked, right=g.right) for g in shown],
        people={who: shapes.Share(value=m.value, low=m.low, high=m.high, n=m.n) for who, m in people.items()},
    )
