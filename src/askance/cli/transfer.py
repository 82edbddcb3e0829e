"""`askance export`, `import` and `undo`: answers out, in and back.  Floor 6."""

from pathlib import Path
from typing import Annotated

import typer

from askance.cli import campaigns, options, show

Into = Annotated[Path, typer.Argument(metavar="FILE", help="Where to: .csv, .jsonl or .parquet.")]
From = Annotated[Path, typer.Argument(metavar="FILE", help="A table with one row a sample.")]
Format = Annotated[
    str, typer.Option("--format", metavar="NAME", help="csv, jsonl or parquet; else by the file's name.")
]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Whose answer; yours unless named.")]


def export(name: options.Name, file: Into, format: Format = "", as_json: options.Json = False) -> None:
    """Writes the labels to FILE, with who gave each, when, and why it was asked."""
    with campaigns.opened(name) as campaign:
        count = campaign.export(file, format)
    if as_json:
        return show.as_json({"file": str(file), "labels": count})
    return show.say(f"{show.counted(count, 'label')} in {file}")


def import_(name: options.Name, file: From, as_json: options.Json = False) -> None:
    """Takes labels from FILE: all of them or, where one is wrong, none."""
    with campaigns.opened(name) as campaign:
        new = campaign.import_labels(file)
        total = len(campaign.labels())
    if as_json:
        return show.as_json({"file": str(file), "new": new, "labels": total})
    return show.say(f"{show.counted(new, 'new label')}, {total:,} in all")


def undo(name: options.Name, who: Who = "", as_json: options.Json = False) -> None:
    """Takes back the latest answer or skip, and puts the question again."""
    with campaigns.opened(name) as campaign:
        task = campaign.undo(who or campaigns.me())
    if as_json:
        return show.as_json({"item": task.name, "round": task.round, "rank": task.rank})
    return show.say(f"taken back: {task.name}; it will be asked again")
