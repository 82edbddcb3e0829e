"""The options that several commands share, each said once.  Floor 6."""

from pathlib import Path
from typing import Annotated

import typer

SHOWN = 5  # skipped samples that are named on stderr; --json has them all
SOURCE, MODEL, OUTPUT = "The pool", "The model and the strategy", "What comes out"

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.", rich_help_panel=OUTPUT)
]
Seed = Annotated[int, typer.Option("--seed", help="Same seed, same picks.", rich_help_panel=MODEL)]
Target = Annotated[
    float | None,
    typer.Option(
        "--target", metavar="SHARE", help="Forecast the labels left to this quality; that of the stopping rule, or .95."
    ),
]
Name = Annotated[Path, typer.Argument(metavar="NAME", help="The campaign: its folder, with or without .askance.")]

Text = Annotated[
    str, typer.Option("--text", metavar="COLUMN", help="Table: the column with the text.", rich_help_panel=SOURCE)
]
PathColumn = Annotated[
    str,
    typer.Option(
        "--path",
        metavar="COLUMN",
        help="Table: the column with file names or URLs of images or recordings.",
        rich_help_panel=SOURCE,
    ),
]
Features = Annotated[
    str, typer.Option("--features", metavar="COL,COL", help="Table: the feature columns.", rich_help_panel=SOURCE)
]
Id = Annotated[
    str,
    typer.Option(
        "--id",
        metavar="COLUMN",
        help="Table: the column that names a sample; else its content does.",
        rich_help_panel=SOURCE,
    ),
]
Label = Annotated[
    str, typer.Option("--label", metavar="COLUMN", help="Table: the column with labels.", rich_help_panel=SOURCE)
]
Signals = Annotated[
    str,
    typer.Option(
        "--signals",
        metavar="NAME",
        help="Array: what it holds, probs or embeddings, where that is not plain.",
        rich_help_panel=SOURCE,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Stop at the first sample that cannot be read, instead of leaving it out.",
        rich_help_panel=SOURCE,
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option("--cache", metavar="DIR", help="Where computed features are kept.", rich_help_panel=SOURCE),
]
Strategy = Annotated[
    str,
    typer.Option(
        "--strategy", metavar="TEXT", help="What to choose by; `askance strategies` lists them.", rich_help_panel=MODEL
    ),
]
Learner = Annotated[
    str,
    typer.Option(
        "--learner",
        metavar="SPEC",
        help="onnx:FILE, sklearn:Name(...), transformers:NAME, torch:module:factory, tfidf, cnn, ...",
        rich_help_panel=MODEL,
    ),
]


def columns(text: str) -> list[str]:
    """'a, b' -> ['a', 'b']"""
    return [word.strip() for word in text.split(",") if word.strip()]
