"""`askance demo`: the whole loop on real handwritten digits.  Floor 6."""

import time
from pathlib import Path
from typing import Annotated

import typer

from askance.cli import options, show

Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where the campaign and its report go.")]
Seeds = Annotated[int, typer.Option("--seeds", metavar="N", min=1, help="Runs of each strategy.")]


def command(folder: Folder = Path("askance-demo"), seeds: Seeds = 5, as_json: options.Json = False) -> None:
    """Labels 1,797 real handwritten digits by an answer key, against random, and leaves a report with plots."""
    began = time.monotonic()
    show.note("starting up: NumPy, scikit-learn, the digits")
    from askance.cli import comparing
    from askance.demo import demo

    shown = demo(folder, seeds)
    seconds = time.monotonic() - began
    if as_json:
        found = {"campaign": str(shown.campaign), "report": str(shown.page), "seconds": seconds}
        return show.as_json({**found, "comparison": comparing.plain(shown.trials)})
    show.say(
        "1,797 handwritten digits, ten classes; a third is only tested on.  Round 0 asks about 20, the others about 10."
    )
    comparing.tables(shown.trials)
    show.say(f"{seconds:.0f} s; the campaign: {shown.campaign}; look at it with `askance status {shown.campaign}`")
    return show.say(f"the report: {shown.page}")
