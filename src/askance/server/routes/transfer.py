"""Labels out and in.  Floor 6."""

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from askance.server import shapes
from askance.server.routes import HERE, Owner, Reviewer

router = APIRouter(prefix=HERE, tags=["in and out"])
File = Annotated[bytes, Body(media_type="application/octet-stream")]
Format = Literal["csv", "jsonl", "parquet"]


@router.get("/export", response_class=Response)
def export(at: Reviewer, format: Format = "csv") -> FileResponse:
    """The labels that count, one a sample."""
    folder = tempfile.TemporaryDirectory(prefix="askance-export-")
    path = Path(folder.name) / f"{at.desk.id}.{format}"
    at.desk.campaign.export(path, format)
    return FileResponse(path, filename=path.name, background=BackgroundTask(folder.cleanup))


@router.post("/import")
def bring(at: Owner, name: str, content: File) -> shapes.Imported:
    """Labels of a file (CSV, JSONL): a column that names the sample, and one with its label.  All of it or none."""
    ending = Path(name).suffix if Path(name).suffix in (".csv", ".tsv", ".jsonl", ".parquet") else ".csv"
    with tempfile.TemporaryDirectory(prefix="askance-import-") as folder:
        path = Path(folder) / f"labels{ending}"
        path.write_bytes(content)
        new: Any = at.desk.campaign.import_labels(path)
    return shapes.Imported(new=int(new))
