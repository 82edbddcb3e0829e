"""Questions out, answers in.  Floor 6."""

from fastapi import APIRouter

from askance.server import shapes
from askance.server.routes import HERE, Annotator

router = APIRouter(prefix=HERE, tags=["queue"])


@router.post("/queue")
async def queue(at: Annotator, want: shapes.Want) -> shapes.Queue:
    """The best questions, leased to you for ten minutes; what you hold already comes first."""
    return await at.desk.queue(at.who, want)


@router.post("/heartbeat")
def heartbeat(at: Annotator, beat: shapes.Beat) -> shapes.Held:
    """Holds on to what you have on the screen."""
    return shapes.Held(until=at.desk.beat(at.who, beat.ids))


@router.post("/release", status_code=204)
def release(at: Annotator, beat: shapes.Beat) -> None:
    """Gives questions back to whoever comes next."""
    at.desk.give_back(at.who, beat.ids)


@router.post("/answers")
async def answers(at: Annotator, given: shapes.Answers) -> shapes.Receipt:
    """On the disk when this returns: all of them or, where one is wrong, none.  The same key is the same answer.

    With `want` the next questions come with the receipt: one request an answer instead of two.
    """
    return await at.desk.answers(at.who, given.answers, given.want)


@router.post("/skips", status_code=204)
def skips(at: Annotator, skip: shapes.Skip) -> None:
    """This question does not come to you again."""
    at.desk.skip(at.who, skip)


@router.post("/undo")
def undo(at: Annotator) -> shapes.Undone:
    """Takes back your latest answer or skip, and hands you the question again."""
    return at.desk.undo(at.who)


@router.get("/history")
def history(at: Annotator, n: int = 20) -> shapes.History:
    """What you have done lately, newest first."""
    return at.desk.history(at.who, max(1, min(n, 200)))


@router.put("/samples/{sample}/remark", status_code=204)
def remark(at: Annotator, sample: shapes.SampleId, said: shapes.Remark) -> None:
    """A flag and a note of yours on a sample."""
    at.desk.remark(at.who, sample, said)
