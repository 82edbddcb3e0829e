"""`askance convert IN OUT`: annotations from one format into another, and what could not be carried.  Floor 6."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askance.cli import options, show

if TYPE_CHECKING:
    from askance.formats import Document, Loss, Report

From = Annotated[Path, typer.Argument(metavar="IN", help="A file, a folder or a .zip of annotations.")]
Into = Annotated[
    Path, typer.Argument(metavar="OUT", help="A file, or for YOLO, VOC and the like a new folder or a .zip.")
]
FromFormat = Annotated[str, typer.Option("--from", metavar="FORMAT", help="Of IN; else it is known by the content.")]
ToFormat = Annotated[
    str, typer.Option("--to", metavar="FORMAT", help="Of OUT; else by its suffix, where that says it.")
]
As = Annotated[
    str,
    typer.Option("--as", metavar="KIND", help="boxes: around outlines, masks and keypoints; polygons: of boxes."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Write nothing where anything could not be carried.")]


def command(
    source: From,
    target: Into,
    from_format: FromFormat = "",
    to_format: ToFormat = "",
    as_kind: As = "",
    strict: Strict = False,
    as_json: options.Json = False,
) -> None:
    """Converts annotations between formats, and says what the new one could not carry."""
    from askance.errors import FormatError
    from askance.formats import FORMATS, Tally, derived, read_annotations, write_annotations, written
    from askance.formats.writing import by_suffix

    to = FORMATS[to_format] if to_format else by_suffix(target)
    document, read = read_annotations(source, from_format)
    tally = Tally()
    document = derived(document, as_kind, tally) if as_kind else document
    if strict:
        losses = [*read.losses, *tally.losses(), *written(document, to, str(target))[1].losses]
        if losses:
            raise FormatError(f"{target} was not written, since --strict is given: {losses[0]}{_more(losses)}")
    wrote = write_annotations(document, target, to.name)
    losses = [*read.losses, *tally.losses(), *wrote.losses]
    if as_json:
        return show.as_json({"read": read, "written": wrote, "losses": losses})
    return _say(document, read, wrote, losses)


def _more(losses: "list[Loss]") -> str:
    return f", and {len(losses) - 1} more reasons" if len(losses) > 1 else ""


def _say(document: "Document", read: "Report", wrote: "Report", losses: "list[Loss]") -> None:
    """Two lines of what went through, then a table of what did not."""
    for report in (read, wrote):
        guesses = f", {show.counted(report.predictions, 'prediction')}" if report.predictions else ""
        what = f"{show.counted(report.items, 'sample')}, {show.counted(report.answers, 'answer')}{guesses}"
        show.say(f"{report.did}: {report.path} ({report.format}): {what}")
    if not losses:
        return show.say("everything was carried")
    rows = [(f"{loss.count:,}", loss.reason, "; ".join(loss.examples)) for loss in losses]
    return show.table("not carried:", ("how often", "what", "where, at first"), rows, right=("how often",))
