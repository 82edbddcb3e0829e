"""`askance export`, `import` and `undo`: answers out, in and back.  Floor 6."""

from pathlib import Path
from typing import Annotated

import typer

from askance.cli import campaigns, options, show

Into = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="A .csv, .jsonl or .parquet; a file, a new folder or a .zip in another format."
    ),
]
From = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="A table with one row a sample, or a file, folder or .zip of any format (docs/formats.md)."
    ),
]
FromFormat = Annotated[
    str, typer.Option("--format", metavar="NAME", help="coco, labelstudio ...; else it is known by the content.")
]
Question = Annotated[
    str, typer.Option("--question", metavar="NAME", help="Which answers, where the file has several questions.")
]
Format = Annotated[
    str,
    typer.Option(
        "--format", metavar="NAME", help="coco, yolo, labelstudio ... (docs/formats.md); else by the file's name."
    ),
]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Whose answer; yours unless named.")]


def export(name: options.Name, file: Into, format: Format = "", as_json: options.Json = False) -> None:
    """Writes the labels to FILE, with who gave each, when, and why it was asked, as far as its format has room."""
    with campaigns.opened(name) as campaign:
        report = campaign.export(file, format)
    for loss in report.losses:
        show.note(f"not carried: {loss}")
    if as_json:
        return show.as_json({"file": str(file), "labels": report.answers, "losses": report.losses})
    return show.say(f"{show.counted(report.answers, 'label')} in {file}")


def import_(
    name: options.Name, file: From, format: FromFormat = "", question: Question = "", as_json: options.Json = False
) -> None:
    """Takes labels from FILE: all of them or, where one is wrong, none; says what of it could not be carried."""
    with campaigns.opened(name) as campaign:
        found = campaign.import_annotations(file, format, question)
        total = len(campaign.labels())
    for loss in found.losses:
        show.note(f"not carried: {loss}")
    if as_json:
        said = {"file": str(file), "format": found.format, "new": found.new, "labels": total}
        return show.as_json({**said, "losses": found.losses})
    return show.say(f"{show.counted(found.new, 'new label')}, {total:,} in all")


def undo(name: options.Name, who: Who = "", as_json: options.Json = False) -> None:
    """Takes back the latest answer or skip, and puts the question again."""
    with campaigns.opened(name) as campaign:
        task = campaign.undo(who or campaigns.me())
    if as_json:
        return show.as_json({"item": task.name, "round": task.round, "rank": task.rank})
    return show.say(f"taken back: {task.name}; it will be asked again")
