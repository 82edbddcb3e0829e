"""What is around a question: its picture, its neighbours, the map, the grid.  Floor 6."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy import select

from askance.campaign import reading
from askance.campaign.consensus import lately
from askance.ops import hex_id, parse_id
from askance.server import shapes
from askance.server.access import Visit
from askance.server.handing import LEASE
from askance.server.media import picture
from askance.server.ranges import ranged
from askance.server.refused import Refused
from askance.server.routes import HERE, Annotator, Reviewer
from askance.server.sample import sample_of
from askance.server.sounds import outline, playable
from askance.store.schema import slot, task

router = APIRouter(prefix=HERE, tags=["looking"])
FRESH = {"cache-control": "private, max-age=86400, immutable"}  # an id is of the content


PIECES: dict[int | str, dict[str, Any]] = {
    206: {"description": "The range of bytes that was asked for"},
    416: {"model": shapes.Problem, "description": "A range beyond the end of the recording"},
}


@router.get("/media/{sample}", response_class=Response, responses=PIECES)
def media(at: Annotator, sample: shapes.SampleId, request: Request, size: int = 0) -> Response:
    """The picture of a sample, decoded and encoded again, or the recording, which may be asked for by ranges of bytes.

    size: of the picture's longer side, 0 for as large as is shown.
    """
    id = parse_id(sample)
    if at.desk.contents.kind == "audio":
        path, kind = playable(at.desk, id)
        return ranged(request, path, kind, FRESH)
    path, kind = picture(at.desk, id, size)
    return FileResponse(path, media_type=kind, headers=FRESH)


@router.get("/samples/{sample}/peaks")
def peaks(at: Annotator, sample: shapes.SampleId, response: Response) -> shapes.Peaks:
    """The outline of a recording."""
    response.headers.update(FRESH)
    return outline(at.desk, parse_id(sample))


@router.get("/samples/{sample}")
def sample(at: Reviewer, sample: shapes.SampleId) -> shapes.Sample:
    """All that is known of a sample."""
    return sample_of(at.desk, parse_id(sample))


def shown_to(at: Visit) -> dict[int, str]:
    """The labels; without those of gold questions for those who may be asked about them."""
    with at.desk.store.reading() as db:
        known = {parse_id(s): one.value for s, one in lately(db).items()}
        hidden = reading.gold_questions(db) if at.role == "annotator" else frozenset()
    return {i: value for i, value in known.items() if i not in hidden} if hidden else known


@router.get("/samples/{sample}/neighbours")
def neighbours(at: Annotator, sample: shapes.SampleId, n: int = 3) -> shapes.Neighbours:
    """The labelled samples that the newest model finds most like it."""
    land = at.desk.landscape()
    if land is None:
        return shapes.Neighbours(labelled=[])
    known = shown_to(at)
    id = parse_id(sample)
    near = land.nearest(id, [i for i in known if i != id], max(1, min(n, 12)))
    contents = at.desk.contents.of([i for i, _ in near])
    return shapes.Neighbours(
        labelled=[
            shapes.Neighbour(id=hex_id(i), label=known[i], distance=round(gap, 5), content=contents[i])
            for i, gap in near
        ]
    )


@router.get("/map")
def plane(at: Annotator, n: int = 5000) -> shapes.Points:
    """The pool in the two directions in which it differs most; every so-manieth sample where there are more than n."""
    land = at.desk.landscape()
    if land is None or land.places.shape[1] < 2:
        return shapes.Points(ids=[], x=[], y=[], label=[], guess=[], total=0)
    step = max(1, -(-len(land.ids) // max(1, min(n, 50_000))))
    known = shown_to(at)
    ids, places = land.ids[::step].tolist(), land.places[::step, :2].round(4).astype(float)
    guess = [land.classes[g] if land.classes else "" for g in land.guess[::step].tolist()]
    return shapes.Points(
        ids=[hex_id(i) for i in ids],
        x=places[:, 0].tolist(),
        y=places[:, 1].tolist(),
        label=[known.get(i, "") for i in ids],
        guess=guess,
        total=len(land.ids),
    )


@router.post("/grid")
def grid(at: Annotator, label: str, n: int = 60) -> shapes.Grid:
    """Samples that the model takes for one class, the surest first, leased to you: answer all but the wrong ones."""
    land = at.desk.landscape()
    if land is None or label not in land.classes:
        raise Refused(409, "no_guesses", f"the model has no guesses for {label!r} yet")
    with at.desk.store.reading() as db:
        taken = {parse_id(s) for s in db.execute(select(task.c.sample).where(task.c.state != "withdrawn")).scalars()}
        taken |= reading.labels(db).keys() | reading.known(db).gone
    mine = (land.guess == land.classes.index(label)).nonzero()[0]
    best = mine[(-land.p[mine]).argsort(kind="stable")]
    free = [(int(land.ids[r]), float(land.p[r])) for r in best if int(land.ids[r]) not in taken]
    chosen = free[: max(1, min(n, 200))]
    until = at.desk.wish(at.who, [i for i, _ in chosen], f"taken for {label}", lease=True)
    contents = at.desk.contents.of([i for i, _ in chosen])
    cells = [shapes.Cell(id=hex_id(i), p=p, content=contents[i]) for i, p in chosen]
    return shapes.Grid(label=label, cells=cells, until=until or at.desk.store.clock() + LEASE)


@router.post("/wishes")
def wishes(at: Annotator, wish: shapes.Wish) -> shapes.Wished:
    """Samples that somebody has picked by hand, on the map: they are asked about next."""
    ids = [parse_id(i) for i in dict.fromkeys(wish.ids)]
    at.desk.contents.items(ids)
    with at.desk.store.reading() as db:
        begun = select(slot.c.sample).where(slot.c.state.in_(("leased", "done")))
        busy = {parse_id(s) for s in db.execute(begun).scalars()} | reading.labels(db).keys()
        busy |= reading.gold_questions(db)
    left = [i for i in ids if i not in busy]
    at.desk.wish(at.who, left, "picked on the map", lease=False)
    return shapes.Wished(queued=len(left))
