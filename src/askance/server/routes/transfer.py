"""Labels out and in, in every format that `askance.formats` knows.  Floor 6."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from askance.errors import AskanceError
from askance.formats import FORMATS, Loss, Report
from askance.formats.source import clean
from askance.server import shapes
from askance.server.routes import HERE, Anybody, Owner, Reviewer

router = APIRouter(tags=["in and out"])
File = Annotated[bytes, Body(media_type="application/octet-stream")]
Word = Annotated[str, Query(max_length=50, description="A name of `/formats`; '' is known by the file")]
Naming = Annotated[str, Query(min_length=1, max_length=200, description="What the file is called: its ending counts")]
Question = Annotated[str, Query(max_length=200, description="Which answers, where the file has several questions")]
ENDS = {
    "prodigy": ".jsonl",
    "doccano": ".jsonl",
    "fasttext": ".txt",
    "cvat": ".xml",
}  # of those with no suffix; else .json
LOSSES = "askance-losses"  # a header: a JSON list of what the format could not carry
LONGEST = 4000  # characters of that header


@router.get("/formats")
def formats(who: Anybody) -> list[shapes.FileFormat]:
    """What is read and written; a format that is a folder comes and goes as a .zip."""
    found = [FORMATS[name] for name in FORMATS.names()]
    return [
        shapes.FileFormat(
            name=f.name,
            about=f.about,
            read=f.read is not None,
            written=f.write is not None,
            folder=f.folder,
            kinds=sorted(f.kinds),
            keeps=sorted(f.keeps),
        )
        for f in found
    ]


@router.get(HERE + "/export", response_class=Response)
def export(at: Reviewer, format: Word = "csv") -> FileResponse:
    """The labels that count, one a sample.  The header `askance-losses` says what the format could not carry."""
    folder = tempfile.TemporaryDirectory(prefix="askance-export-")
    try:
        path = Path(folder.name) / f"{clean(at.desk.id)}{ending(format)}"
        report = at.desk.campaign.export(path, format)
    except BaseException:
        folder.cleanup()
        raise
    told = {LOSSES: header(report)}
    return FileResponse(path, filename=path.name, headers=told, background=BackgroundTask(folder.cleanup))


def ending(format: str) -> str:
    chosen = FORMATS[format]
    return ".zip" if chosen.folder else (*chosen.suffixes, ENDS.get(format, ".json"))[0]


def header(report: Report) -> str:
    """As much of it as a header holds; the most frequent first."""
    kept = [told(loss).model_dump() for loss in report.losses]
    while len(text := json.dumps(kept)) > LONGEST:
        kept.pop()
    return text


@router.post(HERE + "/import")
def bring(at: Owner, name: Naming, content: File, format: Word = "", question: Question = "") -> shapes.Imported:
    """Labels of a file in any format that is read, or of a table with a row a sample.  All of them or none."""
    with tempfile.TemporaryDirectory(prefix="askance-import-") as folder:
        path = Path(folder) / (Path(clean(name)).name or "labels")
        path.write_bytes(content)
        try:
            found = at.desk.campaign.import_annotations(path, format, question)
        except AskanceError as e:  # where we put the file is nobody's business
            raise type(e)(str(e).replace(f"{folder}/", "")) from None
    return shapes.Imported(
        new=found.new, format=found.format, labels=found.labels, losses=[told(loss) for loss in found.losses]
    )


def told(loss: Loss) -> shapes.Loss:
    return shapes.Loss(reason=loss.reason, count=loss.count, examples=list(loss.examples))
